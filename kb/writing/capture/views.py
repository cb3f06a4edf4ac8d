"""Quick capture: one box on a phone, and the page on which a note finds its idea."""

from typing import Any

import flask
import werkzeug
from flask_babel import gettext as _

from kb.attachments import contents
from kb.attachments.rules import FileKind
from kb.errors import InvalidError, NotFoundError
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
    try:
        photo = _photo(form)
        note = actions.capture(context.session(), form.text.data or "", photo, key=desk.once, **_who())
    except InvalidError as error:
        context.session().rollback()
        form.take(error)
        return _page(form, desk), 422
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


@bp.get("/<note_id>/photo")
@allows(Permission.OWN_PAGE, queries.note_of)
def photo(note: Note) -> werkzeug.Response:
    """Show the photo of a note to whoever took it."""
    if note.photo is None:
        raise NotFoundError
    response = flask.Response(note.photo, content_type=FileKind(note.photo_kind).media_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _photo(form: CaptureForm) -> actions.Photo | None:
    sent = form.photo.data
    data = sent.read() if sent else b""
    if not data:
        return None
    try:
        return actions.Photo(contents.accept(data, sent.filename or ""), form.photo_shows.data or "")
    except InvalidError as error:
        error.facts["field"] = "photo"
        raise


def _page(form: CaptureForm, desk: desks.Desk) -> str:
    notes = queries.notes(context.session(), _who()["by"])
    return flask.render_template("writing/capture/index.html", form=form, desk=desk, notes=notes)


def _who() -> dict[str, Any]:
    return {"by": context.person_id(), "now": context.now()}
