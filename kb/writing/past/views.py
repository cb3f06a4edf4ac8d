"""The pages of a record's history: the list, one revision beside another, and the way back to it."""

import flask
from flask_babel import gettext as _
from sqlalchemy import orm

from kb.errors import NotFoundError
from kb.ids import Ref
from kb.items.models import Item
from kb.permissions import Permission, Viewer, can
from kb.web import context
from kb.web.gate import allows
from kb.writing import actions, conflict, kinds, queries
from kb.writing.actions import StaleError
from kb.writing.addresses import check_url
from kb.writing.passages import passages
from kb.writing.past import queries as past

bp = flask.Blueprint("past", __name__)
RECORD = "/<any(ideas,cycles,cases):folder>/<ref:ref>/history"
MOST = 1_000_000
Answer = flask.typing.ResponseReturnValue


@bp.get(RECORD)
@allows(Permission.ITEM_HISTORY, queries.record_by_ref)
def index(item: Item) -> str:
    """List every text the record had, and every change of its state."""
    session = context.session()
    return flask.render_template(
        "writing/history.html", item=item, steps=past.steps(session, item), moves=past.moves(session, item)
    )


def _with_text(session: orm.Session, viewer: Viewer, folder: str, ref: Ref, number: int) -> Item:
    """Return the item of an address that names one of its texts."""
    del number  # the view asks for it: a text has no rights of its own
    return queries.record_by_ref(session, viewer, folder, ref)


@bp.get(f"{RECORD}/<int:number>")
@allows(Permission.ITEM_HISTORY, _with_text)
def show(item: Item) -> str:
    """Show one revision: what it changed, and its whole text."""
    session, viewer, number = context.session(), context.viewer(), _number()
    row = queries.revision(session, item, number)
    if row is None:
        raise NotFoundError
    document = past.text_of(session, item, number)
    other = min(flask.request.args.get("with", row.base or 0, type=int), MOST)
    compared = past.text_of(session, item, other) if other else None
    return flask.render_template(
        "writing/revision.html",
        item=item,
        row=row,
        other=other if compared is not None else None,
        differences=[] if compared is None else past.differences(session, viewer, compared, document),
        passages=passages(session, viewer, document),
        language=document.language.value,
        is_current=getattr(queries.current_revision(session, item), "number", None) == number,
        may_edit=can(viewer, Permission.ITEM_EDIT, item),
        base=queries.base_of(session, item),
    )


@bp.post(f"{RECORD}/<int:number>/restoration")
@allows(Permission.ITEM_EDIT, _with_text)
def restore(item: Item) -> Answer:
    """Make an earlier text the newest one: a draft's at once, a published record's as a change that waits."""
    session, viewer, number = context.session(), context.viewer(), _number()
    earlier = past.text_of(session, item, number)
    if earlier is None or viewer.person_id is None:
        raise NotFoundError
    standing = queries.working_document(session, item)
    earlier = kinds.restored(standing, earlier)
    queries.refuse_hidden(session, viewer, standing, earlier)
    base = flask.request.form.get("base", "")
    try:
        actions.edit(session, item, earlier, base=base, by=viewer.person_id, now=context.now())
    except StaleError as error:
        return conflict.page(error)
    context.commit()
    flask.flash(_("Text %(number)s is the newest one again. Nothing in between was lost.", number=number))
    return flask.redirect(check_url(item), 303)


def _number() -> int:
    number: int = (flask.request.view_args or {})["number"]
    return number if number <= MOST else 0
