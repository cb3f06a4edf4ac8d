"""The links of one item as its page shows them: what it comes from, what came of it, who cites it."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.ids import Ref
from kb.items.models import Adaptation, Item, Link
from kb.items.queries import readable
from kb.items.rules import ANCESTRY, CoreConsistency, Kind, LinkType, Planned
from kb.permissions import Viewer
from kb.schools.models import School

MOST = 200  # one page never lists more; the family tree does


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
    """All links of one item that may be seen, in the order in which they were made."""

    all: tuple[Relation, ...]

    @property
    def parents(self) -> Sequence[Relation]:
        """What this item was adapted, combined, copied or inspired from."""
        return [relation for relation in self.all if relation.outgoing and relation.type in ANCESTRY]

    @property
    def children(self) -> Sequence[Relation]:
        """What was adapted, combined, copied or inspired from this item."""
        return [relation for relation in self.all if not relation.outgoing and relation.type in ANCESTRY]

    @property
    def cited_by(self) -> Sequence[Relation]:
        """The case studies that cite this item."""
        return [relation for relation in self.all if not relation.outgoing and relation.type is LinkType.CITES]

    @property
    def others(self) -> Sequence[Relation]:
        """Links that are neither of descent nor of citation."""
        return [
            relation
            for relation in self.all
            if relation.type not in ANCESTRY and (relation.outgoing or relation.type is not LinkType.CITES)
        ]


def relations(session: orm.Session, viewer: Viewer, item_id: int) -> Relations:
    """Return the links of an item whose other end the viewer may read; own links first, then citations."""
    return Relations(tuple(_relation(row) for row in session.execute(_links(viewer), {"of": item_id})))


@functools.lru_cache(maxsize=64)  # building a statement of this size takes longer than running it
def _links(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    of = sa.bindparam("of", type_=sa.Integer)
    outgoing = Link.source_id == of
    other_end = sa.case((outgoing, Link.target_id), else_=Link.source_id)
    return (
        sa.select(
            Link.type,
            outgoing.label("outgoing"),
            Link.reason,
            Item.kind,
            Item.public_id,
            Item.slug,
            Item.title,
            Item.language,
            School.name.label("school_name"),
            Adaptation.link_id,
            Adaptation.kept,
            Adaptation.changed,
            Adaptation.added,
            Adaptation.removed,
            Adaptation.why,
            Adaptation.planned,
            Adaptation.decided_by,
            Adaptation.core,
        )
        .join(Item, Item.id == other_end)
        .outerjoin(School, School.id == Item.school_id)
        .outerjoin(Adaptation, sa.and_(Adaptation.link_id == Link.id, outgoing))
        .where(sa.or_(outgoing, Link.target_id == of), readable(viewer))
        .order_by(outgoing.desc(), (Link.type == LinkType.CITES).desc(), Link.id)
        .limit(MOST)
    )


def _relation(row: sa.Row[*tuple[Any, ...]]) -> Relation:
    frame = None
    if row.link_id is not None:
        frame = Frame(row.kept, row.changed, row.added, row.removed, row.why, row.planned, row.decided_by, row.core)
    return Relation(
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
