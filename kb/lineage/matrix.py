"""Tested where: ideas by schools, with the latest result and the number of tests. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.ids import Ref
from kb.lineage.family import Idea, Test, short_name


@dataclass(frozen=True, slots=True)
class Column:
    """A school."""

    ref: Ref
    name: str

    @property
    def short(self) -> str:
        """Return the name in short."""
        return short_name(self.name)


@dataclass(frozen=True, slots=True)
class Cell:
    """All tests of one idea at one school, the latest result last."""

    tests: tuple[Test, ...]

    @property
    def latest(self) -> Test:
        """Return the test with the latest result, or one that is running or planned where there is no result yet."""
        return self.tests[-1]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The ideas that were tested, in the given order; the schools by how many of them they tested; None: not tried."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Idea, tuple[Cell | None, ...]], ...]


def matrix(ideas: Sequence[Idea], tests: Iterable[Test]) -> Matrix:
    """Arrange the tests of these ideas; a test without a school has no place here."""
    known = {idea.id for idea in ideas}
    cells: dict[tuple[int, Column], list[Test]] = defaultdict(list)
    for test in sorted(tests, key=lambda test: test.when):
        if test.school_ref is not None and test.idea_id in known:
            cells[test.idea_id, Column(test.school_ref, test.school_name)].append(test)
    columns = _by_number_of_ideas(school for _, school in cells)
    tested = {idea_id for idea_id, _ in cells}
    return Matrix(
        tuple(columns),
        tuple(
            (idea, tuple(_cell(cells.get((idea.id, school))) for school in columns))
            for idea in ideas
            if idea.id in tested
        ),
    )


def _by_number_of_ideas(schools: Iterable[Column]) -> list[Column]:
    counts: dict[Column, int] = defaultdict(int)
    for school in schools:
        counts[school] += 1
    return sorted(counts, key=lambda school: (-counts[school], school.name, school.ref))


def _cell(tests: list[Test] | None) -> Cell | None:
    return Cell(tuple(tests)) if tests else None
