"""Saved searches: what is new since last time, for whoever holds the token, and for nobody else."""

import datetime as dt
import html
import random
import re

import flask
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.errors import InvalidError
from kb.items.models import Item
from kb.permissions import Audience, State
from kb.saved import actions, queries, rules
from kb.saved.models import SavedSearch
from kb.search.service import Search
from tests.counting import counted
from tests.factories import NOW, make_cycle, make_idea, make_school
from tests.search.conftest import find, search
from tests.search.test_exactness import Recount, _filters
from tests.search.world import ask, latest, make_world

__all__ = ["find", "search"]


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


def _page(client: FlaskClient) -> str:
    text = re.sub(r"<[^>]*>", " ", client.get("/searches").text)
    return re.sub(r"\s+", " ", html.unescape(text))


def _id(client: FlaskClient) -> str:
    found = re.search(r'name="id" value="(\d+)"', client.get("/searches").text)
    assert found is not None
    return found.group(1)


@pytest.fixture
def ideas(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="Homework club"), make_idea(session, title="Reading circle"))
    client.application.extensions["kb.search"].rebuild()


def _add(client: FlaskClient, database: Database, **over: object) -> None:
    with database.writing() as session:
        _commit(session, make_idea(session, **over))
    client.application.extensions["kb.search"].catch_up()


def test_it_works(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    answer = client.post("/searches", data={"name": "  Homework <b> ", "query": "q=homework&kind=idea&page=7&x=y"})
    assert (answer.status_code, answer.location) == (303, "/searches")
    cookie = answer.headers["Set-Cookie"]
    for words in ("searches=", "HttpOnly", "SameSite=Lax", "Path=/searches"):
        assert words in cookie
    page = client.get("/searches")
    assert page.headers["Cache-Control"] == "no-store"
    assert '<a href="/search?q=homework&amp;kind=idea">Homework &lt;b&gt;</a>' in page.text
    assert "Nothing new" in page.text
    _add(client, sqlite_database, title="Homework table")
    _add(client, sqlite_database, title="Quiet corner")
    assert "1 record is new or changed" in _page(client)
    assert "Homework table" in _page(client)
    assert "Quiet corner" not in _page(client)


def test_only_what_holds_all_words_is_news(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    client.post("/searches", data={"query": "q=homework zanzibar"})
    client.post("/searches", data={"query": "like=zzzzzzzz"})
    _add(client, sqlite_database, title="Homework table")
    assert _page(client).count("Nothing new") == 2
    _add(client, sqlite_database, title="Homework in Zanzibar")
    assert "1 record is new or changed" in _page(client)


def test_seen_is_what_was_shown(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    client.post("/searches", data={"query": "kind=idea"})
    _add(client, sqlite_database, title="First")
    shown = re.search(r'name="seen" value="(\d+)"', client.get("/searches").text)
    assert shown is not None
    _add(client, sqlite_database, title="Second")  # between looking and saying so
    client.post("/searches/visit", data={"id": _id(client), "seen": shown.group(1)})
    assert "1 record is new or changed" in _page(client)
    assert "First" not in _page(client)
    client.post("/searches/visit", data={"id": _id(client), "seen": str(10**18)})
    _add(client, sqlite_database, title="Third")
    assert "Third" in _page(client)  # nobody can have seen what did not exist


def test_a_visitor_sees_only_their_own(app: flask.Flask, client: FlaskClient, ideas: None) -> None:
    client.post("/searches", data={"name": "Mine", "query": "q=homework"})
    other = app.test_client()
    assert "Mine" not in _page(other)
    for verb in ("removal", "visit"):
        assert other.post(f"/searches/{verb}", data={"id": _id(client)}).status_code == 404
    assert "Mine" in _page(client)


def test_the_token_is_nowhere_on_the_page(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    client.post("/searches", data={"query": "q=homework"})
    with sqlite_database.reading() as session:
        token = session.scalars(sa.select(SavedSearch.token)).one()
    assert len(token) == 22
    assert token not in client.get("/searches").text


def test_deleting(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    client.post("/searches", data={"name": "Mine", "query": "q=homework"})
    client.post("/searches/removal", data={"id": _id(client)})
    assert "Mine" not in _page(client)
    with sqlite_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SavedSearch)) == 0


def test_the_oldest_of_a_full_list_gives_way(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    for number in range(rules.LONGEST + 2):
        client.post("/searches", data={"name": f"Number {number}.", "query": "q=homework"})
    page = _page(client)
    assert "Number 1." not in page
    assert "Number 2." in page
    assert f"Number {rules.LONGEST + 1}." in page
    with sqlite_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SavedSearch)) == rules.LONGEST


def test_another_site_cannot_save(client: FlaskClient, ideas: None) -> None:
    for path in ("", "/removal", "/visit"):
        answer = client.post(f"/searches{path}", data={"id": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 303),
        ({"query": "%ff&=&&q", "name": "\x00" * 500}, 303),
        ({"query": "topic=" + "&topic=".join("x" * 79 + str(n) for n in range(20)) + "&q=" + "é" * 200}, 422),
        ({"query": "q=" + "a" * 100_000}, 303),
    ],
)
def test_absurd_forms(client: FlaskClient, ideas: None, form: dict[str, str], status: int) -> None:
    assert client.post("/searches", data=form).status_code == status
    assert client.get("/searches").status_code == 200


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "9" * 5000])
def test_absurd_numbers(client: FlaskClient, ideas: None, number: str) -> None:
    client.post("/searches", data={"query": "q=homework"})
    assert client.post("/searches/removal", data={"id": number}).status_code == 404
    assert client.post("/searches/visit", data={"id": _id(client), "seen": number}).status_code == 303


def test_it_changes_nothing_for_others(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    before = latest(sqlite_database)
    client.post("/searches", data={"query": "q=homework"})
    assert latest(sqlite_database) == before


def test_without_an_index_it_says_so(client: FlaskClient, sqlite_database: Database) -> None:
    client.post("/searches", data={"query": "q=homework"})
    assert "cannot be said at the moment" in _page(client)


def test_statements_grow_only_with_news(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    for _ in range(10):
        client.post("/searches", data={"query": "q=homework"})
    client.get("/searches")
    with counted(sqlite_database) as statements:
        client.get("/searches")
    assert len(statements) <= 4


def test_the_search_page_saves_what_it_shows(client: FlaskClient, ideas: None) -> None:
    page = client.get("/search?q=homework+%22a%22&kind=idea&kind=case&from=2025-01-01&page=2").text
    assert 'name="query" value="q=homework+%22a%22&amp;kind=idea&amp;kind=case&amp;from=2025-01-01"' in page
    assert 'name="name" maxlength="80" value="homework &#34;a&#34;, Started since Jan 1, 2025, ' in page
    assert page.count('form="follow"') == 3
    assert page.count('<form id="follow" method="post" action="/searches">') == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_new_equals_a_recount(session: orm.Session, database: Database, search: Search, seed: int) -> None:
    world = make_world(session, seed, size=60)
    search.rebuild()
    seen = latest(database)
    dice = random.Random(seed)
    touched = dice.sample(world.items, 15)
    for item in touched[:3]:
        if item.state is State.PUBLISHED:
            item.audience = Audience.PUBLIC
    _commit(session, *touched)
    for viewer in world.viewers.values():
        hand = Recount(session, viewer)
        for _ in range(4):
            filters = _filters(dice)
            expected = {item.id for item in touched if item.id in hand.visible and hand.passes(item, filters)}
            with database.reading() as reading:
                found = search.changed(reading, viewer, ask(**filters), latest(database), after=seen)
            assert found is not None
            assert (set(found.ids), found.total) == (expected, len(expected))
            assert found.last == (latest(database) if expected else seen)


def test_a_hidden_change_is_no_news(client: FlaskClient, sqlite_database: Database, ideas: None) -> None:
    client.post("/searches", data={"query": "kind=idea&kind=cycle"})
    with sqlite_database.writing() as session:
        school = make_school(session)
        idea = make_idea(session, title="Hidden", audience=Audience.SCHOOL, school_id=school.id)
        cycle = make_cycle(session, idea, school, audience=Audience.SCHOOL)
        _commit(session, idea, cycle)
    assert "Nothing new" in _page(client)
    assert 'name="seen"' not in client.get("/searches").text


def test_what_nobody_looks_at_goes_after_a_year(session: orm.Session) -> None:
    old = actions.save(session, name="Old", query="", seen=0, now=NOW - dt.timedelta(days=rules.KEPT_DAYS + 1))
    kept = actions.save(session, name="Kept", query="", seen=0, now=NOW - dt.timedelta(days=rules.KEPT_DAYS))
    tokens = [old.token, kept.token]
    actions.save(session, name="New", query="", seen=0, now=NOW)
    assert [row.name for row in queries.held(session, tokens)] == ["Kept"]


def test_a_search_too_long_to_keep(session: orm.Session) -> None:
    with pytest.raises(InvalidError, match="Leave some out"):
        actions.save(session, name="Long", query="q=" + "x" * 2000, seen=0, now=NOW)


def test_cookies_hold_tokens_only() -> None:
    one, other = rules.new_token(), rules.new_token()
    assert rules.parse(f"{one}.x.{other}.{one}.' OR 1=1.{'a' * 23}") == [one, other]
    assert rules.parse(rules.written([one, other])) == [one, other]
    assert rules.parse("." * 10**6) == []
    assert len(rules.parse(rules.written([rules.new_token() for _ in range(99)]))) == rules.LONGEST


def test_saving_is_counted_by_network(client: FlaskClient, ideas: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.saved.views.SAVES_FROM_ONE_NETWORK", 2)
    form = {"name": "A name of more than twenty letters", "query": "q=homework"}
    answers = [client.post("/searches", data=form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[2].headers["Retry-After"]) > 3000
    assert "A name of more than twenty letters" in answers[2].text  # and a button that sends it again
