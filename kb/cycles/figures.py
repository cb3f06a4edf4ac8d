"""The results of a cycle as they may be shown: every figure goes through the small-cell rules here. Pure."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kb import cells
from kb.cells import Figures, Shown, ShownFigures
from kb.cycles.rules import MeasureKind

_NUMBER = re.compile(r"\d")


class Raw(Protocol):
    """One stored result."""

    @property
    def measure(self) -> str: ...  # noqa: D102 - named by the column
    @property
    def kind(self) -> MeasureKind: ...  # noqa: D102
    @property
    def group(self) -> str: ...  # noqa: D102
    @property
    def n(self) -> int | None: ...  # noqa: D102
    @property
    def count(self) -> int | None: ...  # noqa: D102
    @property
    def before(self) -> float | None: ...  # noqa: D102
    @property
    def after(self) -> float | None: ...  # noqa: D102
    @property
    def comparison(self) -> float | None: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the results table. ``n`` is the number of students where it may be told, for "of n"."""

    measure: str
    kind: MeasureKind
    group: str
    unit: str
    note: str
    cells: ShownFigures

    @property
    def n(self) -> int | None:
        """Return the size of the group if it may be told."""
        low = self.cells.n.low
        return None if low is None else int(low)


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of the results table, and which of its columns hold anything."""

    lines: list[Line]

    @property
    def has_before(self) -> bool:
        """Whether any line tells of a value before, even a hidden one."""
        return any(line.cells.before.shown is not Shown.NONE for line in self.lines)

    @property
    def has_comparison(self) -> bool:
        """Whether any line tells of a comparison, even a hidden one."""
        return any(line.cells.comparison.shown is not Shown.NONE for line in self.lines)

    @property
    def has_hidden(self) -> bool:
        """Whether anything is hidden or blurred because of a small group."""
        return any(line.cells.hidden for line in self.lines)


def lines(results: Sequence[Raw], *, group_size: int | None, minimum: int) -> list[Line]:
    """Return the results in their order, with nothing that tells of fewer students than ``minimum``.

    A test whose own group is under the minimum shows no number, no student group and no note with a figure in it.
    The groups of one measure are judged together, so that a hidden one cannot be had by subtraction. The note of a
    group that is hidden has no figure either.
    """
    figures = [
        Figures(row.n, row.count, row.before, row.after, row.comparison, row.unit, within=group_size) for row in results
    ]
    small = cells.is_small(group_size, minimum)
    shown = cells.hide_all(figures) if small else _by_measure(results, figures, minimum)
    return [
        Line(
            measure=row.measure,
            kind=row.kind,
            group="" if small else row.group,
            unit=row.unit,
            note=words_only(row.note, small=small or cell.n.shown is Shown.HIDDEN),
            cells=cell,
        )
        for row, cell in zip(results, shown, strict=True)
    ]


def words_only(text: str, *, small: bool) -> str:
    """Return the text, or nothing where it tells a figure of a small group."""
    return "" if small and _NUMBER.search(text) else text


def _by_measure(results: Sequence[Raw], figures: Sequence[Figures], minimum: int) -> list[ShownFigures]:
    places: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(results):
        places[row.measure.casefold()].append(index)
    shown: dict[int, ShownFigures] = {}
    for together in places.values():
        judged = cells.show_together([figures[index] for index in together], minimum)
        shown.update(zip(together, judged, strict=True))
    return [shown[index] for index in range(len(figures))]
