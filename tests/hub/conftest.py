"""A network with its hub: Carla curates it, Alice writes at Ashgrove, Bob reads there, Charlie is from Brookside."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.db import Database
from tests import factories as make
from tests.visitors import sign_in


@dataclass
class Hub:
    """What the tests of hubs are about."""

    network: m.Network
    elsewhere: m.Network
    ashgrove: m.School
    brookside: m.School
    alice: m.Person
    bob: m.Person
    carla: m.Person
    charlie: m.Person
    dana: m.Person


def make_hub(session: orm.Session) -> Hub:
    """Make the rows: Ashgrove is in the network, Brookside in another one."""
    ashgrove = make.make_school(session, name="Ashgrove High")
    brookside = make.make_school(session, name="Brookside Middle")
    network = make.make_network(session, ashgrove, name="Valley Network")
    elsewhere = make.make_network(session, brookside, name="Hill Network")
    people = {name: make.make_person(session, name=name.title()) for name in ("alice", "bob", "carla", "charlie")}
    make.make_member(session, people["alice"], school=ashgrove, role=Role.CONTRIBUTOR)
    make.make_member(session, people["bob"], school=ashgrove)
    make.make_member(session, people["carla"], network=network, role=Role.CURATOR)
    make.make_member(session, people["charlie"], school=brookside, role=Role.CONTRIBUTOR)
    dana = make.make_person(session, name="Dana", is_admin=True)
    return Hub(network, elsewhere, ashgrove, brookside, dana=dana, **people)


@pytest.fixture
def hub(sqlite_database: Database) -> Hub:
    """The hub in the database that the application reads."""
    with sqlite_database.writing() as session:
        made = make_hub(session)
        feed.touch(session)
        feed.commit(session)
    return made


@pytest.fixture
def visit(client: FlaskClient) -> Callable[[m.Person | None], FlaskClient]:
    """Return a client in which a person is signed in; None for a visitor without an account."""

    def as_person(person: m.Person | None) -> FlaskClient:
        opened = client.application.test_client()
        if person is not None:
            sign_in(opened, person)
        return opened

    return as_person
