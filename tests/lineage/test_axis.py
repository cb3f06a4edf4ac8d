"""The time axis: days keep their order, terms have room for their names, and no chip covers another."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from kb.lineage.axis import CHIP, DOT, LABEL, Tick, axis, lanes

DAYS = st.sets(st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31)), min_size=1, max_size=20)
PLACES = st.lists(st.floats(0, 100 - CHIP), max_size=40)


@given(PLACES, st.none() | st.floats(0, 100))
def test_no_two_chips_of_a_lane_overlap(xs: list[float], dot: float | None) -> None:
    found = list(zip(lanes(xs, dot), xs, strict=True))
    for (first_lane, first), (second_lane, second) in itertools.combinations(found, 2):
        if first_lane == second_lane:
            assert abs(first - second) >= CHIP
    if dot is not None:
        assert not [x for lane, x in found if lane == 0 and x - DOT < dot < x + CHIP + DOT]


@given(PLACES)
def test_no_lane_is_opened_without_need(xs: list[float]) -> None:
    found = lanes(xs)
    for lane, x in zip(found, xs, strict=True):
        for lower in range(lane):
            assert any(other == lower and abs(place - x) < CHIP + 1 for other, place in zip(found, xs, strict=True))


@given(DAYS)
def test_a_chip_of_every_day_has_room(days: set[dt.date]) -> None:
    made = axis(days)
    places = [made.x(day) for day in sorted(days)]
    assert places == sorted(places)
    assert all(0 <= x <= 100 - CHIP + 0.01 for x in places)


@given(DAYS)
def test_the_names_of_terms_have_room(days: set[dt.date]) -> None:
    ticks = axis(days).ticks
    assert all(second.x - first.x >= LABEL for first, second in itertools.pairwise(ticks))
    assert all(0 <= tick.x <= 100 - LABEL for tick in ticks)


def test_terms_begin_in_august_and_january() -> None:
    made = axis({dt.date(2023, 10, 9), dt.date(2025, 3, 1)})
    assert made.start == dt.date(2023, 8, 1)
    assert [(tick.year, tick.is_fall) for tick in made.ticks] == [
        (2023, True),
        (2024, False),
        (2024, True),
        (2025, False),
    ]
    assert made.ticks[0] == Tick(0.0, 2023, is_fall=True)


def test_many_years_show_falls_only() -> None:
    ticks = axis({dt.date(2000, 2, 1), dt.date(2030, 2, 1)}).ticks
    assert len(ticks) > 3
    assert all(tick.is_fall for tick in ticks)


def test_one_day_is_an_axis_too() -> None:
    made = axis({dt.date(2024, 1, 1)})
    assert made.x(dt.date(2024, 1, 1)) == 0
    assert [(tick.year, tick.is_fall) for tick in made.ticks] == [(2024, False)]
