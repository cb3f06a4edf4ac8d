"""Ways round a form: an old page of somebody who left, and fields that no form has."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.db import Database
from kb.exporter.write import export_path
from kb.importer.load import import_path
from kb.privacy.actions import confirm
from kb.privacy.queries import open_hits, texts_of
from kb.writing import actions, queries
from tests.factories import NOW
from tests.visitors import form_token, post, sign_in
from tests.writing.world import World, idea_document, make_world

KEY = "a-key-that-is-long-enough"


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


def _fields(world: World, **over: object) -> dict[str, object]:
    return {
        "title": "Call home first",
        "summary": "A call before the letter.",
        "hypothesis": "If we call, then they come.",
        "how_to_try": "Call on Monday.",
        "drivers": [world.driver.public_id],
        "audience": "public",
        **over,
    }


def _idea(database: Database, world: World, *, published: bool, **over: Any) -> m.Item:
    with database.writing() as session:
        item = actions.start(session, idea_document(world, **over), by=world.alice.id, now=NOW)
        if published:
            actions.publish(session, item, by=world.carla.id, now=NOW)
        feed.commit(session)
    return item


def _chosen(database: Database, item: m.Item, **over: object) -> dict[str, str]:
    """Return the form of the page that puts two texts together, with fields that it does not offer."""
    with database.reading() as session:
        held = session.get_one(m.Item, item.id)
        plain = queries.working_document(session, held).as_json()
        return {"base": queries.base_of(session, held), "mine": json.dumps({**plain, **over})}


@pytest.mark.parametrize("summary", ["A call before the letter.", "Typed anew."])
def test_an_old_page_opens_nothing_that_was_handed_over(
    client: FlaskClient, world: World, sqlite_database: Database, summary: str
) -> None:
    sign_in(client, world.alice)
    assert post(client, "/ideas/new", _fields(world, once=KEY)).status_code == 303
    with sqlite_database.writing() as session:
        item = session.scalars(sa.select(m.Item)).one()
        actions.reassign(session, item, to=world.amir, by=world.carla.id, now=NOW)
        document = queries.working_document(session, item).model_copy(update={"summary": "Xylophone words of Amir."})
        actions.edit(session, item, document, base=queries.base_of(session, item), by=world.amir.id, now=NOW)
        feed.commit(session)
    again = post(client, "/ideas/new", _fields(world, once=KEY, summary=summary))
    assert again.status_code == 409
    assert "Xylophone" not in again.text
    assert summary in again.text
    with sqlite_database.reading() as session:
        assert session.scalars(sa.select(m.Item)).one().summary == "Xylophone words of Amir."


def test_nobody_merges_an_idea_by_a_field(client: FlaskClient, world: World, sqlite_database: Database) -> None:
    other = _idea(sqlite_database, world, published=True)
    mine = _idea(sqlite_database, world, published=False)
    sign_in(client, world.alice)
    sent = _chosen(sqlite_database, mine, merged_into=other.public_id, summary="Chosen.", author=world.amir.public_id)
    assert post(client, f"/ideas/{mine.ref}/merging", sent).status_code == 303
    with sqlite_database.reading() as session:
        held = session.get_one(m.Item, mine.id)
        assert (held.summary, held.author_id) == ("Chosen.", world.alice.id)
        assert session.get(m.IdeaMerge, mine.id) is None


@pytest.mark.parametrize("mine", ["", "[]", "[" * 100_000, '{"texts": 1}', '{"links": [{"target": "00000000"}]}'])
def test_a_page_that_was_not_made_here_is_refused(
    client: FlaskClient, world: World, sqlite_database: Database, mine: str
) -> None:
    idea = _idea(sqlite_database, world, published=False)
    sign_in(client, world.alice)
    assert post(client, f"/ideas/{idea.ref}/merging", {"base": "1.1", "mine": mine}).status_code == 422


@pytest.mark.parametrize("base", ["\0", "\ud800", "1.1' --", "9" * 50])
def test_no_base_that_a_program_made_up_is_kept(
    client: FlaskClient, world: World, sqlite_database: Database, base: str
) -> None:
    sign_in(client, world.alice)
    sent = {"form": "/ideas/new", "base": base, "fields": {"title": "Ca\0ll \ud83d"}}
    assert client.post("/drafts", json=sent, headers={"X-CSRF-Token": form_token(client)}).status_code == 200
    with sqlite_database.reading() as session:
        draft = session.scalars(sa.select(m.Draft)).one()
        assert (draft.base, draft.payload) == ("", {"title": ["Call ?"]})
    assert "Call ?" in client.get("/ideas/new?resume=1").text


def test_confirmed_counts_of_an_edit_come_back_by_an_import(
    world: World, sqlite_database: Database, postgres_database: Database, tmp_path: Any
) -> None:
    """What was confirmed while an edit waits holds for the text that is published with it, also in an export."""
    item = _idea(sqlite_database, world, published=True)
    with sqlite_database.writing() as session:
        held = session.get_one(m.Item, item.id)
        told = queries.working_document(session, held).model_copy(update={"summary": "It helped 3 of 5 classes."})
        actions.edit(session, held, told, base=queries.base_of(session, held), by=world.alice.id, now=NOW)
        texts = texts_of(queries.working_document(session, held))
        for as_curator, person in ((False, world.alice), (True, world.carla)):
            found = [hit.fingerprint for hit in open_hits(session, held, texts, as_curator=as_curator)]
            assert confirm(session, held, found, as_curator=as_curator, by=person.id, now=NOW) == len(found) > 0
        again = queries.working_document(session, held).model_copy(update={"title": "Call home first of all"})
        actions.edit(session, held, again, base=queries.base_of(session, held), by=world.alice.id, now=NOW)
        actions.publish(session, held, by=world.carla.id, now=NOW)
        feed.commit(session)
        assert held.counts_confirmed
    export_path(sqlite_database, tmp_path / "one")
    report = import_path(postgres_database, tmp_path / "one", now=NOW)
    assert [str(problem) for problem in report.problems] == []
