"""The page of a record that says who can see it, and why."""

import flask
from sqlalchemy import orm

from kb.audience import queries, rules
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import item_by_ref
from kb.items.rules import Kind
from kb.permissions import Permission, Viewer
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("audience", __name__)
KINDS = {"ideas": Kind.IDEA, "cycles": Kind.CYCLE, "cases": Kind.CASE}


def _item(session: orm.Session, viewer: Viewer, folder: str, ref: Ref) -> Item:
    return item_by_ref(session, viewer, KINDS[folder], ref)


@bp.get("/<any(ideas,cycles,cases):folder>/<ref:ref>/audience")
@allows(Permission.ITEM_READ, _item, cached=True)
def show(item: Item) -> str:
    """Say who can see the record and what they can do, and why."""
    viewer = context.viewer()
    whose = queries.whose(context.session(), item, context.now().date())
    lines = rules.lines(item, viewer, member=whose.member)
    return flask.render_template(
        "audience/show.html",
        item=item,
        whose=whose,
        lines=lines,
        readers=rules.readers(lines, member=whose.member),
        shown=rules.SHOWN,
    )
