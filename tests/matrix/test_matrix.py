"""Who may do what, written down route by route: every route, every kind of visitor, every state and audience.

A record's secret word appears on no page of anybody who may not read that record, whatever the page. A route that the
table does not name fails the first test.
"""

from collections.abc import Iterator
from http import HTTPStatus

import flask
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed, schema
from kb import models as m
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from tests.conftest import SECRET
from tests.matrix.table import TABLE, Row
from tests.matrix.world import READERS, WRITERS, Record, World, make_world
from tests.visitors import form_token, sign_in

CLOSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.SEE_OTHER}
GETS = [name for name, row in TABLE.items() if "GET" in row.methods]
POSTS = [name for name, row in TABLE.items() if "POST" in row.methods]


class Site:
    """The application with the world in it, and one signed-in client for each visitor."""

    def __init__(self, app: flask.Flask, world: World) -> None:
        self.app, self.world = app, world
        self.clients: dict[str, FlaskClient] = {"anonymous": app.test_client()}
        self.tokens = {"anonymous": ""}
        for name, person in world.people.items():
            self.clients[name] = app.test_client()
            sign_in(self.clients[name], person)
            self.tokens[name] = form_token(self.clients[name])

    def address(self, endpoint: str, row: Row, record: Record | None = None) -> str:
        with self.app.test_request_context():
            return flask.url_for(endpoint, **row.values(self.world, record))

    def leaks(self, name: str, body: str) -> list[str]:
        """Return the places of records whose secret word stands in a page of somebody who may not know it."""
        return [
            f"{record.kind} {record.place}"
            for record in self.world.records
            if record.secret in body and name not in READERS[record.place] | WRITERS[record.place]
        ]

    def changes(self) -> tuple[int, int]:
        with self.app.extensions["kb"].database.reading() as session:
            rows = session.scalar(sa.select(sa.func.count()).select_from(m.History)) or 0
            return feed.latest(session), rows


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("matrix")
    settings = Settings(data_dir=folder, secret_key=SECRET, contact_email="hub@example.org")
    database = Database(settings.database)
    schema.upgrade(database)
    with database.writing() as session:
        world = make_world(session)
        feed.touch(session, session.scalars(sa.select(m.Item.id)))
        feed.commit(session)
        for row in session.scalars(sa.select(m.Person)):
            session.refresh(row)
        session.expunge_all()
    app = create_app(settings, database)
    app.extensions["kb.search"].rebuild()
    yield Site(app, world)
    database.close()


def test_every_route_has_a_row(site: Site) -> None:
    served = {
        rule.endpoint: frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"} for rule in site.app.url_map.iter_rules()
    }
    assert {name: row.methods for name, row in TABLE.items()} == served


@pytest.mark.parametrize("endpoint", GETS)
def test_reading(site: Site, endpoint: str) -> None:
    """Whoever the row names gets the page, everybody else gets none; nobody sees a secret that is not theirs."""
    row = TABLE[endpoint]
    for record in site.world.of(*row.kinds) if row.kinds else [None]:
        place = record.place if record else ""
        for name, client in site.clients.items():
            address = site.address(endpoint, row, record)
            answer = client.get(address, follow_redirects=False)
            where = f"{name} GET {address} ({place}): {answer.status_code}"
            if name in row.allowed(place):
                assert answer.status_code in row.answers, where
            else:
                assert answer.status_code in CLOSED, where
            assert site.leaks(name, answer.text) == [], where
            answer.close()


@pytest.mark.parametrize("endpoint", POSTS)
def test_writing(site: Site, endpoint: str) -> None:
    """Whoever the row does not name is refused, and nothing has changed."""
    row = TABLE[endpoint]
    before = site.changes()
    for record in site.world.of(*row.kinds) if row.kinds else [None]:
        place = record.place if record else ""
        for name in sorted(set(site.clients) - row.allowed(place)):
            address = site.address(endpoint, row, record)
            sent = {"csrf_token": site.tokens[name], "text": "typed"}
            answer = site.clients[name].post(address, data=sent)
            where = f"{name} POST {address} ({place}): {answer.status_code}"
            assert answer.status_code in CLOSED - {HTTPStatus.SEE_OTHER}, where
            assert site.leaks(name, answer.text) == [], where
    assert site.changes() == before


@pytest.mark.parametrize("endpoint", POSTS)
def test_no_route_takes_a_form_without_its_token(site: Site, endpoint: str) -> None:
    row = TABLE[endpoint]
    records = site.world.of(*row.kinds) if row.kinds else [None]
    before = site.changes()
    for name in ("alice", "carla", "dana"):
        address = site.address(endpoint, row, records[-1])
        answer = site.clients[name].post(address, data={"text": "typed"})
        assert answer.status_code == HTTPStatus.FORBIDDEN, f"{name} POST {address}"
        assert "Send again" in answer.text
    foreign = {"Sec-Fetch-Site": "cross-site"}
    address = site.address(endpoint, row, records[-1])
    sent = {"csrf_token": site.tokens["alice"], "text": "typed"}
    assert site.clients["alice"].post(address, data=sent, headers=foreign).status_code == HTTPStatus.FORBIDDEN
    assert site.clients["anonymous"].post(address, data=sent, headers=foreign).status_code == HTTPStatus.FORBIDDEN
    assert site.changes() == before
