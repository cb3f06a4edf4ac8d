"""NUL reaches no database: PostgreSQL would refuse it with an error in the middle of a page."""

import pytest
from flask.testing import FlaskClient

from kb.app import create_app
from kb.config import Settings
from kb.db import Database


@pytest.fixture
def client(settings: Settings, postgres_database: Database) -> FlaskClient:
    return create_app(
        settings.model_copy(update={"database_url": postgres_database.url}), postgres_database
    ).test_client()


def test_in_addresses(client: FlaskClient) -> None:
    for path in ("/glossary/%00", "/methods/%00", "/people/%00", "/ideas/0123456a-%00"):
        assert client.get(path).status_code == 404, path
    for path in ("/schools?name=%00", "/search?q=%00&topic=%00", "/search/place?name=a%00"):
        assert client.get(path).status_code == 200, path


def test_in_forms(client: FlaskClient) -> None:
    assert client.post("/searches", data={"name": "\0Mine", "query": "q=a%00"}).status_code == 303
    assert client.post("/searches", data={"name": "Also", "query": ["q=b", "\0"]}).status_code == 303
    assert "Mine" in client.get("/searches").text
    assert client.post("/sign-in", data={"email": "\0x@b.org", "password": "\0"}).status_code == 422
    assert client.post("/forgotten-password", data={"email": "a\0@b.org"}).status_code == 200
    assert client.post("/invitation", data={"token": "\0"}).status_code == 404


def test_in_every_value_of_a_field(client: FlaskClient) -> None:
    with client.application.test_request_context(
        method="POST", data={"name": ["a", "\0b"]}, query_string="n=a&n=%00b"
    ) as made:
        assert made.request.form.getlist("name") == ["a", "b"]
        assert made.request.args.getlist("n") == ["a", "b"]
