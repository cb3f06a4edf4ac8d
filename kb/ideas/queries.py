"""Reads on change ideas."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import rows
from kb.errors import WithdrawnError
from kb.ideas.models import ChangeIdea, IdeaMerge
from kb.ideas.rules import Cost, Target
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import item_by_ref, readable
from kb.items.rules import Kind
from kb.networks.models import Network
from kb.permissions import Permission, State, Viewer, can
from kb.schools.models import School

_FACTS = (
    sa.select(
        ChangeIdea.population,
        ChangeIdea.roles_needed,
        ChangeIdea.staff_time,
        ChangeIdea.duration,
        ChangeIdea.cost,
        ChangeIdea.target,
        School.name.label("school_name"),
        School.public_id.label("school_id"),
        School.slug.label("school_slug"),
        Network.name.label("network_name"),
        Network.public_id.label("network_id"),
        Network.slug.label("network_slug"),
    )
    .select_from(Item)
    .join(ChangeIdea, ChangeIdea.item_id == Item.id)
    .outerjoin(School, School.id == Item.school_id)
    .outerjoin(Network, Network.id == Item.network_id)
    .where(Item.id == sa.bindparam("of"))
)


@dataclass(frozen=True, slots=True)
class IdeaFacts:
    """The short facts of an idea and where it was born. The long texts are in ``Item.html``."""

    population: str
    roles_needed: str
    staff_time: str
    duration: str
    cost: Cost | None
    target: Target | None
    school_name: str
    school_ref: Ref | None
    network_name: str
    network_ref: Ref | None


def idea_by_ref(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the idea, NotFoundError or WithdrawnError; for one that was merged the idea it went into."""
    try:
        return item_by_ref(session, viewer, Kind.IDEA, ref)
    except WithdrawnError:
        kept = kept_idea(session, ref.public_id)
        if kept is None or not can(viewer, Permission.ITEM_READ, kept):
            raise
        return kept


def kept_idea(session: orm.Session, public_id: str) -> Item | None:
    """Return the idea that a merged one went into, at the end of all merges; None where it was not merged."""
    merge = sa.select(IdeaMerge.into_id).join(Item, Item.id == IdeaMerge.idea_id)
    into = session.scalar(merge.where(Item.public_id == public_id, Item.state == State.WITHDRAWN))
    if into is None:
        return None
    kept = session.get_one(Item, into)
    return kept_idea(session, kept.public_id) or kept


def facts(session: orm.Session, idea: Item) -> IdeaFacts:
    """Return the facts of an idea that the caller was allowed to read."""
    row = rows(session, _FACTS, {"of": idea.id}).one()
    return IdeaFacts(
        population=row.population,
        roles_needed=row.roles_needed,
        staff_time=row.staff_time,
        duration=row.duration,
        cost=row.cost,
        target=row.target,
        school_name=row.school_name or "",
        school_ref=None if row.school_id is None else Ref(row.school_id, row.school_slug),
        network_name=row.network_name or "",
        network_ref=None if row.network_id is None else Ref(row.network_id, row.network_slug),
    )


def born_at(session: orm.Session, viewer: Viewer, school_id: int, limit: int) -> Sequence[int]:
    """Return the ids of the ideas a school was the first to write down, the newest first."""
    return session.scalars(
        sa.select(Item.id)
        .where(Item.kind == Kind.IDEA, Item.state == State.PUBLISHED, Item.school_id == school_id, readable(viewer))
        .order_by(Item.published_at.desc(), Item.id.desc())
        .limit(limit)
    ).all()
