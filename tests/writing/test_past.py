"""The history of a record: every text, what changed, and the way back."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.db import Database
from kb.permissions import State
from kb.writing import actions, queries
from tests.factories import NOW
from tests.visitors import post, sign_in
from tests.writing.world import World, idea_document, make_world


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


@pytest.fixture
def idea(sqlite_database: Database, world: World) -> m.Item:
    """Published, then changed twice: the second change waits."""
    with sqlite_database.writing() as session:
        item = actions.start(session, idea_document(world), by=world.alice.id, now=NOW)
        actions.publish(session, item, by=world.carla.id, now=NOW)
        for summary in ("A call on Friday before the letter.", "A visit before the letter."):
            _edit(session, item, world, summary=summary)
        feed.commit(session)
    return item


def _edit(session: Any, item: m.Item, world: World, **over: Any) -> None:
    document = queries.working_document(session, item).model_copy(update=over)
    actions.edit(session, item, document, base=queries.base_of(session, item), by=world.alice.id, now=NOW)


def test_it_works(client: FlaskClient, world: World, idea: m.Item) -> None:
    sign_in(client, world.alice)
    page = client.get(f"/ideas/{idea.ref}/history").text
    assert [int(number) for number in re.findall(r">Text (\d)<", page)] == [4, 3, 2, 1]
    assert "Waits for review" in page
    assert "Published, edition 1" in page
    changed = client.get(f"/ideas/{idea.ref}/history/3").text
    assert re.search(r"<ins><span class=\"hidden-text\"> \[added: </span>.*on Friday", changed)
    compared = client.get(f"/ideas/{idea.ref}/history/4?with=2").text
    assert "<del>" in compared
    assert "visit" in compared


def test_it_brings_an_earlier_text_back(
    client: FlaskClient, world: World, idea: m.Item, sqlite_database: Database
) -> None:
    sign_in(client, world.alice)
    page = client.get(f"/ideas/{idea.ref}/history/3").text
    found = re.search(r'name="base" value="([^"]+)"', page)
    assert found is not None
    answer = post(client, f"/ideas/{idea.ref}/history/3/restoration", {"base": found[1]})
    assert answer.status_code == 303
    with sqlite_database.reading() as session:
        item = session.get_one(m.Item, idea.id)
        assert queries.working_document(session, item).summary == "A call on Friday before the letter."
        assert (item.state, item.summary) == (State.PUBLISHED, "A call before the letter.")
        assert len(queries.revisions(session, item)) == 5
    stale = post(client, f"/ideas/{idea.ref}/history/1/restoration", {"base": found[1]})
    assert stale.status_code == 409


def test_it_checks_who_looks(client: FlaskClient, world: World, idea: m.Item) -> None:
    for path in ("", "/3"):
        assert client.get(f"/ideas/{idea.ref}/history{path}").status_code == 303  # to sign in
        for name, status in {"bob": 403, "charlie": 403, "carla": 200, "amir": 200}.items():
            visitor = client.application.test_client()
            sign_in(visitor, world.people[name])
            assert visitor.get(f"/ideas/{idea.ref}/history{path}").status_code == status, name


def test_it_requires_the_right_to_edit(client: FlaskClient, world: World, idea: m.Item) -> None:
    sign_in(client, world.carla)
    assert post(client, f"/ideas/{idea.ref}/history/1/restoration").status_code == 403


def test_it_handles_texts_that_are_not_there(client: FlaskClient, world: World, idea: m.Item) -> None:
    sign_in(client, world.alice)
    for number in ("0", "99", "9" * 30, "-1", "x"):
        assert client.get(f"/ideas/{idea.ref}/history/{number}").status_code == 404
        assert client.get(f"/ideas/{idea.ref}/history/2?with={number}").status_code == 200
