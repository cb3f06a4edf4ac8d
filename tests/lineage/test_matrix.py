"""Tested where: every test of a listed idea at a school stands in exactly one cell."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cycles.rules import ResultStatus, Stage
from kb.ids import Ref
from kb.lineage import family
from kb.lineage.matrix import Column, matrix


def idea(number: int) -> family.Idea:
    return family.Idea(number, Ref(f"{number:08}"), dt.date(2024, 1, 1), title=f"Idea {number}")


def trial(number: int, idea_id: int, school: int | None, *, end: int = 1, done: bool = True) -> family.Test:
    return family.Test(
        id=number,
        ref=Ref(f"{number:08}"),
        idea_id=idea_id,
        school_ref=None if school is None else Ref(f"{school:08}"),
        school_name="" if school is None else f"School {school}",
        stage=Stage.DONE if done else Stage.RUNNING,
        result=ResultStatus.IMPROVED if done else None,
        decision=None,
        started_on=dt.date(2024, 1, 1),
        ended_on=dt.date(2024, 1, 1) + dt.timedelta(days=end) if done else None,
    )


@st.composite
def trials(draw: st.DrawFn) -> list[family.Test]:
    size = draw(st.integers(0, 25))
    return [
        trial(number, draw(st.integers(1, 5)), draw(st.none() | st.integers(1, 4)), end=draw(st.integers(0, 300)))
        for number in range(size)
    ]


@given(trials(), st.sets(st.integers(1, 5)))
def test_the_counts_add_up(tests: list[family.Test], listed: set[int]) -> None:
    found = matrix([idea(number) for number in sorted(listed)], tests)
    counted = [test for test in tests if test.school_ref is not None and test.idea_id in listed]
    cells = [cell for _, row in found.rows for cell in row if cell]
    assert sorted(test.id for cell in cells for test in cell.tests) == [test.id for test in counted]
    assert all(len(row) == len(found.columns) for _, row in found.rows)
    assert all(any(row) for _, row in found.rows)
    assert [row_idea.id for row_idea, _ in found.rows] == sorted({test.idea_id for test in counted})
    assert all(max(cell.tests, key=lambda test: test.when) is cell.latest for cell in cells)


def test_schools_that_tested_most_ideas_come_first() -> None:
    found = matrix([idea(1), idea(2)], [trial(1, 1, 2), trial(2, 1, 1), trial(3, 2, 2)])
    assert [school.name for school in found.columns] == ["School 2", "School 1"]


def test_a_result_counts_more_than_a_test_that_is_running() -> None:
    tests = [trial(1, 1, 1, end=5), trial(2, 1, 1, done=False), trial(3, 1, 1, end=3)]
    [[_, (cell,)]] = matrix([idea(1)], tests).rows
    assert cell is not None
    assert (cell.latest.id, len(cell.tests)) == (1, 3)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Alder Creek High School", "Alder Creek HS"),
        ("Bayside Middle School", "Bayside MS"),
        ("Quarry Elementary School", "Quarry ES"),
        ("Mesa Verde K-8 School", "Mesa Verde K-8"),
        ("Fenwick Valley Junior-Senior High School", "Fenwick Valley Jr-Sr HS"),
        ("Lincoln Park Academy", "Lincoln Park Acad."),
        ("High School", "High"),
        ("Escuela Nueva", "Escuela Nueva"),
        ("", ""),
    ],
)
def test_a_schools_name_in_short(name: str, short: str) -> None:
    assert Column(Ref("00000001"), name).short == short


def test_a_table_for_a_page_has_the_schools_with_the_most_ideas_and_counts_the_rest() -> None:
    found = matrix([idea(1), idea(2)], [trial(1, 1, 2), trial(2, 1, 1), trial(3, 2, 2)], widest=1)
    assert [column.ref for column in found.columns] == [trial(1, 1, 2).school_ref]
    assert [len(cells) for _, cells in found.rows] == [1, 1]
    assert found.left_out == 1
