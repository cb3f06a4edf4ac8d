"""The links of one item as its page shows them: what it comes from, what came of it, who cites it."""

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import rows
from kb.ids import Ref
from kb.items.models import Adaptation, Item, Link
from kb.items.queries import readable
from kb.items.rules import ANCESTRY, CoreConsistency, Kind, LinkType, Planned
from kb.permissions import Viewer
from kb.schools.models import School

MOST = 20  # of one part; the family tree shows all
FRAME = ("kept", "changed", "added", "removed", "why", "planned", "decided_by", "core")


class Part(enum.StrEnum):
    """What a link is to an item."""

    PARENT = "parent"
    CHILD = "child"
    CITED_BY = "cited_by"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Frame:
    """The answers to the FRAME questions about an adaptation."""

    kept: str
    changed: str
    added: str
    removed: str
    why: str
    planned: Planned | None
    decided_by: str
    core: CoreConsistency


@dataclass(frozen=True, slots=True)
class Relation:
    """A link with the item at its other end. ``outgoing``: this item is the source, the younger one."""

    part: Part
    type: LinkType
    outgoing: bool
    reason: str
    kind: Kind
    ref: Ref
    title: str
    language: str
    school_name: str
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Relations:
    """The links of one item that may be seen, in the order in which they were made, at most MOST of each part."""

    held: tuple[Relation, ...]
    totals: Mapping[Part, int]

    def of(self, part: Part) -> list[Relation]:
        """Return the links of one part."""
        return [relation for relation in self.held if relation.part is part]

    @property
    def parents(self) -> list[Relation]:
        """What this item was adapted, combined, copied or inspired from."""
        return self.of(Part.PARENT)

    @property
    def children(self) -> list[Relation]:
        """What was adapted, combined, copied or inspired from this item."""
        return self.of(Part.CHILD)

    @property
    def all_children(self) -> int:
        """How many descend from this item directly, also those that are not listed."""
        return self.totals.get(Part.CHILD, 0)

    @property
    def cited_by(self) -> list[Relation]:
        """The case studies that cite this item."""
        return self.of(Part.CITED_BY)

    @property
    def others(self) -> list[Relation]:
        """Links that are neither of descent nor of citation."""
        return self.of(Part.OTHER)


def relations(session: orm.Session, viewer: Viewer, item_id: int) -> Relations:
    """Return the links of an item whose other end the viewer may read."""
    links = rows(session, _links(viewer), {"of": item_id}).all()
    return Relations(tuple(map(_relation, links)), {Part(row.part): row.total for row in links})


@functools.lru_cache(maxsize=64)  # building a statement of this size takes longer than running it
def _links(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    of = sa.bindparam("of", type_=sa.Integer)
    outgoing = Link.source_id == of
    part = sa.case(
        (sa.and_(outgoing, Link.type.in_(ANCESTRY)), Part.PARENT),
        (Link.type.in_(ANCESTRY), Part.CHILD),
        (sa.and_(sa.not_(outgoing), Link.type == LinkType.CITES), Part.CITED_BY),
        else_=Part.OTHER,
    )
    seen = (
        sa.select(
            Link.id.label("link_id"),
            Link.type,
            outgoing.label("outgoing"),
            Link.reason,
            Item.kind,
            Item.public_id,
            Item.slug,
            Item.title,
            Item.language,
            Item.school_id,
            part.label("part"),
            sa.func.count().over(partition_by=part).label("total"),
            sa.func.row_number().over(partition_by=part, order_by=Link.id).label("place"),
        )
        .join(Item, Item.id == sa.case((outgoing, Link.target_id), else_=Link.source_id))
        .where(sa.or_(outgoing, Link.target_id == of), readable(viewer))
        .subquery()
    )
    return (
        sa.select(seen, School.name.label("school_name"), *(getattr(Adaptation, name) for name in FRAME))
        .outerjoin(School, School.id == seen.c.school_id)
        .outerjoin(Adaptation, sa.and_(Adaptation.link_id == seen.c.link_id, seen.c.outgoing))
        .where(seen.c.place <= MOST)
        .order_by(seen.c.link_id)
    )


def _relation(row: sa.Row[*tuple[Any, ...]]) -> Relation:
    told = [getattr(row, name) for name in FRAME]
    frame = None if row.core is None else Frame(*told)
    return Relation(
        part=Part(row.part),
        type=row.type,
        outgoing=bool(row.outgoing),
        reason=row.reason,
        kind=row.kind,
        ref=Ref(row.public_id, row.slug),
        title=row.title,
        language=row.language.value,
        school_name=row.school_name or "",
        frame=frame,
    )
