"""Two schools in two networks, the people of the house, and a record with a secret word for each audience."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed, history
from kb import models as m
from kb.accounts.models import Role
from kb.accounts.queries import viewer_of
from kb.db import Database
from kb.permissions import ANONYMOUS, Audience, State, Viewer
from tests import factories as make
from tests.factories import NOW
from tests.visitors import sign_in

Client = Callable[[str | None], FlaskClient]
NOBODY = "anonymous"


@dataclass
class World:
    """What the tests are about. ``secrets``: the word that stands in a restricted record alone, by its item."""

    school: m.School
    other: m.School
    network: m.Network
    far: m.Network
    driver: m.Driver
    people: dict[str, m.Person]
    idea: m.Item
    cycle: m.Item
    restricted: dict[str, m.Item] = field(default_factory=dict)

    def viewer(self, session: orm.Session, name: str) -> Viewer:
        """Return who the person is today."""
        return ANONYMOUS if name == NOBODY else viewer_of(session, self.people[name].id, today=NOW.date())


def make_world(session: orm.Session) -> World:
    """Alice writes at Ashgrove, Bob reads there, Charlie is from Brookside, Carla curates, Dana is admin, and Eve."""
    school, other = make.make_school(session, name="Ashgrove"), make.make_school(session, name="Brookside")
    network, far = make.make_network(session, school, name="Valley"), make.make_network(session, other, name="Coast")
    names = ("alice", "bob", "charlie", "carla", "dana", "eve")
    people = {
        name: make.make_person(session, name=name.title(), email=f"{name}@example.org", is_admin=name == "dana")
        for name in names
    }
    make.make_member(session, people["alice"], school=school, role=Role.CONTRIBUTOR)
    make.make_member(session, people["bob"], school=school)
    make.make_member(session, people["charlie"], school=other, role=Role.CONTRIBUTOR)
    make.make_member(session, people["carla"], network=network, role=Role.CURATOR)
    driver = make.make_driver(session, network, title="Help within reach")
    at: dict[str, Any] = {"school_id": school.id, "network_id": network.id, "author_id": people["alice"].id}
    html = {"how_to_try": "<p>Ask.</p>"}
    idea = make.make_idea(session, title="Desk-side help", html=html, **at)
    session.add(m.DriverIdea(idea_id=idea.id, driver_id=driver.id))
    cycle = make.make_cycle(session, idea, school, title="First try", network_id=network.id, html={})
    made = World(school, other, network, far, driver, people, idea, cycle)
    audiences: dict[str, dict[str, Any]] = {
        "zephyrine": {"audience": Audience.NETWORK},
        "quixotry": {"audience": Audience.SCHOOL},
        "vermeil": {"audience": Audience.OWNER},
        "gossamer": {"state": State.DRAFT},
        "halcyon": {"state": State.REVIEW},
        "umbrage": {"state": State.WITHDRAWN},
    }
    for word, over in audiences.items():
        made.restricted[word] = make.make_cycle(
            session, idea, school, title=f"The {word} one", html={}, **{**at, **over}
        )
    session.flush()
    return made


def note(
    session: orm.Session, *items: m.Item, action: str = "published", now: dt.datetime = NOW, by: int | None = None
) -> None:
    """Write into the history that something happened to these records."""
    for item in items:
        history.record(
            session,
            action,
            kind=item.kind.value,
            public_id=item.public_id,
            by=by,
            now=now,
            touches=[item.id],
        )


@pytest.fixture
def session(sqlite_database: Database) -> Iterator[orm.Session]:
    """A writing session on SQLite."""
    with sqlite_database.writing() as opened:
        yield opened


@pytest.fixture
def world(session: orm.Session) -> World:
    """The small world, on SQLite."""
    return make_world(session)


@pytest.fixture
def everywhere(database: Database) -> Iterator[tuple[orm.Session, World]]:
    """A session with the small world, on both databases."""
    with database.writing() as opened:
        yield opened, make_world(opened)


@pytest.fixture
def site(sqlite_database: Database) -> World:
    """The small world, committed for the application."""
    with sqlite_database.writing() as session:
        made = make_world(session)
        feed.touch(session)
        feed.commit(session)
    return made


@pytest.fixture
def as_(client: FlaskClient, site: World) -> Client:
    """Return a client of a person by name, of nobody for None."""

    def of(name: str | None) -> FlaskClient:
        made = client.application.test_client()
        if name is not None and name != NOBODY:
            sign_in(made, site.people[name])
        return made

    return of
