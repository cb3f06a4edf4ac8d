"""What the rarer filters and the order "schools like mine" look at: more columns of an item, and how they are read."""

import datetime as dt
import enum
import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from kb.cycles.models import Cycle, Prediction
from kb.cycles.rules import Outcome, Scale
from kb.ideas.models import ChangeIdea
from kb.ideas.rules import Cost
from kb.items.models import Item
from kb.schools.models import School
from kb.search.similarity import GRADES
from kb.search.stafftime import StaffTime, bucket

UNKNOWN = -1
FIELDS = [
    ("day", np.int32),
    ("group_size", np.int32),
    ("scale", np.int8),
    ("cost", np.int8),
    ("time", np.int8),
    ("low", np.int8),
    ("high", np.int8),
    ("enrolment", np.float32),
    ("frl", np.float32),
    ("multilingual", np.float32),
    ("disability", np.float32),
    ("met", np.int8),  # a bit for each of OUTCOMES
]
OUTCOMES = (Outcome.MET, Outcome.PARTLY, Outcome.NOT_MET)  # "cannot tell" is no answer to "was it met?"


def codes(words: type[enum.StrEnum]) -> dict[str, int]:
    """Return the code of each word of a list: its place."""
    return {word.value: number for number, word in enumerate(words)}


SCALES, COSTS, TIMES = codes(Scale), codes(Cost), codes(StaffTime)
MET = {outcome.value: number for number, outcome in enumerate(OUTCOMES)}
SELECTED = (
    Cycle.started_on,
    sa.case((Cycle.scale == Scale.ONE_STUDENT, 1), else_=Cycle.group_size),  # as kb.cycles.rules.students
    sa.type_coerce(Cycle.scale, sa.String),
    sa.type_coerce(ChangeIdea.cost, sa.String),
    ChangeIdea.staff_time,
    School.grade_low,
    School.grade_high,
    Cycle.context_enrolment,
    Cycle.context_frl,
    Cycle.context_multilingual,
    Cycle.context_disability,
)
OUTCOMES_OF = (
    sa.select(Prediction.cycle_id, sa.case(MET, value=sa.type_coerce(Prediction.outcome, sa.String)))
    .join(Item, Item.id == Prediction.cycle_id)
    .where(Prediction.outcome.in_(OUTCOMES))
)


def values(
    started: dt.date | None,
    group_size: int | None,
    scale: str | None,
    cost: str | None,
    staff_time: str | None,
    low: str | None,
    high: str | None,
    *context: float | None,
) -> tuple[Any, ...]:
    """Return the columns of one item in the order of FIELDS; the outcomes are added by ``mark_outcomes``."""
    return (
        UNKNOWN if started is None else started.toordinal(),
        UNKNOWN if group_size is None else group_size,
        SCALES.get(scale or "", UNKNOWN),
        COSTS.get(cost or "", UNKNOWN),
        UNKNOWN if staff_time is None else time_code(staff_time),
        GRADES.get(low or "", UNKNOWN),
        GRADES.get(high or "", UNKNOWN),
        *(UNKNOWN if value is None else value for value in context),
        0,
    )


@functools.lru_cache(maxsize=4096)
def time_code(text: str) -> int:
    """Return the code of a time of staff in words."""
    return TIMES[bucket(text).value]


def mark_outcomes(rows: npt.NDArray[np.void], pairs: npt.NDArray[np.int64]) -> None:
    """Set the bits of the outcomes that the predictions of these items had; ``pairs`` are those of OUTCOMES_OF."""
    place = np.full(int(max(rows["id"].max(), pairs[:, 0].max(initial=0))) + 1, UNKNOWN)
    place[rows["id"]] = np.arange(len(rows))
    at = place[pairs[:, 0]]
    known = at != UNKNOWN
    np.bitwise_or.at(rows["met"], at[known], (1 << pairs[known, 1]).astype(np.int8))
