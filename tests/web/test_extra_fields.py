"""Fields that a form does not have change nothing, whatever they are called (mass assignment)."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import models as m
from kb.db import Database
from kb.permissions import State
from tests.visitors import post, sign_in
from tests.writing.world import World, make_world

OF_PEOPLE = {"is_admin": "1", "email": "mine@example.org", "public_id": "00000000", "ended_at": "", "role": "curator"}
OF_RECORDS = {
    "state": "published",
    "published": "2020-01-01",
    "edition": "9",
    "id": "00000000",
    "public_id": "00000000",
    "fictional": "1",
    "small_counts_confirmed": "1",
    "shared_with_school": "1",
    "merged_into": "00000000",
}


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


@pytest.fixture
def alice(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.alice)
    return client


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(row).mapper.column_attrs}


def _alice(session: orm.Session, world: World) -> dict[str, Any]:
    return _values(session.get_one(m.Person, world.alice.id, populate_existing=True))


def test_a_name_is_all_that_the_form_of_a_name_changes(
    alice: FlaskClient, world: World, sqlite_database: Database
) -> None:
    with sqlite_database.reading() as session:
        before = _alice(session, world)
    assert post(alice, "/account/name", {"name": "Alice Moreno", **OF_PEOPLE}).status_code == 303
    with sqlite_database.reading() as session:
        assert _alice(session, world) == {**before, "name": "Alice Moreno"}
        assert session.scalar(sa.select(sa.func.count()).select_from(m.Membership)) == 5


def test_an_idea_is_a_draft_of_who_writes_it(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    given = {"author": world.amir.public_id, "author_id": str(world.amir.id)}
    places = {"school": world.other_school.public_id, "school_id": str(world.other_school.id), "network": "00000000"}
    assert post(alice, "/ideas/new", {"title": "Call", **OF_RECORDS, **given, **places}).status_code == 303
    with sqlite_database.reading() as session:
        item = session.scalars(sa.select(m.Item)).one()
        assert (item.state, item.edition, item.published_at) == (State.DRAFT, 0, None)
        assert (item.author_id, item.school_id, item.network_id) == (world.alice.id, world.school.id, world.network.id)
        assert (item.fictional, item.counts_confirmed, item.shared_with_school) == (False, False, False)
        assert item.public_id != "00000000"


def test_a_note_is_ones_own(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    given = {"person_id": str(world.amir.id), "person": world.amir.public_id, **OF_RECORDS}
    assert post(alice, "/capture", {"text": "We called.", **given}).status_code == 303
    with sqlite_database.reading() as session:
        note = session.scalars(sa.select(m.Note)).one()
        assert (note.person_id, note.public_id != "00000000") == (world.alice.id, True)
