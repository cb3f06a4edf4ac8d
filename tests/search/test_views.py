"""The search page as a visitor meets it."""

from flask.testing import FlaskClient

from kb.db import Database
from tests.search.world import make_world


def test_it_works(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        make_world(session, 1)
    client.application.extensions["kb.search"].rebuild()
    answer = client.get("/search?q=homework&kind=idea&kind=case")
    assert answer.status_code == 200
    assert "<mark>homework</mark>" in answer.text
