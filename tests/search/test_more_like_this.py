"""More like this: alike records first, the same rule of what may be seen, and nothing told of hidden ids."""

import dataclasses
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.ids import new_public_id
from kb.items.models import Item
from kb.items.rules import Vocabulary
from kb.permissions import ANONYMOUS, Audience, State
from kb.search import more_like_this
from kb.search.query import parse
from kb.search.service import Search
from tests.counting import counted
from tests.factories import make_case, make_cycle, make_idea, make_school, make_tag
from tests.search.conftest import Finder
from tests.search.world import ask, make_world

OTHERS = ("Family calls about absence", "Fraction cards", "Attendance walks", "Quiet corner", "Reading circle")


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


def _make(session: orm.Session, title: str, summary: str = "", **over: object) -> Item:
    return make_idea(session, title=title, summary=summary, **over)


def test_it_works(session: orm.Session, search: Search, find: Finder) -> None:
    folder = _make(session, "Late work folder", "Students put late homework into a folder.")
    pass_ = _make(session, "Late work pass", "A pass for late homework.")
    table = _make(session, "Homework table", "A table for homework after school.")
    others = [_make(session, title, "Something else for students.") for title in OTHERS]
    _commit(session, folder, pass_, table, *others)
    search.rebuild()
    found = find(ask(like=folder.public_id))
    assert found.like is not None
    assert found.like.title == "Late work folder"
    assert found.ids[0] == pass_.id
    assert folder.id not in found.ids
    assert not {item.id for item in others} & set(found.ids)
    assert found.total == len(found.ids)
    assert (found.dropped, found.snippets, found.query.like) == ((), {}, folder.public_id)


def test_a_short_record_finds_what_shares_a_word(session: orm.Session, search: Search, find: Finder) -> None:
    one, other = _make(session, "Zebra hour"), _make(session, "Zebra walk", "Something else")
    _commit(session, one, other, *(_make(session, title) for title in OTHERS))
    search.rebuild()
    assert find(ask(like=one.public_id)).ids == (other.id,)


def test_filters_and_facets_stay_exact(session: orm.Session, search: Search, find: Finder) -> None:
    world = make_world(session, 3, size=80)
    search.rebuild()
    viewer = world.viewers["writer"]
    for item in world.items[:6]:
        found = find(ask(like=item.public_id), viewer)
        for facet in found.facets:
            for value in facet.values:
                narrowed = find(ask(like=item.public_id, **{facet.name: value.value}), viewer)
                if found.like:
                    assert narrowed.total == value.count


@pytest.mark.parametrize(
    "over",
    [
        {"state": State.DRAFT},
        {"state": State.WITHDRAWN},
        {"state": State.ERASED},
        {"audience": Audience.SCHOOL},
        {"audience": Audience.OWNER},
    ],
)
def test_a_hidden_id_is_nonsense(
    client: FlaskClient, sqlite_database: Database, over: dict[str, State | Audience]
) -> None:
    with sqlite_database.writing() as session:
        school = make_school(session)
        hidden = _make(session, "Late work folder", school_id=school.id, **over)
        _commit(session, hidden, _make(session, "Late work pass"))
        public_id = hidden.public_id
    client.application.extensions["kb.search"].rebuild()
    page = _page(client, f"/search?like={public_id}")
    assert page == _page(client, f"/search?like={new_public_id()}") == _page(client, "/search")
    assert "more like" not in page


def _page(client: FlaskClient, address: str) -> str:
    """Return a page without the way back to it behind "Sign in"."""
    return re.sub(r"\?next=[^\"]*", "", client.get(address).text)


def test_hidden_records_are_never_alike(session: orm.Session, search: Search, find: Finder) -> None:
    school = make_school(session)
    folder = _make(session, "Late work folder")
    hidden = _make(session, "Late work folder", school_id=school.id, audience=Audience.SCHOOL)
    _commit(session, folder, hidden)
    search.rebuild()
    assert find(ask(like=folder.public_id)).total == 0
    member = dataclasses.replace(ANONYMOUS, person_id=1, schools=frozenset({school.id}))
    assert find(ask(like=folder.public_id), member).ids == (hidden.id,)


def test_a_hidden_idea_gives_its_test_no_words(session: orm.Session, search: Search, find: Finder) -> None:
    idea = _make(session, "Zebra plan")
    idea.state = State.WITHDRAWN
    cycle = make_cycle(session, idea, title="Autumn", summary="")
    zebra = _make(session, "Zebra walk")
    _commit(session, idea, cycle, zebra)
    search.rebuild()
    assert find(ask(like=cycle.public_id)).total == 0
    idea.state = State.PUBLISHED
    _commit(session, idea)
    search.catch_up()
    assert zebra.id in find(ask(like=cycle.public_id)).ids


def test_student_groups_are_no_words_to_look_for(session: orm.Session) -> None:
    cycle = make_cycle(session, make_idea(session, title="A"), title="B", summary="", group_size=3)
    make_tag(session, Vocabulary.GROUP, "Newcomers", cycle)
    make_tag(session, Vocabulary.TOPIC, "Attendance", cycle)
    seed = more_like_this.seed(session, ANONYMOUS, cycle.public_id)
    assert seed is not None
    assert "attendance" in {term.text for term in seed.terms}
    assert "newcomers" not in {term.text for term in seed.terms}


def test_a_long_record_asks_for_few_words(session: orm.Session) -> None:
    idea = _make(session, "Homework", " ".join(f"word{number}" for number in range(60)) + " homework")
    seed = more_like_this.seed(session, ANONYMOUS, idea.public_id)
    assert seed is not None
    assert len(seed.terms) == more_like_this.MOST_WORDS
    assert seed.terms[0].text == "homework"


def test_typed_words_come_before_likeness() -> None:
    query = parse({"q": ["homework"], "like": ["abcd1234"]})
    assert query.like == ""
    assert parse({"like": ["abcd1234"]}).args() == {"like": "abcd1234"}
    assert parse({"like": ["ABCD' OR 1"]}).like == ""


def test_every_page_leads_to_it(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Late <b>work</b>")
        cycle = make_cycle(session, idea)
        case = make_case(session, cycle)
        _commit(session, idea, cycle, case)
        refs = {"ideas": idea.ref, "cycles": cycle.ref, "cases": case.ref}
    client.application.extensions["kb.search"].rebuild()
    for folder, ref in refs.items():
        assert f'href="/search?like={ref.public_id}"' in client.get(f"/{folder}/{ref}").text
    client.get("/search")
    with counted(sqlite_database) as statements:
        page = client.get(f"/search?like={refs['ideas'].public_id}").text
    assert "more like “Late &lt;b&gt;work&lt;/b&gt;”" in page
    assert len(statements) <= 8
    assert f'<input type="hidden" name="like" value="{refs["ideas"].public_id}">' in page
    assert "<title>What do you want to improve? – More like: Late &lt;b&gt;work&lt;/b&gt; ·" in page
