"""When a job is tried again, and which turn it is."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kb.jobs.rules import LONGEST_WAIT, turn, turn_key, wait_after

MOMENTS = st.datetimes(dt.datetime(2021, 1, 1), dt.datetime(2060, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
SPANS = st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=7))


def test_waits_grow_from_half_a_minute() -> None:
    waits = [wait_after(attempts).total_seconds() for attempts in range(1, 6)]
    assert waits == [30, 120, 480, 1920, 7680]


@given(st.integers(0, 10**9))
def test_no_wait_is_longer_than_the_longest(attempts: int) -> None:
    assert dt.timedelta(0) < wait_after(attempts) <= LONGEST_WAIT


@given(MOMENTS, SPANS)
def test_a_turn_lasts_as_long_as_its_span(moment: dt.datetime, every: dt.timedelta) -> None:
    assert turn(moment + every, every) == turn(moment, every) + 1
    assert turn_key("x", moment, every) != turn_key("x", moment + every, every)
