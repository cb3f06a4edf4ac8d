"""Reads the family of an idea and the ramp of a cycle: what this viewer may not know is as if it were not there."""

import functools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.db import rows
from kb.ideas.models import IdeaMerge
from kb.ids import Ref
from kb.items.models import Adaptation, Item, Link
from kb.items.queries import readable
from kb.items.rules import ANCESTRY, Kind
from kb.lineage.family import Change, Edge, Family, Idea, Test
from kb.permissions import Audience, State, Viewer
from kb.schools.models import School

GENERATIONS = 24  # up from the idea, and down from each ancestor; families are rarely deeper than 6
LARGEST = 5000  # ideas of one family that are read; the nearest ones come first
_SCHOOL = (School.public_id.label("school_id"), School.slug.label("school_slug"), School.name.label("school_name"))
_IDEA = (Item.id, Item.public_id, Item.slug, Item.title, Item.language, Item.state, Item.created_at, Item.updated_at)
# Said the long way round: with "kind = 'idea'" SQLite begins with every idea there is instead of with the links.
_IS_IDEA = Item.kind.not_in([kind for kind in Kind if kind is not Kind.IDEA])
_Select = sa.Select[*tuple[Any, ...]]


def family(session: orm.Session, viewer: Viewer, idea_id: int) -> Family:
    """Return the idea, its ancestors and all their descendants, with their tests, in three queries.

    Connected are ideas through visible ideas only. The viewer must be allowed to read the idea itself.
    """
    ideas = {row.id: _idea(row) for row in session.execute(_members(viewer, idea_id))}
    links = session.execute(_links(viewer, ideas).add_columns(*_IDEA, *_SCHOOL)).all()
    present = [idea.id for idea in ideas.values() if not idea.withdrawn]
    return Family(
        here=idea_id,
        ideas=ideas,
        outside={row.id: _idea(row) for row in links if row.id not in ideas},
        edges=[Edge(row.source_id, row.target_id, row.type) for row in links],
        tests=[_test(row) for row in session.execute(_tests(viewer, present))],
    )


def changes(session: orm.Session, viewer: Viewer, idea_ids: Collection[int]) -> list[Change]:
    """Return what the ideas kept and changed of those they draw on, in one query."""
    frame = (Adaptation.kept, Adaptation.changed, Adaptation.added, Adaptation.removed, Adaptation.why)
    links = (
        _links(viewer, idea_ids).outerjoin(Adaptation, Adaptation.link_id == Link.id).add_columns(Link.reason, *frame)
    )
    return [
        Change(*row[:4], *(text or "" for text in row[4:9]), *row[9:])
        for row in session.execute(links.add_columns(Adaptation.planned, Adaptation.core))
    ]


def may_know(viewer: Viewer, item: type[Item] = Item) -> sa.ColumnElement[bool]:
    """Return the condition that the viewer may read the item or see its tombstone."""
    audience: sa.ColumnElement[bool] = item.audience == Audience.PUBLIC
    if not viewer.is_anonymous:  # without a person "author_id = NULL" would let everyone see what has no author
        audience = sa.or_(
            audience,
            sa.and_(item.audience == Audience.NETWORK, item.network_id.in_(viewer.networks)),
            sa.and_(item.audience == Audience.SCHOOL, item.school_id.in_(viewer.schools)),
            sa.and_(item.audience == Audience.OWNER, item.author_id == viewer.person_id),
        )
    merged = sa.exists().where(IdeaMerge.idea_id == item.id)  # the idea it went into stands in its place
    gone = sa.and_(item.state == State.WITHDRAWN, item.published_at.is_not(None), audience, ~merged)
    return sa.or_(readable(viewer, item), gone)


def _members(viewer: Viewer, idea_id: int) -> _Select:
    """Select the family, nearest first: up from the idea, then down from all that was found.

    UNION drops what was there before at the same depth, and the depth is limited, so a loop in the data ends too.
    """
    start = sa.select(sa.literal(idea_id, sa.Integer).label("id"), sa.literal(0, sa.Integer).label("depth"))
    up = start.cte("up", recursive=True)
    up = up.union(_step(viewer, up, of=Link.source_id, to=Link.target_id))
    down = sa.select(up.c.id, sa.literal(0, sa.Integer).label("depth")).distinct().cte("down", recursive=True)
    down = down.union(_step(viewer, down, of=Link.target_id, to=Link.source_id))
    found = sa.select(down.c.id, sa.func.min(down.c.depth).label("depth")).group_by(down.c.id).subquery("found")
    return (
        sa.select(*_IDEA, *_SCHOOL)
        .join(found, found.c.id == Item.id)
        .outerjoin(School, School.id == Item.school_id)
        .order_by(found.c.depth, Item.created_at, Item.public_id)
        .limit(LARGEST)
    )


def _step(viewer: Viewer, reached: sa.CTE, *, of: Any, to: Any) -> _Select:
    """Select the visible ideas one link further. One condition about both tables, for the reason in ``_holds``."""
    near = sa.and_(Link.type.in_(ANCESTRY), reached.c.depth < GENERATIONS)
    return (
        sa.select(to, reached.c.depth + 1)
        .select_from(reached)
        .join(Link, of == reached.c.id)
        .where(sa.case((near, _holds(sa.and_(_IS_IDEA, may_know(viewer)), of=to)), else_=sa.false()))
    )


def _holds(condition: sa.ColumnElement[bool], *, of: Any) -> sa.ScalarSelect[bool]:
    """Return whether a condition holds of the item with the id ``of``, for one step of a recursion.

    No join, and no condition about the joined table alone: for these SQLite reads that whole table first, to build a
    Bloom filter (160 ms for 60,000 items), even where the recursion finds three rows.
    """
    return sa.select(condition).where(Item.id == of).correlate_except(Item).scalar_subquery()


def _links(viewer: Viewer, idea_ids: Iterable[int]) -> _Select:
    """Select the links from these ideas to visible ones; Item is the idea they draw on."""
    return (
        sa.select(Link.source_id, Link.target_id, Link.type)
        .join(Item, Item.id == Link.target_id)
        .outerjoin(School, School.id == Item.school_id)
        .where(Link.source_id.in_(idea_ids), Link.type.in_(ANCESTRY), _IS_IDEA, may_know(viewer))
        .order_by(Link.source_id, Link.type, Link.id)
    )


def _tests(viewer: Viewer, idea_ids: Collection[int]) -> _Select:
    published = _tests_of(viewer).where(Cycle.idea_id.in_(idea_ids), Item.state == State.PUBLISHED)
    return published.order_by(Cycle.started_on, Item.public_id)


def _tests_of(viewer: Viewer) -> _Select:
    """Select the readable cycles with all that a Test holds."""
    return (
        sa.select(
            Item.id,
            Item.public_id,
            Item.slug,
            *_SCHOOL,
            Cycle.idea_id,
            Cycle.stage,
            Cycle.result,
            Cycle.decision,
            Cycle.started_on,
            Cycle.ended_on,
        )
        .join(Cycle, Cycle.item_id == Item.id)
        .outerjoin(School, School.id == Item.school_id)
        .where(readable(viewer))
    )


def _idea(row: Any) -> Idea:
    if row.state is State.WITHDRAWN:
        return Idea(row.id, Ref(row.public_id), row.updated_at.date(), state=row.state)
    return Idea(
        id=row.id,
        ref=Ref(row.public_id, row.slug),
        born=row.created_at.date(),
        title=row.title,
        language=row.language,
        state=row.state,
        school_name=row.school_name or "",
    )


def _test(row: Any) -> Test:
    return Test(
        id=row.id,
        ref=Ref(row.public_id, row.slug),
        idea_id=row.idea_id,
        school_ref=Ref(row.school_id, row.school_slug) if row.school_id else None,
        school_name=row.school_name or "",
        stage=row.stage,
        result=row.result,
        decision=row.decision,
        started_on=row.started_on,
        ended_on=row.ended_on,
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """A cycle on a ramp. ``offset`` is 0 for the cycle asked for, -1 for the one before, 1 for those after."""

    offset: int
    title: str
    test: Test

    @property
    def kind(self) -> Kind:
        """Return what it is, for its address."""
        return Kind.CYCLE

    @property
    def ref(self) -> Ref:
        """Return what stands in the cycle's address."""
        return self.test.ref


def ramp(session: orm.Session, viewer: Viewer, cycle_id: int) -> list[Rung]:
    """Return the cycle with those before it and those that follow from it, in that order, in two queries.

    The ramp ends where the next cycle may not be read. Empty if the viewer may not read the cycle itself.
    """
    offsets: dict[int, int] = {}
    for row in rows(session, _offsets(viewer), {"cycle": cycle_id}):
        offsets.setdefault(row.id, row.offset)
    found = rows(session, _on_ramp(viewer), {"cycles": list(offsets)})
    rungs = [Rung(offsets[row.id], row.title, _test(row)) for row in found]
    return sorted(rungs, key=lambda rung: (rung.offset, rung.test.when[2:]))


@functools.lru_cache(maxsize=64)  # building this statement takes 5 ms, running it 0.2
def _offsets(viewer: Viewer) -> _Select:
    """Select the ids of the ramp, nearest first. The cycles are read apart: see ``_holds``."""
    before, after = (_climb(viewer, direction) for direction in (-1, 1))
    found = sa.union(sa.select(before), sa.select(after)).subquery("found")
    return sa.select(found.c.id, found.c.offset).where(found.c.id.is_not(None)).order_by(sa.func.abs(found.c.offset))


@functools.lru_cache(maxsize=64)
def _on_ramp(viewer: Viewer) -> _Select:
    return _tests_of(viewer).add_columns(Item.title).where(Item.id.in_(sa.bindparam("cycles", expanding=True)))


def _climb(viewer: Viewer, direction: int) -> sa.CTE:
    """Follow the readable cycles before (-1) or after (1), at most GENERATIONS of them, and name one that is not."""
    start = sa.select(Item.id.label("id"), sa.literal(0, sa.Integer).label("offset"))
    way = start.where(Item.id == sa.bindparam("cycle", type_=sa.Integer), readable(viewer)).cte(
        "before" if direction < 0 else "after", recursive=True
    )
    step = orm.aliased(Cycle)
    reached, came_by = (step.previous_id, step.item_id) if direction < 0 else (step.item_id, step.previous_id)
    return way.union(
        sa.select(reached, way.c.offset + direction)
        .select_from(way)
        .join(step, came_by == way.c.id)
        .where(sa.func.abs(way.c.offset) < GENERATIONS, _holds(readable(viewer), of=way.c.id))
    )
