"""Reads for the citation picker: ideas and tests that the writer may read."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.items.models import Item
from kb.items.queries import visible_items
from kb.items.rules import Kind
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.schools.models import School

MOST = 20
_WORDS = 8


@dataclass(frozen=True, slots=True)
class Citable:
    """Something that can be cited, as the picker names it."""

    public_id: str
    title: str
    kind: Kind
    school: str
    edition: int

    @property
    def words(self) -> str:
        """What stands beside its box."""
        return " · ".join(filter(None, (self.title, self.school)))


def citable(
    session: orm.Session, viewer: Viewer, *, network: str | None, kept: Iterable[str], wanted: str = ""
) -> list[Citable]:
    """Return what is cited already, what was looked for, and the latest of the network, each once."""
    cited = _read(session, viewer, Item.public_id.in_(list(kept)), limit=200)
    found = [*cited, *_found(session, viewer, wanted)]
    if not wanted:
        here = Item.network_id == sa.select(Network.id).where(Network.public_id == network).scalar_subquery()
        found += _read(session, viewer, here, limit=MOST)
    return list({one.public_id: one for one in found}.values())


def _found(session: orm.Session, viewer: Viewer, wanted: str) -> list[Citable]:
    words = wanted.split()[:_WORDS]
    if not words:
        return []
    each = [
        sa.or_(Item.title.icontains(word, autoescape=True), Item.summary.icontains(word, autoescape=True))
        for word in words
    ]
    return _read(session, viewer, sa.and_(*each), limit=MOST)


def _read(session: orm.Session, viewer: Viewer, condition: sa.ColumnElement[bool], *, limit: int) -> list[Citable]:
    found = session.execute(
        visible_items(viewer)
        .with_only_columns(Item.public_id, Item.title, Item.kind, School.name, Item.edition)
        .outerjoin(School, School.id == Item.school_id)
        .where(condition, Item.kind.in_((Kind.IDEA, Kind.CYCLE)), Item.state == State.PUBLISHED)
        .order_by(Item.published_at.desc(), Item.id)
        .limit(limit)
    )
    return [Citable(public_id, title, kind, school or "", edition) for public_id, title, kind, school, edition in found]
