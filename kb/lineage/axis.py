"""The shared time axis: where a day lies, where terms begin, and lanes in which no two chips overlap. Pure."""

import datetime as dt
import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

CHIP = 15.0  # per cent of the axis: the width of a chip, repeated in lineage.css
GAP = 0.6
DOT = 1.4  # half the room that the dot of an idea's birth takes
LABEL = 9.0  # the room a term's name needs
FALL = (8, 1)
SPRING = (1, 1)


@dataclass(frozen=True, slots=True)
class Tick:
    """The beginning of a term at ``x`` per cent of the axis."""

    x: float
    year: int
    is_fall: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """A span of time from ``start``; ``days`` long, with room for a whole chip after the last day that is placed."""

    start: dt.date
    days: float
    ticks: tuple[Tick, ...] = ()

    def x(self, day: dt.date) -> float:
        """Return where the day lies, in per cent of the axis."""
        return round(100 * (day - self.start).days / self.days, 2)


def axis(days: Collection[dt.date]) -> Axis:
    """Return the axis for these days (at least one), from the beginning of the first one's term."""
    start = _term(min(days))
    span = (max(days) - start).days or 1
    bare = Axis(start, span / ((100 - CHIP) / 100))
    return Axis(start, bare.days, tuple(_ticks(bare)))


def lanes(xs: Sequence[float], dot: float | None = None) -> list[int]:
    """Return a lane for each chip that begins at one of the ``xs``: the first one that is free there.

    The dot stands in lane 0 and nothing covers it.
    """
    ends: list[float] = []
    found: dict[int, int] = {}
    for index, x in sorted(enumerate(xs), key=lambda pair: pair[1]):
        lane = next(lane for lane in itertools.count() if _is_free(lane, x, ends, dot))
        ends.extend([x] * (lane + 1 - len(ends)))
        ends[lane] = x + CHIP + GAP
        found[index] = lane
    return [found[index] for index in range(len(xs))]


def _is_free(lane: int, x: float, ends: Sequence[float], dot: float | None) -> bool:
    if lane == 0 and dot is not None and x - DOT < dot < x + CHIP + DOT:
        return False
    return lane >= len(ends) or ends[lane] <= x


def _term(day: dt.date) -> dt.date:
    """Return the first day of the term: August to December is fall, the rest spring."""
    return dt.date(day.year, *(FALL if day.month >= FALL[0] else SPRING))


def _ticks(axis: Axis) -> Iterator[Tick]:
    """Give the terms whose names have room; where all of them do not, only falls, then fewer and fewer."""
    begins = list(_terms(axis))
    for step in itertools.count(1):
        kept = [day for day in begins if step == 1 or (day.month == FALL[0] and day.year % (step - 1) == 0)]
        if _fit(axis, kept):
            yield from (Tick(axis.x(day), day.year, day.month == FALL[0]) for day in kept)
            return


def _terms(axis: Axis) -> Iterator[dt.date]:
    day = axis.start
    while axis.x(day) <= 100 - LABEL:
        yield day
        day = dt.date(day.year + 1, *SPRING) if day.month == FALL[0] else dt.date(day.year, *FALL)


def _fit(axis: Axis, days: Sequence[dt.date]) -> bool:
    return all(axis.x(second) - axis.x(first) >= LABEL for first, second in itertools.pairwise(days))
