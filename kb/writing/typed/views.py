"""Where the pages of a write-up keep what is typed, and where it is thrown away."""

from typing import Any

import flask
import werkzeug

from kb.accounts.rules import safe_next
from kb.errors import InvalidError, NotFoundError
from kb.ids import PUBLIC_ID, Ref
from kb.items.models import Item
from kb.permissions import Permission, can
from kb.web import context
from kb.web.gate import allows
from kb.writing import drafts, queries

bp = flask.Blueprint("drafts", __name__, url_prefix="/drafts")
_TYPED = "typed."


@bp.post("")
@allows(Permission.OWN_PAGE)
def keep() -> flask.Response:
    """Keep what stands in a form, sent by its page; tell who else is at work on the record."""
    form, base, payload = _sent()
    item = _item_of(form)
    session, viewer, now = context.session(), context.viewer(), context.now()
    if viewer.person_id is None:
        raise NotFoundError
    drafts.keep(
        session,
        person_id=viewer.person_id,
        form=form,
        payload=payload,
        base=base,
        item_id=item.id if item else None,
        now=now,
    )
    others = drafts.others(session, item.id if item else None, person_id=viewer.person_id, now=now)
    context.commit()
    response = flask.jsonify(kept=now.isoformat(), others=others)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/removal")
@allows(Permission.OWN_PAGE)
def remove() -> werkzeug.Response:
    """Throw away what was typed."""
    person_id = context.viewer().person_id
    if person_id is None:
        raise NotFoundError
    drafts.drop(context.session(), person_id=person_id, form=flask.request.form.get("form", ""))
    context.commit()
    address = safe_next(flask.request.form.get("next", ""))
    return flask.redirect(address or flask.url_for("site.home"), 303)


def _sent() -> tuple[str, str, dict[str, list[str]]]:
    """Return the form's name, its base and its fields: JSON, or a form whose fields are called ``typed.<name>``."""
    if flask.request.is_json:
        told = flask.request.get_json(silent=True)
        if not isinstance(told, dict) or not isinstance(told.get("fields"), dict):
            raise InvalidError("This is no form that can be kept.")
        fields = {str(name): _strings(values) for name, values in told["fields"].items()}
        return str(told.get("form", "")), str(told.get("base", "")), drafts.payload_of(fields)
    sent = flask.request.form
    fields = {name.removeprefix(_TYPED): sent.getlist(name) for name in sent if name.startswith(_TYPED)}
    return sent.get("form", ""), sent.get("base", ""), drafts.payload_of(fields)


def _strings(values: Any) -> list[str]:
    return [_plain(value) for value in values] if isinstance(values, list) else [_plain(values)]


def _plain(value: Any) -> str:
    """Return a text that a page can show again: JSON can hold NUL and halves of a sign, a form cannot."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def _item_of(form: str) -> Item | None:
    """Return the record a form is about, None for a new one; NotFoundError where the person may not write in it."""
    folder, _, rest = form.strip("/").partition("/")
    public_id = rest.partition("/")[0]
    if folder not in queries.KINDS or not PUBLIC_ID.fullmatch(public_id):
        return None
    session, viewer = context.session(), context.viewer()
    item: Item = queries.record_by_ref(session, viewer, folder, Ref(public_id))
    if not can(viewer, Permission.ITEM_EDIT, item):
        raise NotFoundError
    return item
