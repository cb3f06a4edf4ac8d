"""Ranges of days, the words for staff time, and what small groups must not tell."""

import datetime as dt
import random

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from kb import feed
from kb.cycles.models import Prediction
from kb.cycles.rules import Outcome
from kb.db import Database
from kb.items.models import Item
from kb.items.rules import Vocabulary
from kb.search import ranges
from kb.search.query import parse
from kb.search.stafftime import StaffTime, bucket, minutes_a_week
from tests.factories import make_cycle, make_idea, make_network, make_school, make_tag
from tests.search.conftest import Finder
from tests.search.test_exactness import Recount
from tests.search.world import ask, make_world


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("40 minutes a week", 40),
        ("About an hour a week for each teacher, more in the ninth week", 60),
        ("Three hours once, then 40 minutes a week for one counselor", 40),
        ("20 minutes of class time three times a week", 60),
        ("10 minutes daily", 50),
        ("five minutes each school day", 25),
        ("30-45 minutes per week", 45),
        ("1 to 2 hours weekly", 120),
        ("an hour and a half every week", 90),
        ("half an hour a week", 30),
        ("2.5 hours a week, 20 minutes a week for the aide", 150),
        ("una hora a la semana", 60),
        ("20 minutos por semana", 20),
        ("1/2 hour a week", None),
        ("1½ hours a week", None),
        ("3 hours a year", None),
        ("30 minutes per lesson", None),
        ("Two adults for 40 minutes on five afternoons", None),
        ("", None),
    ],
)
def test_minutes_a_week(text: str, minutes: float | None) -> None:
    assert minutes_a_week(text) == minutes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("59 minutes a week", StaffTime.UNDER_HOUR),
        ("60 minutes a week", StaffTime.TO_THREE_HOURS),
        ("3 hours a week", StaffTime.TO_THREE_HOURS),
        ("181 minutes a week", StaffTime.MORE),
        ("a lot", StaffTime.NOT_SAID),
    ],
)
def test_buckets_of_staff_time(text: str, expected: StaffTime) -> None:
    assert bucket(text) is expected


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_bucket(text: str) -> None:
    assert bucket(text) in StaffTime


@settings(deadline=None)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)), st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_a_range_comes_back_from_its_address(one: dt.date, other: dt.date) -> None:
    query = parse({"from": [one.isoformat()], "to": [other.isoformat()]})
    assert ranges.days(query.filters[ranges.NAME]) == (min(one, other), max(one, other))
    assert parse({name: [str(value)] for name, value in query.args().items()}) == query
    assert query.without(ranges.NAME).filters == {}


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "2025-13-01", "0001-01-01", "9999-12-31", "\uff12025-01-01", "2025-1-1"]
)
def test_what_is_no_day_is_left_out(typed: str) -> None:
    assert parse({"from": [typed]}).filters == {}
    assert parse({"from": [typed], "to": ["2025-01-01"]}).filters == {ranges.NAME: ("", "2025-01-01")}


@pytest.mark.parametrize("seed", [1, 2])
def test_ranges_of_days_equal_a_recount(session: orm.Session, find: Finder, seed: int) -> None:
    world = make_world(session, seed)
    dice = random.Random(seed)
    for viewer in world.viewers.values():
        hand = Recount(session, viewer)
        for _ in range(4):
            first, last = sorted(dt.date(2023, 5, 1) + dt.timedelta(days=dice.randrange(900)) for _ in range(2))
            given_ends = {"from": first, "to": last}
            if dice.random() < 0.5:
                given_ends.pop(dice.choice(["from", "to"]))
            low, high = given_ends.get("from", dt.date.min), given_ends.get("to", dt.date.max)
            expected = [item for item in hand.visible.values() if any(low <= day <= high for day in hand.days(item))]
            found = find(ask(**given_ends), viewer)
            assert found.total == len(expected)
            kinds = {
                value.value: value.count for facet in found.facets if facet.name == "kind" for value in facet.values
            }
            assert sum(kinds.values()) == len(expected)


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


def _groups(find: Finder) -> dict[str, int]:
    return {value.value: value.count for facet in find(ask()).facets if facet.name == "group" for value in facet.values}


@pytest.mark.parametrize(("size", "told"), [(9, False), (10, True), (None, True)])
def test_a_small_group_is_not_told(session: orm.Session, find: Finder, size: int | None, told: bool) -> None:
    idea = make_idea(session)
    cycle = make_cycle(session, idea, group_size=size)
    make_tag(session, Vocabulary.GROUP, "Newcomers", cycle)
    _commit(session, idea, cycle)
    assert _groups(find) == ({"newcomers": 2} if told else {})
    assert find(ask(group="newcomers")).total == (2 if told else 0)


def test_the_minimum_is_that_of_the_network_at_once(session: orm.Session, find: Finder) -> None:
    network = make_network(session, minimum_group=5)
    make_network(session, minimum_group=30)
    cycle = make_cycle(session, make_idea(session), network_id=network.id, group_size=7)
    make_tag(session, Vocabulary.GROUP, "Newcomers", cycle)
    _commit(session, cycle)
    assert _groups(find) == {"newcomers": 2}
    network.minimum_group = 8
    _commit(session)
    assert _groups(find) == {}


def test_changed_outcomes_count_at_once(session: orm.Session, find: Finder) -> None:
    cycle = make_cycle(session, make_idea(session))
    prediction = Prediction(cycle_id=cycle.id, position=0, outcome=Outcome.MET)
    session.add(prediction)
    _commit(session, cycle)
    assert find(ask(met="met")).total == 2
    prediction.outcome = Outcome.NOT_MET
    _commit(session, cycle)
    assert [find(ask(met=one)).total for one in ("met", "not_met", "cannot_tell")] == [0, 2, 0]


@pytest.fixture
def shown(client: FlaskClient, sqlite_database: Database) -> str:
    with sqlite_database.writing() as session:
        idea = make_idea(session, staff_time="2 hours a week", cost="none")
        for _ in range(3):
            make_cycle(session, idea, make_school(session), scale="one_class")
        _commit(session, idea)
    return client.get("/search?tested=3&from=2025-08-01").text


def test_the_page_says_it_in_words(shown: str) -> None:
    for words in ("3 schools or more", "1 to 3 hours a week", "No cost", "One class", "Started since Aug 1, 2025"):
        assert words in shown
    assert "Not tested yet" not in shown
    assert 'name="from" value="2025-08-01"' in shown
