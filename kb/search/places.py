"""Schools like mine over the catalogue: how near each record was tested to the school a person has in mind.

A cycle stands for its school as it was then; an idea or a case study for the nearest of its visible tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import orm

from kb.schools.models import School, SchoolContext
from kb.search import similarity
from kb.search.columns import NONE, Columns, Index, Rows
from kb.search.details import UNKNOWN
from kb.search.picture import Picture
from kb.search.similarity import ALIKE, FIELDS, GRADES, Distances, Facts, Place


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one record stands to the school in mind.

    ``facts`` are those of its nearest test that both schools have, None where fewer than two are shared; ``schools``
    counts the schools alike among those where an idea or the ideas and tests of a case study were tested.
    """

    facts: Facts | None
    is_alike: bool
    schools: int


@dataclass(frozen=True, slots=True)
class Mine:
    """The school in mind as it is used: its name ("" for a description), its facts, and how much each counts."""

    name: str
    facts: Facts
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nearness:
    """By row: the distance (infinite: cannot be said), the row of the nearest test, and how many schools are alike."""

    distance: Distances
    nearest: Index
    shared: npt.NDArray[np.bool_]
    schools: Index


def mine(session: orm.Session, place: Place) -> Mine | None:
    """Return the school in mind; None where fewer than two facts of it are known, or none that counts."""
    name, known = _of_register(session, place.school) if place.school else ("", similarity.NOTHING)
    facts = place.facts.over(known)
    enough = similarity.count(facts, place.weights) >= similarity.LEAST_SHARED
    return Mine(name, facts, place.weights) if enough else None


def _of_register(session: orm.Session, public_id: str) -> tuple[str, Facts]:
    row = session.execute(
        sa.select(
            School.name,
            School.locale,
            School.grade_low,
            School.grade_high,
            SchoolContext.enrolment,
            SchoolContext.frl,
            SchoolContext.multilingual,
            SchoolContext.disability,
        )
        .outerjoin(SchoolContext, SchoolContext.school_id == School.id)
        .where(School.public_id == public_id)
        .order_by(SchoolContext.year.desc())
        .limit(1)
    ).first()
    if row is None:
        return "", similarity.NOTHING
    known = {name: value for name, value in row._mapping.items() if name in FIELDS and value is not None}  # noqa: SLF001 - SQLAlchemy's own public name
    low, high = GRADES.get(row.grade_low, UNKNOWN), GRADES.get(row.grade_high, UNKNOWN)
    return row.name, Facts(low=low, high=high, **{**known, "locale": int(row.locale[0]) if row.locale else UNKNOWN})


def nearness(school: Mine, held: Columns, picture: Picture) -> Nearness:
    """Return how near every record is to the school."""
    rows, (to, of) = held.rows, picture.tests
    distance, shared = similarity.distances(school.facts, school.weights, rows)
    is_cycle = rows["idea"] != NONE
    distance = np.where(is_cycle, distance, np.float32(np.inf))
    nearest = np.where(is_cycle, np.arange(len(rows)), NONE)
    order = np.lexsort((of, distance[of], to))  # the nearest test of each record first
    targets, first = np.unique(to[order], return_index=True)
    nearest[targets] = of[order][first]
    alike = distance[of] <= ALIKE
    schools = _schools(to[alike], rows["school"][of[alike]].astype(np.int64), len(rows))
    distance[targets] = distance[nearest[targets]]
    return Nearness(distance, nearest, shared, schools)


def _schools(to: Index, at: Index, size: int) -> Index:
    """Return for each row how many different schools stand beside it in the pairs."""
    width = int(at.max(initial=0)) + 1
    known = at != NONE
    return np.bincount(np.unique(to[known] * width + at[known]) // width, minlength=size)


def likenesses(near: Nearness, rows: Rows, wanted: Iterable[int]) -> dict[int, Likeness]:
    """Return by item how the records of these rows stand to the school."""
    return {int(rows["id"][row]): _likeness(near, rows, row) for row in wanted}


def _likeness(near: Nearness, rows: Rows, row: int) -> Likeness:
    test, distance = near.nearest[row], near.distance[row]
    if not np.isfinite(distance):
        return Likeness(None, is_alike=False, schools=0)
    own = Facts(*(rows[name][test].item() for name in Facts.__dataclass_fields__))
    facts = similarity.only(own, near.shared[test].tolist())
    return Likeness(facts, is_alike=bool(distance <= ALIKE), schools=int(near.schools[row]))
