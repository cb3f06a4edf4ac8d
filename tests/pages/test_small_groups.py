"""The page of a cycle tells nothing of a group that is too small."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import orm

from kb import models as m
from kb.cells import Shown
from kb.cycles import figures
from kb.cycles.rules import MeasureKind, Scale
from kb.items.rules import Vocabulary
from tests import factories as make
from tests.pages.conftest import World
from tests.pages.visitor import Page, Visitor

Show = Callable[..., Page]


@pytest.fixture
def show(visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]) -> Show:
    """Return the page of a cycle with these results."""

    def page(*results: dict[str, Any], minimum: int = 10, **over: Any) -> Page:
        writing.get_one(m.Network, world.network.id).minimum_group = minimum
        cycle = make.make_cycle(writing, world.idea, world.school, world.method, network_id=world.network.id, **over)
        make.make_tag(writing, Vocabulary.GROUP, "Newcomers", cycle)
        writing.add(m.Prediction(cycle_id=cycle.id, position=0, expected="Most of them", actual="63 % did"))
        for position, result in enumerate(results):
            row = {"measure": "On time", "kind": MeasureKind.OUTCOME, "group": "Whole class", "note": "", **result}
            writing.add(m.Result(cycle_id=cycle.id, position=position, **row))
        publish()
        return visitor.get(f"/cycles/{cycle.ref}")

    return page


def test_a_large_group_is_shown_in_full(show: Show) -> None:
    text = show({"n": 40, "count": 22}, group_size=40, test_population="Ninth graders").text
    for words in ("22 of 40", "Whole class", "Ninth graders", "Newcomers", "63 % did"):
        assert words in text
    assert "hidden" not in text


def test_a_small_test_shows_words_and_no_number(show: Show) -> None:
    page = show(
        {"n": 8, "count": 5, "group": "Newcomer girls", "note": "5 came"},
        {"measure": "Minutes", "before": 7171, "after": 8383, "unit": "minutes", "note": "Long days"},
        group_size=8,
        test_population="Eight newcomers",
    )
    for words in ("Improved", "Adopt", "On time", "Long days", "hidden: small group"):
        assert words in page.text, words
    for words in ("Newcomer", "newcomers", "5 came", "7171", "8383", "63 %", "of 8"):
        assert words not in page.text, words


def test_a_few_of_many_are_a_range(show: Show) -> None:
    assert "fewer than 10 of 24" in show({"n": 24, "count": 3}).text


def test_all_but_a_few_are_a_range_too(show: Show) -> None:
    page = show({"n": 24, "count": 22})
    assert "more than 14 of 24" in page.text
    assert "22 of 24" not in page.text


def test_few_and_few_others(show: Show) -> None:
    assert "some of 16" in show({"n": 16, "count": 8}).text


def test_a_percent_of_a_few_is_a_range(show: Show) -> None:
    assert "between 4 and 38%" in show({"n": 24, "after": 12.5, "unit": "%"}).text


def test_a_count_without_a_size(show: Show) -> None:
    assert "fewer than 10" in show({"count": 4}).text


def test_one_hidden_group_cannot_be_had_by_subtraction(show: Show) -> None:
    page = show(
        {"group": "All", "n": 60, "count": 30},
        {"group": "Others", "n": 52, "count": 27},
        {"group": "Newcomers in class", "n": 8, "count": 3},
    )
    assert "30 of 60" in page.text
    assert "27 of 52" not in page.text


def test_the_network_decides_what_is_small(show: Show) -> None:
    assert "12 of 40" not in show({"n": 40, "count": 12}, minimum=20).text


def test_the_list_of_an_idea_names_no_small_group(show: Show, visitor: Visitor, world: World) -> None:
    show(group_size=8, test_population="Eight newcomers")
    for address in (f"/ideas/{world.idea.ref}", f"/schools/{world.school.ref}"):
        page = visitor.get(address)
        assert "Eight newcomers" not in page.text
        assert "One class of seniors" in page.text


@pytest.mark.parametrize(
    "result",
    [
        {"n": 24, "before": 3, "after": 5, "unit": "students"},
        {"n": 24, "before": 12.5, "after": 20.8, "unit": "percent"},
        {"n": 24, "before": 12.5, "after": 20.8, "unit": "per cent of the students"},
    ],
)
def test_students_by_any_unit_are_a_range(show: Show, result: dict[str, Any]) -> None:
    page = show(result)
    assert "between" in page.text
    for told in (" 3 student", " 5 student", "12.5", "20.8"):
        assert told not in page.text


def test_a_percent_of_something_else_is_no_count_of_students(show: Show) -> None:
    assert "12 percent of turns" in show({"n": 24, "after": 12, "unit": "percent of turns"}).text


def test_a_count_without_a_size_is_judged_by_the_whole_test(show: Show) -> None:
    assert "20" not in show({"count": 20}, group_size=24).text.replace("2025", "").replace("2026", "")


def test_the_note_of_a_hidden_group_tells_no_figure(show: Show) -> None:
    text = show({"n": 24, "count": 12}, {"measure": "Moved up", "n": 6, "count": 4, "note": "4 moved up"}).text
    assert "12 of 24" in text
    assert "4 moved up" not in text


def test_a_test_with_one_student_is_small(show: Show, visitor: Visitor, world: World) -> None:
    page = show(
        {"before": 7171, "after": 8383, "unit": "points"}, scale=Scale.ONE_STUDENT, test_population="Our newcomer"
    )
    for words in ("7171", "8383", "63 %", "Our newcomer", "Newcomers"):
        assert words not in page.text, words
    assert "Our newcomer" not in visitor.get(f"/ideas/{world.idea.ref}").text


def test_a_small_test_tells_no_expected_figure_and_no_way_to_guess_it(
    show: Show, writing: orm.Session, publish: Callable[[], None], visitor: Visitor
) -> None:
    page = show(group_size=8)
    assert "Most of them" in page.text
    row = writing.scalars(sa.select(m.Prediction).where(m.Prediction.expected == "Most of them")).one()
    row.expected, row.locked_at, row.lock_hash = "5 will come", make.NOW, "ab" * 32
    publish()
    text = visitor.get(page.address).text
    assert "5 will come" not in text
    assert "abab" not in text


Number = st.none() | st.integers(0, 60)


class Row:
    def __init__(self, measure: str, n: int | None, count: int | None, value: int | None) -> None:
        self.measure, self.n, self.count = measure, n, count
        self.before = self.after = self.comparison = None if value is None else float(value)
        self.kind, self.group, self.unit, self.note = MeasureKind.OUTCOME, "A group", "%", f"It was {value}"


rows = st.lists(st.builds(Row, st.sampled_from(["A", "a", "B"]), Number, Number, Number), max_size=6)


@given(rows, st.none() | st.integers(1, 40), st.integers(3, 20))
def test_no_figure_of_a_small_group_survives(results: list[Row], size: int | None, minimum: int) -> None:
    lines = figures.lines(results, group_size=size, minimum=minimum)
    assert [line.measure for line in lines] == [row.measure for row in results]
    for row, line in zip(results, lines, strict=True):
        cells = (line.cells.n, line.cells.count, line.cells.before, line.cells.after, line.cells.comparison)
        if size is not None and size < minimum:
            assert (line.group, line.n) == ("", None)
            assert not any(sign.isdigit() for sign in line.note)
        if (size is not None and size < minimum) or (row.n is not None and row.n < minimum):
            assert all(cell.shown in (Shown.HIDDEN, Shown.NONE) for cell in cells)
            assert all(cell.low is None for cell in cells)


def test_columns_that_hold_nothing_are_left_out(show: Show) -> None:
    bare, full = show({"n": 40, "count": 22}).text, show({"before": 3, "after": 4, "comparison": 5}).text
    assert ("Before" in bare, "Compared with" in bare) == (False, False)
    assert ("Before" in full, "Compared with" in full) == (True, True)
