"""Reads on items. Every read that reaches a person starts from ``readable`` or ``visible_items``."""

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import NotFoundError, WithdrawnError
from kb.ids import Ref
from kb.items.models import Item
from kb.items.rules import Kind
from kb.permissions import Audience, Permission, State, Viewer, can

_BY_ID = (  # built once: that takes longer than running it
    sa.select(Item)
    .where(Item.public_id == sa.bindparam("id"), Item.kind == sa.bindparam("kind"))
    .options(orm.undefer(Item.html))
)
_PUBLIC = sa.and_(Item.state == State.PUBLISHED, Item.audience == Audience.PUBLIC)


def readable(viewer: Viewer, item: type[Item] = Item) -> sa.ColumnElement[bool]:
    """Return the SQL twin of ``can(viewer, ITEM_READ, item)``: true for exactly the items the viewer may read.

    ``item`` is Item or an alias of it. A test compares both for every viewer, state, audience and school.
    """
    if viewer.is_anonymous:
        return _PUBLIC if item is Item else sa.and_(item.state == State.PUBLISHED, item.audience == Audience.PUBLIC)
    writes = sa.or_(
        item.author_id == viewer.person_id,
        sa.and_(item.shared_with_school, item.school_id.in_(viewer.contributes_to)),
    )
    audience = sa.or_(
        item.audience == Audience.PUBLIC,
        sa.and_(item.audience == Audience.NETWORK, item.network_id.in_(viewer.networks)),
        sa.and_(item.audience == Audience.SCHOOL, item.school_id.in_(viewer.schools)),
        sa.and_(item.audience == Audience.OWNER, item.author_id == viewer.person_id),
    )
    return sa.or_(
        sa.and_(item.state == State.PUBLISHED, audience),
        sa.and_(item.state == State.DRAFT, writes),
        sa.and_(item.state == State.REVIEW, sa.or_(writes, item.network_id.in_(viewer.curates))),
    )


def visible_items(viewer: Viewer) -> sa.Select[Item]:
    """Return the select of all items the viewer may read: the only beginning of a list of items."""
    return sa.select(Item).where(readable(viewer))


def item_by_ref(session: orm.Session, viewer: Viewer, kind: Kind, ref: Ref) -> Item:
    """Return the item with its HTML, or raise NotFoundError; WithdrawnError where only the tombstone may be seen."""
    item = session.scalar(_BY_ID, {"id": ref.public_id, "kind": kind})
    if item is not None and can(viewer, Permission.ITEM_READ, item):
        return item
    if item is not None and can(viewer, Permission.ITEM_TOMBSTONE, item):
        raise WithdrawnError(kind=item.kind, public_id=item.public_id, date=item.updated_at.date())
    raise NotFoundError


def counts_at(session: orm.Session, viewer: Viewer, school_id: int) -> dict[Kind, int]:
    """Return how many published items of each kind a school has, of those the viewer may read."""
    found = session.execute(
        sa.select(Item.kind, sa.func.count())
        .where(Item.school_id == school_id, Item.state == State.PUBLISHED, readable(viewer))
        .group_by(Item.kind)
    )
    return {kind: count for kind, count in found}  # noqa: C416 - a row is no pair for mypy
