"""Small-cell rules: the one choke point for every number about a group of students. Pure.

Rule (design, "Small groups"): a group under the network's minimum shows no number; in a larger group a count from 1 to
minimum - 1, or its complement, is shown as a range. Practice of US states: a minimum of 10.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

DEFAULT_MINIMUM = 10
_PEOPLE = r"(?:students?|pupils?|learners?|children|kids|estudiantes?|alumn[oa]s?)"
_STUDENTS = re.compile(rf"\s*{_PEOPLE}\b", re.IGNORECASE)
_PERCENT = re.compile(rf"\s*(?:%|(?:per\s?cent|pct)\s*(?:of\s+(?:the\s+|all\s+)?{_PEOPLE}.*)?$)", re.IGNORECASE)
_OF = re.compile(r"\b(\d{1,4})\s+(?:out\s+)?(?:of|de)\s+(?:the\s+|our\s+|los\s+|las\s+)?(\d{1,4})\b", re.IGNORECASE)


class Shown(enum.StrEnum):
    """How a number may be shown."""

    EXACT = "exact"
    RANGE = "range"
    HIDDEN = "hidden"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it may be shown: exact (``low == high``), a range, hidden because of a small group, or not given."""

    shown: Shown
    low: float | None = None
    high: float | None = None


NOT_GIVEN = Cell(Shown.NONE)
HIDDEN = Cell(Shown.HIDDEN)


@dataclass(frozen=True, slots=True)
class Figures:
    """The raw figures of one group: ``count`` of ``n``, or values in a unit ("%": per cent of the n; or students).

    Where ``n`` is not told, the group is at most ``within`` large: the size of the whole test, if that is known.
    """

    n: int | None
    count: int | None = None
    before: float | None = None
    after: float | None = None
    comparison: float | None = None
    unit: str = ""
    within: int | None = None

    @property
    def most(self) -> int | None:
        """The number of students that a count of them is judged by."""
        return self.within if self.n is None else self.n


@dataclass(frozen=True, slots=True)
class ShownFigures:
    """The figures of one group as they may be shown."""

    n: Cell
    count: Cell
    before: Cell
    after: Cell
    comparison: Cell

    @property
    def hidden(self) -> bool:
        """Whether anything is hidden or blurred because of a small group."""
        cells = (self.n, self.count, self.before, self.after, self.comparison)
        return any(cell.shown in (Shown.HIDDEN, Shown.RANGE) for cell in cells)


def _exact(value: float | None) -> Cell:
    return NOT_GIVEN if value is None else Cell(Shown.EXACT, value, value)


def is_small(n: int | None, minimum: int) -> bool:
    """Say whether a group of n is too small for any number; an unknown size is not small."""
    return n is not None and n < minimum


def count_cell(count: float | None, n: int | None, minimum: int) -> Cell:
    """Return a count of students as it may be shown."""
    if count is None:
        return NOT_GIVEN
    if is_small(n, minimum):
        return HIDDEN
    few = 0 < count < minimum
    few_others = n is not None and 0 < n - count < minimum
    if not few and not few_others:
        return _exact(count)
    if n is None or n > 2 * (minimum - 1):  # the two ends do not touch
        return Cell(Shown.RANGE, 1, minimum - 1) if few or n is None else Cell(Shown.RANGE, n - minimum + 1, n - 1)
    return Cell(Shown.RANGE, 1, n - 1)


def percent_cell(percent: float | None, n: int | None, minimum: int) -> Cell:
    """Return a per cent of n students as it may be shown: what the count it stands for may not tell, it may not."""
    if percent is None:
        return NOT_GIVEN
    if n is None or n == 0:
        return _exact(percent)
    count = count_cell(round(percent * n / 100), n, minimum)
    if count.shown is not Shown.RANGE or count.low is None or count.high is None:
        return count if count.shown is Shown.HIDDEN else _exact(percent)
    return Cell(Shown.RANGE, round(100 * count.low / n), round(100 * count.high / n))


def show(figures: Figures, minimum: int) -> ShownFigures:
    """Return one group's figures as they may be shown."""
    if is_small(figures.n, minimum):
        return _hide(figures)

    def value(number: float | None) -> Cell:
        if _PERCENT.match(figures.unit):
            return percent_cell(number, figures.n, minimum)
        return count_cell(number, figures.most, minimum) if _STUDENTS.match(figures.unit) else _exact(number)

    return ShownFigures(
        n=_exact(figures.n),
        count=count_cell(figures.count, figures.most, minimum),
        before=value(figures.before),
        after=value(figures.after),
        comparison=value(figures.comparison),
    )


def show_together(groups: Sequence[Figures], minimum: int) -> list[ShownFigures]:
    """Return the figures of several groups of one measure; what is hidden cannot be had by subtracting the others.

    If exactly one group is hidden or blurred and at least two others stand beside it (parts and a whole), the smallest
    of the others is hidden too.
    """
    shown = [show(figures, minimum) for figures in groups]
    protected = [index for index, cells in enumerate(shown) if cells.hidden]
    others = [index for index in range(len(groups)) if index not in protected]
    if len(protected) == 1 and len(others) > 1:
        smallest = min(others, key=lambda index: (groups[index].n is None, groups[index].n or 0))
        shown[smallest] = _hide(groups[smallest])
    return shown


def hide_all(groups: Sequence[Figures]) -> list[ShownFigures]:
    """Return no number at all: for a test whose own group is under the minimum."""
    return [_hide(figures) for figures in groups]


def small_counts_in(text: str, minimum: int) -> list[str]:
    """Return each "x of y" in a text where y is under the minimum; such a text may not be published as it is."""
    return [match.group(0) for match in _OF.finditer(text) if 0 < int(match.group(2)) < minimum]


def _hide(figures: Figures) -> ShownFigures:
    def cell(value: float | None) -> Cell:
        return NOT_GIVEN if value is None else HIDDEN

    return replace(
        ShownFigures(n=HIDDEN, count=HIDDEN, before=HIDDEN, after=HIDDEN, comparison=HIDDEN),
        n=cell(figures.n),
        count=cell(figures.count),
        before=cell(figures.before),
        after=cell(figures.after),
        comparison=cell(figures.comparison),
    )
