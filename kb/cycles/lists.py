"""Reads on many cycles: the tests of an idea, of a school, of a network, without a word that may not be told."""

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import cells
from kb.cycles.models import Cycle
from kb.cycles.rules import Decision, ResultStatus, Stage, students
from kb.db import rows
from kb.drivers.models import Driver, DriverIdea
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind, Language
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.schools.models import Level, School

EVERY = 100_000
SHORT = 30  # tests on a page before it asks whether to show the rest
WITHOUT_SUCCESS = frozenset(
    {ResultStatus.NO_CLEAR_CHANGE, ResultStatus.GOT_WORSE, ResultStatus.NOT_AS_PLANNED, ResultStatus.STOPPED_EARLY}
)
_Idea = orm.aliased(Item, name="tested_idea")


@dataclass(frozen=True, slots=True)
class Place:
    """The facts of a school as a test met them."""

    locale: str
    level: Level | None
    enrolment: int | None
    frl: float | None
    multilingual: float | None


@dataclass(frozen=True, slots=True)
class CycleLine:
    """One cycle in a list. ``population`` is empty where it would point at a small group."""

    id: int
    ref: Ref
    title: str
    summary: str
    language: Language
    fictional: bool
    stage: Stage
    result: ResultStatus | None
    decision: Decision | None
    started_on: dt.date | None
    ended_on: dt.date | None
    population: str
    place: Place
    school_name: str
    school_ref: Ref | None
    idea_title: str
    idea_ref: Ref | None
    kind: Kind = Kind.CYCLE

    @property
    def is_open(self) -> bool:
        """Whether the test is planned or running."""
        return self.stage is not Stage.DONE

    @property
    def failed(self) -> bool:
        """Whether nothing got better, or the idea was given up."""
        return self.result in WITHOUT_SUCCESS or self.decision is Decision.ABANDON


@dataclass(frozen=True, slots=True)
class SchoolCycles:
    """The tests of one idea at one school, the latest first."""

    name: str
    ref: Ref | None
    cycles: list[CycleLine]


def of_idea(session: orm.Session, viewer: Viewer, idea_id: int, *, limit: int | None = SHORT) -> list[CycleLine]:
    """Return the tests of an idea that the viewer may read, planned and running ones first, then the latest."""
    return _lines(session, _of_idea(viewer), {"idea_id": idea_id}, limit)


def at_school(session: orm.Session, viewer: Viewer, school_id: int, *, limit: int | None = SHORT) -> list[CycleLine]:
    """Return the tests of a school that the viewer may read, planned and running ones first, then the latest."""
    return _lines(session, _at_school(viewer), {"at_school_id": school_id}, limit)


def by_school(lines: Sequence[CycleLine]) -> list[SchoolCycles]:
    """Group tests by their school; the school with the latest test comes first."""
    groups: dict[Ref | None, SchoolCycles] = {}
    for line in lines:
        groups.setdefault(line.school_ref, SchoolCycles(line.school_name, line.school_ref, [])).cycles.append(line)
    return list(groups.values())


def coverage(session: orm.Session, viewer: Viewer, network_id: int) -> dict[tuple[int, int], int]:
    """Return how many published tests each (driver, school) of a network has had, of ideas the viewer may read."""
    found = session.execute(
        sa.select(DriverIdea.driver_id, Item.school_id, sa.func.count())
        .join(Cycle, Cycle.idea_id == DriverIdea.idea_id)
        .join(_Idea, _Idea.id == Cycle.idea_id)
        .join(Item, Item.id == Cycle.item_id)
        .join(Driver, Driver.id == DriverIdea.driver_id)
        .where(
            Driver.network_id == network_id,
            Item.network_id == network_id,
            Item.school_id.is_not(None),
            Item.state == State.PUBLISHED,
            readable(viewer),
            readable(viewer, _Idea),
        )
        .group_by(DriverIdea.driver_id, Item.school_id)
    )
    return {(driver_id, school_id): count for driver_id, school_id, count in found if school_id is not None}


def per_month(session: orm.Session, viewer: Viewer, network_id: int) -> dict[dt.date, int]:
    """Return how many published tests of a network began in each month, by its first day, without empty months."""
    found = session.execute(
        sa.select(Cycle.started_on, sa.func.count())
        .join(Item, Item.id == Cycle.item_id)
        .where(
            Item.network_id == network_id,
            Item.state == State.PUBLISHED,
            Cycle.started_on.is_not(None),
            Cycle.stage != Stage.PLANNED,
            readable(viewer),
        )
        .group_by(Cycle.started_on)
    )
    months: dict[dt.date, int] = defaultdict(int)
    for started_on, count in found:
        if started_on is not None:
            months[started_on.replace(day=1)] += count
    return dict(sorted(months.items()))


def counts_by_school(session: orm.Session, viewer: Viewer, school_ids: Sequence[int]) -> dict[int, int]:
    """Return how many published tests each of the schools has."""
    found = session.execute(
        sa.select(Item.school_id, sa.func.count())
        .where(Item.kind == Kind.CYCLE, Item.state == State.PUBLISHED, Item.school_id.in_(school_ids), readable(viewer))
        .group_by(Item.school_id)
    )
    return {school_id: count for school_id, count in found if school_id is not None}


@functools.lru_cache(maxsize=64)  # building a statement of this size takes longer than running it
def _of_idea(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    return _select(viewer).where(Cycle.idea_id == sa.bindparam("idea_id")).limit(sa.bindparam("most"))


@functools.lru_cache(maxsize=64)
def _at_school(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    return _select(viewer).where(Item.school_id == sa.bindparam("at_school_id")).limit(sa.bindparam("most"))


def _select(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Item.id,
            Item.public_id,
            Item.slug,
            Item.title,
            Item.summary,
            Item.language,
            Item.fictional,
            Cycle.stage,
            Cycle.result,
            Cycle.decision,
            Cycle.started_on,
            Cycle.ended_on,
            Cycle.test_population,
            Cycle.group_size,
            Cycle.scale,
            Cycle.context_locale,
            Cycle.context_level,
            Cycle.context_enrolment,
            Cycle.context_frl,
            Cycle.context_multilingual,
            School.public_id.label("school_id"),
            School.slug.label("school_slug"),
            School.name.label("school_name"),
            School.locale,
            School.level,
            Network.minimum_group,
            _Idea.public_id.label("idea_id"),
            _Idea.slug.label("idea_slug"),
            _Idea.title.label("idea_title"),
        )
        .join(Cycle, Cycle.item_id == Item.id)
        .outerjoin(School, School.id == Item.school_id)
        .outerjoin(Network, Network.id == Item.network_id)
        .outerjoin(_Idea, sa.and_(_Idea.id == Cycle.idea_id, readable(viewer, _Idea)))
        .where(Item.state == State.PUBLISHED, readable(viewer))
        .order_by((Cycle.stage == Stage.DONE), Cycle.started_on.desc().nulls_first(), Item.id.desc())
    )


def _lines(
    session: orm.Session, query: sa.Select[*tuple[Any, ...]], values: dict[str, int], limit: int | None
) -> list[CycleLine]:
    return [_line(row) for row in rows(session, query, {**values, "most": EVERY if limit is None else limit})]


def _line(row: Any) -> CycleLine:
    minimum = cells.DEFAULT_MINIMUM if row.minimum_group is None else row.minimum_group
    return CycleLine(
        id=row.id,
        ref=Ref(row.public_id, row.slug),
        title=row.title,
        summary=row.summary,
        language=row.language,
        fictional=row.fictional,
        stage=row.stage,
        result=row.result,
        decision=row.decision,
        started_on=row.started_on,
        ended_on=row.ended_on,
        population="" if cells.is_small(students(row.group_size, row.scale), minimum) else row.test_population,
        place=Place(
            locale=row.context_locale or row.locale or "",
            level=row.context_level or row.level,
            enrolment=row.context_enrolment,
            frl=row.context_frl,
            multilingual=row.context_multilingual,
        ),
        school_name=row.school_name or "",
        school_ref=None if row.school_id is None else Ref(row.school_id, row.school_slug),
        idea_title=row.idea_title or "",
        idea_ref=None if row.idea_id is None else Ref(row.idea_id, row.idea_slug),
    )


def latest_results(session: orm.Session, viewer: Viewer, limit: int) -> Sequence[int]:
    """Return the ids of the tests that were published last and are done."""
    return session.scalars(
        sa.select(Item.id)
        .join(Cycle, Cycle.item_id == Item.id)
        .where(Item.kind == Kind.CYCLE, Item.state == State.PUBLISHED, Cycle.stage == Stage.DONE, readable(viewer))
        .order_by(Item.published_at.desc(), Item.id.desc())
        .limit(limit)
    ).all()
