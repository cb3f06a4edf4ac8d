"""Small cells: no number about a small group can be read, and none can be had by subtracting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cells import (
    HIDDEN,
    NOT_GIVEN,
    Cell,
    Figures,
    Shown,
    count_cell,
    hide_all,
    percent_cell,
    show,
    show_together,
    small_counts_in,
)

MINIMUM = 10


@pytest.mark.parametrize(
    ("count", "n", "expected"),
    [
        (None, 40, NOT_GIVEN),
        (3, 9, HIDDEN),
        (0, 9, HIDDEN),
        (0, 40, Cell(Shown.EXACT, 0, 0)),
        (40, 40, Cell(Shown.EXACT, 40, 40)),
        (20, 40, Cell(Shown.EXACT, 20, 20)),
        (10, 40, Cell(Shown.EXACT, 10, 10)),
        (9, 40, Cell(Shown.RANGE, 1, 9)),
        (1, 40, Cell(Shown.RANGE, 1, 9)),
        (31, 40, Cell(Shown.RANGE, 31, 39)),
        (30, 40, Cell(Shown.EXACT, 30, 30)),
        (8, 13, Cell(Shown.RANGE, 1, 12)),
        (9, None, Cell(Shown.RANGE, 1, 9)),
        (10, None, Cell(Shown.EXACT, 10, 10)),
    ],
)
def test_a_count(count: int | None, n: int | None, expected: Cell) -> None:
    assert count_cell(count, n, MINIMUM) == expected


@pytest.mark.parametrize(
    ("percent", "n", "expected"),
    [
        (None, 40, NOT_GIVEN),
        (58.0, 48, Cell(Shown.EXACT, 58.0, 58.0)),
        (31.0, 13, Cell(Shown.RANGE, 8, 92)),
        (5.0, 100, Cell(Shown.RANGE, 1, 9)),
        (50.0, 8, HIDDEN),
        (50.0, None, Cell(Shown.EXACT, 50.0, 50.0)),
        (50.0, 0, Cell(Shown.HIDDEN)),
    ],
)
def test_a_percent_may_not_tell_what_its_count_may_not(percent: float | None, n: int | None, expected: Cell) -> None:
    if n == 0:
        assert show(Figures(n=0, after=percent, unit="%"), MINIMUM).after == expected
    else:
        assert percent_cell(percent, n, MINIMUM) == expected


counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, st.integers(3, 20))
def test_what_is_shown_never_pins_down_a_small_number(pair: tuple[int, int], minimum: int) -> None:
    count, n = pair
    cell = count_cell(count, n, minimum)
    if n < minimum:
        assert cell == HIDDEN
    elif 0 < count < minimum or 0 < n - count < minimum:
        assert cell.shown is Shown.RANGE
        assert cell.low is not None
        assert cell.high is not None
        assert cell.low <= count <= cell.high
        assert cell.high - cell.low >= minimum - 2
    else:
        assert cell == Cell(Shown.EXACT, count, count)


@given(counts, st.integers(3, 20))
def test_the_same_range_for_every_count_in_it(pair: tuple[int, int], minimum: int) -> None:
    """Two counts of the same group that look alike are shown alike, so the range tells nothing more."""
    count, n = pair
    cell = count_cell(count, n, minimum)
    if cell.shown is Shown.RANGE:
        twins = [other for other in range(n + 1) if count_cell(other, n, minimum) == cell]
        assert cell.low is not None
        assert cell.high is not None
        assert twins == list(range(int(cell.low), int(cell.high) + 1))


def test_one_small_group_takes_another_with_it() -> None:
    whole, small, rest = Figures(n=48, count=28), Figures(n=13, count=4), Figures(n=35, count=24)
    shown = show_together([whole, small, rest], MINIMUM)
    assert shown[0].count == Cell(Shown.EXACT, 28, 28)
    assert shown[1].count.shown is Shown.RANGE
    assert shown[2].count == HIDDEN


def test_two_groups_need_no_second_hiding() -> None:
    shown = show_together([Figures(n=48, count=28), Figures(n=9, count=4)], MINIMUM)
    assert [cells.count.shown for cells in shown] == [Shown.EXACT, Shown.HIDDEN]


def test_a_small_test_shows_no_number_at_all() -> None:
    (cells,) = hide_all([Figures(n=40, count=20, before=1, after=2, comparison=3)])
    assert {cells.n, cells.count, cells.before, cells.after, cells.comparison} == {HIDDEN}
    assert cells.hidden


def test_minutes_are_not_percentages() -> None:
    shown = show(Figures(n=13, before=3, after=5, unit="minutes"), MINIMUM)
    assert shown.after == Cell(Shown.EXACT, 5, 5)
    assert not shown.hidden


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 of 7 students came", ["4 of 7"]),
        ("Four came; 3 out of 9 stayed.", ["3 out of 9"]),
        ("6 de los 8 alumnos", ["6 de los 8"]),
        ("17 of 22", []),
        ("the 2 of us", []),
        ("1 of 10", []),
        ("0 of 0", []),
    ],
)
def test_small_counts_in_a_text(text: str, found: list[str]) -> None:
    assert small_counts_in(text, MINIMUM) == found
