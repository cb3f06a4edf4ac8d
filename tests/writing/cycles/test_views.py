"""Writing up a cycle: from the idea to the check of the answers, on pages that lose nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import models as m
from kb.accounts.models import Role
from kb.config import bundled
from kb.db import Database
from kb.importer.load import import_path
from tests.factories import make_idea, make_member, make_network, make_person, make_school
from tests.visitors import post, sign_in


@dataclass
class World:
    """Alice writes at Ashgrove, Bob reads there, Charlie is from Brookside."""

    client: FlaskClient
    session: orm.Session
    alice: m.Person
    bob: m.Person
    charlie: m.Person
    idea: m.Item

    def cycle(self) -> m.Item:
        self.session.expire_all()
        return self.session.scalars(sa.select(m.Item).where(m.Item.kind == "cycle")).one()

    def row(self) -> m.Cycle:
        return self.session.get_one(m.Cycle, self.cycle().id)


@pytest.fixture
def world(sqlite_database: Database, client: FlaskClient) -> Iterator[World]:
    import_path(sqlite_database, bundled("content") / "methods")
    with sqlite_database.writing() as session:
        ashgrove, brookside = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
        network = make_network(session, ashgrove, brookside)
        people = [make_person(session, name=name) for name in ("Alice", "Bob", "Charlie")]
        make_member(session, people[0], school=ashgrove, role=Role.CONTRIBUTOR)
        make_member(session, people[1], school=ashgrove)
        make_member(session, people[2], school=brookside, role=Role.CONTRIBUTOR)
        idea = make_idea(session, title="Call home", network_id=network.id)
        session.commit()
        for row in (*people, idea):
            session.refresh(row)
            session.expunge(row)
    with sqlite_database.reading() as session:
        yield World(client, session, *people, idea)


def started(world: World, method: str = "pdsa") -> str:
    sign_in(world.client, world.alice)
    page = world.client.get(f"/cycles/new?idea={world.idea.public_id}").text
    school = re.search(r'name="school" value="([^"]+)"', page)
    assert school
    answer = post(world.client, "/cycles/new", {"idea": world.idea.public_id, "school": school[1], "method": method})
    assert answer.status_code == 303
    return answer.location


def test_it_starts_a_draft(world: World) -> None:
    location = started(world)
    cycle = world.cycle()
    assert location.endswith(f"/cycles/{cycle.ref}/edit")
    assert (cycle.title, cycle.state, cycle.author_id) == ("Call home at Ashgrove", "draft", world.alice.id)
    assert world.client.get(location).status_code == 303
