"""Quick capture: one box on a phone, and the page on which a note finds its idea."""

from typing import Any

import flask
import werkzeug
from flask_babel import gettext as _

from kb.errors import NotFoundError
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows
from kb.writing import desk as desks
from kb.writing.capture import actions, queries
from kb.writing.capture.forms import CaptureForm
from kb.writing.capture.models import Note

bp = flask.Blueprint("capture", __name__, url_prefix="/capture")
Answer = flask.typing.ResponseReturnValue


@bp.get("")
@allows(Permission.OWN_PAGE)
def index() -> str:
    """Show the box, and the notes that are in no cycle yet."""
    desk = desks.opened("/capture")
    return _page(desks.read(CaptureForm, desk), desk)


@bp.post("")
@allows(Permission.OWN_PAGE)
def capture() -> Answer:
    """Keep a note."""
    desk = desks.opened("/capture")
    form = CaptureForm.read()
    if not form.validate():
        return _page(form, desk), 422
    desks.keep_typed(desk)
    note = actions.capture(context.session(), form.text.data or "", key=desk.once, **_who())
    desks.clear(desk)
    context.commit()
    flask.flash(_("Kept. Choose its idea now or later: you find it under “Note something”."))
    return flask.redirect(flask.url_for("capture.show", note_id=note.public_id), 303)


@bp.get("/<note_id>")
@allows(Permission.OWN_PAGE, queries.note_of)
def show(note: Note) -> str:
    """Show a note, and ask which idea it is about."""
    words = flask.request.args.get("q", "")[:200]
    ideas = queries.ideas(context.session(), context.viewer(), words)
    return flask.render_template("writing/capture/show.html", note=note, ideas=ideas, words=words)


@bp.post("/<note_id>/removal")
@allows(Permission.OWN_PAGE, queries.note_of)
def remove(note: Note) -> werkzeug.Response:
    """Throw a note away."""
    actions.discard(context.session(), note, **_who())
    context.commit()
    flask.flash(_("The note is gone."))
    return flask.redirect(flask.url_for("capture.index"), 303)


def _page(form: CaptureForm, desk: desks.Desk) -> str:
    notes = queries.notes(context.session(), _who()["by"])
    return flask.render_template("writing/capture/index.html", form=form, desk=desk, notes=notes)


def _who() -> dict[str, Any]:
    person_id = context.viewer().person_id
    if person_id is None:
        raise NotFoundError
    return {"by": person_id, "now": context.now()}
