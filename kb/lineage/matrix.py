"""Tested where: ideas by schools, with the latest result and the number of tests. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    """The ideas that were tested, in the given order; the schools by how many of them they tested; None: not tried.

    ``left_out`` is how many schools have no column.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Idea, tuple[Cell | None, ...]], ...]
    left_out: int = 0


def matrix(ideas: Sequence[Idea], tests: Iterable[Test], widest: int | None = None) -> Matrix:
    """Arrange the tests of these ideas at all or at most ``widest`` schools; without a school a test has no place."""
    cells: dict[int, dict[Column, list[Test]]] = {idea.id: {} for idea in ideas}
    for test in sorted(tests, key=lambda test: test.when):
        if test.school_ref is not None and test.idea_id in cells:
            cells[test.idea_id].setdefault(Column(test.school_ref, test.school_name), []).append(test)
    schools = _by_number_of_ideas(school for tested in cells.values() for school in tested)
    columns = schools[:widest]
    place = {school: number for number, school in enumerate(columns)}
    rows = tuple((idea, _row(cells[idea.id], place)) for idea in ideas if cells[idea.id])
    return Matrix(tuple(columns), rows, len(schools) - len(columns))


def _by_number_of_ideas(schools: Iterable[Column]) -> list[Column]:
    counts: dict[Column, int] = defaultdict(int)
    for school in schools:
        counts[school] += 1
    return sorted(counts, key=lambda school: (-counts[school], school.name, school.ref))


def _row(tested: Mapping[Column, list[Test]], place: Mapping[Column, int]) -> tuple[Cell | None, ...]:
    row: list[Cell | None] = [None] * len(place)
    for school, tests in tested.items():
        if school in place:
            row[place[school]] = Cell(tuple(tests))
    return tuple(row)
