"""POST /paste: for people with an account, so often and so much, and nothing of it is kept."""

from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb import feed
from kb.db import Database
from kb.paste import views
from tests.factories import make_person
from tests.visitors import form_token, sign_in


@pytest.fixture
def somebody(client: FlaskClient, sqlite_database: Database) -> FlaskClient:
    with sqlite_database.writing() as session:
        person = make_person(session)
        feed.commit(session)
    sign_in(client, person)
    return client


def _paste(client: FlaskClient, body: str | bytes) -> TestResponse:
    return client.post("/paste", data=body, content_type="text/html", headers={"X-CSRF-Token": form_token(client)})


def test_html_becomes_markdown(somebody: FlaskClient) -> None:
    answer = _paste(somebody, "<p>Wait <b>seven</b> seconds – sí</p><script>alert(1)</script>")
    assert (answer.status_code, answer.json) == (HTTPStatus.OK, {"markdown": "Wait **seven** seconds – sí"})
    assert answer.content_type == "application/json"


def test_bytes_that_are_no_text_are_read(somebody: FlaskClient) -> None:
    assert _paste(somebody, b"a\xff\x00b").json == {"markdown": "a\N{REPLACEMENT CHARACTER}b"}


def test_it_is_for_people_with_an_account(client: FlaskClient) -> None:
    assert client.post("/paste", data="<b>x</b>").status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.SEE_OTHER)


def test_it_needs_the_token(somebody: FlaskClient) -> None:
    assert somebody.post("/paste", data="<b>x</b>", content_type="text/html").status_code == HTTPStatus.FORBIDDEN


def test_too_much_is_refused(somebody: FlaskClient) -> None:
    assert _paste(somebody, "x" * 2_000_001).status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    answer = _paste(somebody, "x " * 100_000)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json is not None
    assert "Paste less" in answer.json["message"]


def test_too_often_is_refused(somebody: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LIMIT", 2)
    statuses = [_paste(somebody, "x").status_code for _ in range(3)]
    assert statuses == [HTTPStatus.OK, HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS]
