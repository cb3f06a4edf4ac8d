"""Schools like mine: the distance, the order it makes, its reasons, and the pages that ask for it."""

import dataclasses
import math
import random

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.items.models import Item
from kb.items.rules import Kind
from kb.permissions import ANONYMOUS, Audience, State, Viewer
from kb.schools.models import SchoolContext
from kb.search import similarity
from kb.search.query import Sort
from kb.search.similarity import ALIKE, EQUAL, FACTS, GRADES, Facts, Place, distances, parse
from tests.factories import make_case, make_cycle, make_idea, make_school
from tests.search.conftest import Finder
from tests.search.test_exactness import Recount
from tests.search.world import ask, make_world

ROW = np.dtype([(field.name, np.float32) for field in dataclasses.fields(Facts)])
UNKNOWN = similarity.UNKNOWN
SHARE = st.one_of(st.just(UNKNOWN), st.integers(0, 100))
SPAN = st.one_of(st.just((UNKNOWN, UNKNOWN)), st.tuples(st.integers(0, 14), st.integers(0, 14)).map(sorted))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    low, high = draw(SPAN)
    size = draw(st.one_of(st.just(UNKNOWN), st.integers(1, 4000)))
    return Facts(low, high, size, draw(SHARE), draw(SHARE), draw(SHARE), draw(st.sampled_from([UNKNOWN, 1, 2, 3, 4])))


WEIGHTS = st.tuples(*[st.integers(0, 3)] * len(FACTS)).filter(any)


def by_hand(one: Facts, other: Facts, weights: tuple[int, ...] = EQUAL) -> float:
    """The same distance, fact by fact in plain Python."""
    parts: list[tuple[int, float]] = []
    if one.grades and other.grades:
        own, theirs = (set(range(each.low, each.high + 1)) for each in (one, other))
        parts.append((weights[0], 1 - len(own & theirs) / len(own | theirs)))
    if one.enrolment > 0 and other.enrolment > 0:
        parts.append((weights[1], min(1, abs(math.log(one.enrolment / other.enrolment)) / math.log(8))))
    for place, name in enumerate(("frl", "multilingual", "disability"), 2):
        if getattr(one, name) >= 0 and getattr(other, name) >= 0:
            parts.append((weights[place], min(1, abs(getattr(one, name) - getattr(other, name)) / 50)))
    if one.locale > 0 and other.locale > 0:
        parts.append((weights[5], abs(one.locale - other.locale) / 3))
    parts = [(weight, part) for weight, part in parts if weight]
    if len(parts) < 2:
        return math.inf
    return sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)


def distance(one: Facts, other: Facts, weights: tuple[int, ...] = EQUAL) -> float:
    found, _ = distances(one, weights, np.array([dataclasses.astuple(other)], ROW))
    return float(found[0])


@settings(deadline=None)
@given(facts(), facts(), WEIGHTS)
def test_the_distance_equals_a_count_by_hand(one: Facts, other: Facts, weights: tuple[int, ...]) -> None:
    assert distance(one, other, weights) == pytest.approx(by_hand(one, other, weights), abs=1e-5)


@settings(deadline=None)
@given(facts(), facts(), WEIGHTS)
def test_it_is_a_distance(one: Facts, other: Facts, weights: tuple[int, ...]) -> None:
    far = distance(one, other, weights)
    assert far == pytest.approx(distance(other, one, weights), abs=1e-5)
    assert math.isinf(far) or -1e-6 <= far <= 1 + 1e-6
    own = distance(one, one, weights)
    assert math.isinf(own) or own == pytest.approx(0, abs=1e-6)


@settings(deadline=None)
@given(facts(), WEIGHTS)
def test_a_place_comes_back_from_its_address(known: Facts, weights: tuple[int, ...]) -> None:
    place = Place("", known, weights)
    assert parse(place.args()) == (place if known else similarity.NOWHERE)
    at = Place("abcd1234", known, weights)
    assert parse(at.args()) == at


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from([*similarity.FIELDS.values(), *similarity.WEIGHTS.values()]), st.text(max_size=9))
)
def test_nothing_typed_breaks_it(args: dict[str, str]) -> None:
    assert parse(parse(args).args()) == parse(args)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"like_low": "9", "like_high": "12"}, Facts(GRADES["09"], GRADES["12"])),
        ({"like_low": "12", "like_high": "kg"}, Facts(GRADES["KG"], GRADES["12"])),
        ({"like_low": "3"}, Facts(GRADES["03"], GRADES["03"])),
        ({"like_size": "1,100", "like_frl": "38.5"}, Facts(enrolment=1100, frl=38.5)),
        ({"like_size": "0", "like_frl": "101", "like_locale": "5", "like_low": "UG"}, Facts()),
    ],
)
def test_what_people_type(args: dict[str, str], expected: Facts) -> None:
    assert parse(args).facts == expected


def test_only_the_shared_facts_are_named() -> None:
    known = Facts(10, 13, 900, 40, 10, 12, 2)
    _, shared = distances(Facts(10, 13, frl=30), EQUAL, np.array([dataclasses.astuple(known)], ROW))
    assert similarity.only(known, shared[0].tolist()) == Facts(10, 13, frl=40)
    _, without = distances(Facts(10, 13, 800, 30), (0, 1, 1, 1, 1, 1), np.array([dataclasses.astuple(known)], ROW))
    assert similarity.only(known, without[0].tolist()) == Facts(enrolment=900, frl=40)


def _known(value: float | None) -> float:
    return UNKNOWN if value is None else value


class Nearest(Recount):
    """The order by hand, from the rows of the database."""

    def __init__(self, session: orm.Session, viewer: Viewer, mine: Facts) -> None:
        super().__init__(session, viewer)
        self.mine = mine

    def facts(self, item: Item) -> Facts:
        cycle, school = self.cycles[item.id], self.schools.get(item.school_id or 0)
        locale = cycle.context_locale or (school.locale if school else "")
        return Facts(
            GRADES[school.grade_low] if school else UNKNOWN,
            GRADES[school.grade_high] if school else UNKNOWN,
            _known(cycle.context_enrolment),
            _known(cycle.context_frl),
            _known(cycle.context_multilingual),
            _known(cycle.context_disability),
            int(locale[0]) if locale else UNKNOWN,
        )

    def tests(self, item: Item) -> list[tuple[float, int | None]]:
        """Return distance and school of the tests an item stands for."""
        if item.kind is Kind.CYCLE:
            return [(by_hand(self.mine, self.facts(item)), item.school_id)]
        done = [self.visible[cycle.item_id] for cycle in self.evidence(item) if cycle.stage == "done"]
        return [(by_hand(self.mine, self.facts(one)), one.school_id) for one in done if one.state is State.PUBLISHED]

    def distance(self, item: Item) -> float:
        return min((far for far, _ in self.tests(item)), default=math.inf)

    def alike(self, item: Item) -> int:
        return len({school for far, school in self.tests(item) if far <= ALIKE})


MINE = {"like_low": "09", "like_high": "12", "like_size": 1000, "like_frl": 50, "like_locale": 1}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_and_the_counts_equal_a_recount(session: orm.Session, find: Finder, seed: int) -> None:
    world = make_world(session, seed, size=60)
    mine = parse({name: str(value) for name, value in MINE.items()}).facts
    for viewer in world.viewers.values():
        hand = Nearest(session, viewer, mine)
        everyone = sorted(hand.distance(item) for item in hand.visible.values())
        shown: list[float] = []
        found = find(ask(sort="like", **MINE), viewer)
        for number in range(1, found.pages + 1):
            page = find(ask(sort="like", page=number, **MINE), viewer)
            assert page.sort is Sort.LIKE
            for item in page.ids:
                own, likeness = hand.visible[item], page.likenesses[item]
                shown.append(hand.distance(own))
                assert (likeness.facts is None) == math.isinf(shown[-1])
                if own.kind is not Kind.CYCLE:
                    assert likeness.schools == hand.alike(own)
                assert likeness.is_alike == (shown[-1] <= ALIKE)
        assert shown == pytest.approx(everyone, abs=1e-5)
        assert found.total == len(everyone)  # an order, never a filter


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


def test_a_hidden_test_brings_no_idea_nearer(session: orm.Session, find: Finder) -> None:
    near = make_school(session, locale="11")
    far = make_school(session, locale="43", grade_low="KG", grade_high="05")
    idea, other = make_idea(session), make_idea(session)
    hidden = make_cycle(session, idea, near, audience=Audience.SCHOOL)
    running = make_cycle(session, idea, near, stage="running", result=None, decision=None)
    seen = make_cycle(session, idea, far)
    _commit(session, idea, other, hidden, running, seen)
    found = find(ask(sort="like", kind="idea", like_low="09", like_high="12", like_locale=1))
    assert found.ids == (idea.id, other.id)
    assert found.likenesses[idea.id].facts == Facts(GRADES["KG"], GRADES["05"], locale=4)
    assert (found.likenesses[idea.id].is_alike, found.likenesses[idea.id].schools) == (False, 0)
    assert found.likenesses[other.id].facts is None
    member = dataclasses.replace(ANONYMOUS, person_id=1, schools=frozenset({near.id}))
    found = find(ask(sort="like", kind="idea", like_low="09", like_high="12", like_locale=1), member)
    assert (found.likenesses[idea.id].is_alike, found.likenesses[idea.id].schools) == (True, 1)


def test_a_case_stands_where_its_tests_were_made(session: orm.Session, find: Finder) -> None:
    cycle = make_cycle(session, make_idea(session), make_school(session, locale="11"))
    case = make_case(session, cycle)
    _commit(session, cycle, case)
    found = find(ask(sort="like", kind="case", like_low="09", like_high="12", like_locale=1))
    assert found.likenesses[case.id].is_alike


def test_a_cycle_keeps_the_facts_of_its_time(session: orm.Session, find: Finder) -> None:
    school = make_school(session, contexts=[SchoolContext(year=2026, enrolment=2000, frl=90.0)])
    cycle = make_cycle(session, make_idea(session), school, context_enrolment=500, context_frl=20.0)
    _commit(session, cycle)
    found = find(ask(sort="like", kind="cycle", like_size=500, like_frl=20))
    assert found.likenesses[cycle.id].facts == Facts(enrolment=500, frl=20.0)


def test_a_school_of_the_register_with_one_fact_corrected(session: orm.Session, find: Finder) -> None:
    contexts = [SchoolContext(year=2024, enrolment=400), SchoolContext(year=2025, enrolment=800, frl=60.0)]
    school = make_school(session, name="Ashgrove", locale="21", contexts=contexts)
    _commit(session)
    found = find(ask(sort="like", like_school=school.public_id, like_frl=55))
    assert found.mine is not None
    assert found.mine.name == "Ashgrove"
    assert found.mine.facts == Facts(GRADES["09"], GRADES["12"], 800, 55, locale=2)


@pytest.mark.parametrize(
    "asked", [{}, {"like_size": 500}, {"like_school": "zzzzzzzz"}, {"like_size": 500, "like_frl": 5, "weigh_frl": 0}]
)
def test_without_two_facts_that_count_there_is_no_such_order(
    session: orm.Session, find: Finder, asked: dict[str, object]
) -> None:
    make_world(session, 1)
    found = find(ask(sort="like", **asked))
    assert (found.sort, found.mine, found.likenesses) == (Sort.NEWEST, None, {})
    assert found.ids == find(ask()).ids


def test_weights_change_the_order(session: orm.Session, find: Finder) -> None:
    idea = make_idea(session)
    small = make_cycle(session, idea, context_enrolment=100, context_frl=50.0)
    poor = make_cycle(session, idea, context_enrolment=1000, context_frl=90.0)
    _commit(session, small, poor)

    def order(**weights: int) -> tuple[int, ...]:
        return find(ask(sort="like", kind="cycle", like_size=1000, like_frl=50, **weights)).ids

    assert order(weigh_size=3, weigh_frl=1) == (poor.id, small.id)
    assert order(weigh_size=1, weigh_frl=3) == (small.id, poor.id)


@pytest.fixture
def ashgrove(client: FlaskClient, sqlite_database: Database) -> str:
    """A school in the register with a test of an idea; the public id of the school."""
    rng = random.Random(1)
    with sqlite_database.writing() as session:
        contexts = [SchoolContext(year=2025, enrolment=1100, frl=38.0)]
        school = make_school(session, name="Ashgrove <High>", locale="21", contexts=contexts)
        for _ in range(25):
            make_school(session, name=f"Other {rng.random()}")
        idea = make_idea(session, title="Late work folder")
        cycle = make_cycle(session, idea, school, context_enrolment=1100, context_frl=38.0)
        _commit(session, idea, cycle)
        return school.public_id


def test_a_school_is_found_by_name_without_a_script(client: FlaskClient, ashgrove: str) -> None:
    search = "/search/place?q=late+work&kind=idea&topic=a&topic=b"
    page = client.get(f"{search}&name=ashgrove").text
    url = f"/search?q=late+work&amp;kind=idea&amp;topic=a&amp;topic=b&amp;like_school={ashgrove}&amp;sort=like"
    assert f'<a href="{url}">Ashgrove &lt;High&gt;</a>' in page
    assert '<input type="hidden" name="topic" value="b">' in page
    assert "and 5 more" in client.get("/search/place?name=other").text
    assert "No school has such a name" in client.get("/search/place?name=zzz").text


def test_the_card_gives_its_reason(client: FlaskClient, ashgrove: str) -> None:
    page = client.get(f"/search?kind=idea&sort=like&like_school={ashgrove}").text
    assert (
        "In contexts like yours: 1 school · like yours: 9–12, 1,100 students, 38% free or reduced lunch, Suburb" in page
    )
    assert '<option value="like" selected>Schools like mine</option>' in page
    assert f'<input type="hidden" name="like_school" value="{ashgrove}">' in page
    assert "like yours" not in client.get("/search?kind=idea").text


def test_a_visitor_without_a_school_is_asked_for_it(client: FlaskClient, ashgrove: str) -> None:
    page = client.get("/search?kind=idea&sort=like").text
    assert "at least two facts of your school are needed" in page
    assert '<option value="like" selected>' in page
    assert 'href="/search/place?kind=idea&amp;sort=like"' in page


def test_the_form_keeps_what_was_described(client: FlaskClient, ashgrove: str) -> None:
    page = client.get("/search/place?like_low=9&like_high=12&like_size=900&weigh_size=3").text
    assert 'name="like_size" value="900"' in page
    assert '<option value="09" selected>9</option>' in page
    assert '<option value="3" selected>Counts triple</option>' in page
