"""A word that stands only in hidden records and a nonsense word are treated alike, by every door."""

import dataclasses
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.items.models import Item
from kb.items.rules import Kind, Vocabulary
from kb.permissions import ANONYMOUS, Audience, State
from kb.search.documents import covers
from kb.search.service import Search
from tests.factories import make_case, make_cycle, make_idea, make_network, make_school, make_tag
from tests.search.conftest import Finder
from tests.search.world import HIDDEN_WORD, ask

NONSENSE = "xyzzyplugh"
SECRET: dict[str, Any] = {
    "title": f"The {HIDDEN_WORD} plan",
    "summary": HIDDEN_WORD,
    "html": {"hypothesis": f"<p>{HIDDEN_WORD}</p>"},
}


def _hidden_world(session: orm.Session) -> Item:
    """Make public records, and records with the hidden word in every state and audience a stranger may not read."""
    school, network = make_school(session), make_network(session)
    place = {"school_id": school.id, "network_id": network.id}
    public = make_idea(session, title="Homework help", **place)
    make_cycle(session, public, school, title="Homework cycle")
    for over in (
        {"state": State.DRAFT},
        {"state": State.REVIEW},
        {"state": State.WITHDRAWN},
        {"state": State.ERASED},
        {"audience": Audience.NETWORK},
        {"audience": Audience.SCHOOL},
        {"audience": Audience.OWNER},
    ):
        idea = make_idea(session, **SECRET, **place, **over)
        make_tag(session, Vocabulary.TOPIC, f"{HIDDEN_WORD.title()} Club", idea)
        make_cycle(session, idea, school, title="A public test of something", network_id=network.id)
    hidden_cycle = make_cycle(session, public, school, result="got_worse", audience=Audience.SCHOOL, **SECRET)
    make_case(session, hidden_cycle, title="A case")
    feed.touch(session)
    feed.commit(session)
    return public


QUERIES = ["{}", "homework {}", "homework help {}", "{} homework cycle help", '"{} plan"', "homework -{}", "-{}"]
FILTERS = [{}, {"kind": ["idea"]}, {"kind": ["case"], "result": ["improved"]}, {"topic": ["{}-club"]}]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("filters", FILTERS)
def test_results_are_those_of_nonsense(
    session: orm.Session, search: Search, find: Finder, text: str, filters: dict[str, list[str]]
) -> None:
    _hidden_world(session)
    search.rebuild()

    def asked(word: str) -> str:
        own = {name: [value.format(word) for value in values] for name, values in filters.items()}
        results = dataclasses.replace(find(ask(q=text.format(word), **own)), took=0.0)
        return repr(results).replace(word, "WORD")

    assert asked(HIDDEN_WORD) == asked(NONSENSE)


@pytest.mark.parametrize(
    "address", ["?q={}", "?q=homework+{}", "?q={}&kind=idea", "?topic={}-club", "?q=homework&topic={}-club"]
)
def test_pages_are_those_of_nonsense(client: FlaskClient, sqlite_database: Database, address: str) -> None:
    with sqlite_database.writing() as session:
        _hidden_world(session)
    client.application.extensions["kb.search"].rebuild()
    pages = [client.get("/search" + address.format(word)) for word in (HIDDEN_WORD, NONSENSE)]
    hidden, nonsense = (page.text.replace(word, "W") for page, word in zip(pages, (HIDDEN_WORD, NONSENSE), strict=True))
    assert [page.status_code for page in pages] == [200, 200]
    assert hidden == nonsense


def test_the_word_is_really_in_the_index(session: orm.Session, search: Search, find: Finder) -> None:
    """Those who may read it find it; else the tests above would agree on nothing."""
    _hidden_world(session)
    search.rebuild()
    (school_id,) = {
        item.school_id or 0 for item in session.query(Item).filter_by(audience=Audience.SCHOOL, kind=Kind.IDEA)
    }
    member = dataclasses.replace(ANONYMOUS, person_id=1, schools=frozenset({school_id}))
    assert find(ask(q=HIDDEN_WORD), member).total == 2
    assert {value.value for facet in find(ask(), member).facets for value in facet.values} >= {f"{HIDDEN_WORD}-club"}


def test_no_facet_tells_of_a_hidden_cycle(session: orm.Session, find: Finder) -> None:
    _hidden_world(session)
    results = find(ask())
    values = {facet.name: {value.value for value in facet.values} for facet in results.facets}
    assert values["result"] == {"improved"}
    assert values["topic"] == set()


def test_a_cycle_is_found_by_its_idea_only_if_its_readers_may_read_it(
    session: orm.Session, search: Search, find: Finder
) -> None:
    idea = make_idea(session, title="Zebra hour")
    cycle = make_cycle(session, idea, title="Autumn test")
    feed.touch(session, [idea.id, cycle.id])
    feed.commit(session)
    search.rebuild()
    assert set(find(ask(q="zebra")).ids) == {idea.id, cycle.id}
    idea.state = State.WITHDRAWN
    feed.touch(session, [idea.id])
    feed.commit(session)
    assert find(ask(q="zebra")).total == 0  # at once, though the index still holds the title
    assert find(ask(q="autumn")).total == 0  # until the index has caught up
    search.catch_up()
    assert find(ask(q="zebra")).total == 0
    assert set(find(ask(q="autumn")).ids) == {cycle.id}


@pytest.mark.parametrize(
    ("idea", "cycle", "expected"),
    [
        ({}, {}, True),
        ({"state": State.DRAFT}, {}, False),
        ({"audience": Audience.NETWORK, "network_id": 1}, {}, False),
        ({"audience": Audience.NETWORK, "network_id": 1}, {"audience": Audience.NETWORK, "network_id": 1}, True),
        ({"audience": Audience.NETWORK, "network_id": 1}, {"audience": Audience.NETWORK, "network_id": 2}, False),
        ({"audience": Audience.SCHOOL, "school_id": 1}, {"audience": Audience.SCHOOL, "school_id": 1}, True),
        ({"audience": Audience.OWNER}, {"audience": Audience.OWNER}, False),
        ({}, {"audience": Audience.SCHOOL, "school_id": 1}, True),
        (
            {"audience": Audience.SCHOOL, "school_id": 1},
            {"audience": Audience.SCHOOL, "school_id": 1, "state": State.DRAFT},
            False,
        ),
    ],
)
def test_covers(idea: dict[str, object], cycle: dict[str, object], expected: bool) -> None:
    shared: dict[str, object] = {"state": State.PUBLISHED, "audience": Audience.PUBLIC}
    assert covers(Item(**{**shared, **idea}), Item(**{**shared, **cycle})) is expected


def test_snippets_hold_only_what_may_be_read_and_no_markup(session: orm.Session, search: Search, find: Finder) -> None:
    make_idea(
        session, title="A", summary="<script>alert(1)</script> & homework <b>", html={"x": "<p>1 &lt; 2 homework</p>"}
    )
    feed.touch(session)
    feed.commit(session)
    search.rebuild()
    (snippet,) = find(ask(q="homework")).snippets.values()
    assert snippet == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <mark>homework</mark> &lt;b&gt;"
    assert re.findall(r"<[^>]*>", snippet) == ["<mark>", "</mark>"]
