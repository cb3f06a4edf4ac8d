"""Tokens of signed-in people: a form without one changes nothing and loses nothing."""

import datetime as dt
from http import HTTPStatus

import flask
import pytest
import time_machine
from flask.testing import FlaskClient

from kb import models as m
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from kb.errors import NotFoundError
from kb.permissions import Permission
from kb.web.gate import allows
from tests.factories import make_person
from tests.visitors import form_token, post, sign_in

TEXT = "<b>Twelve lines</b> about the\nhomework club & what happened"
SECRET = "correct horse battery staple"


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> flask.Flask:
    """The application with a form that says what it got, and a record nobody may see."""
    app = create_app(settings, sqlite_database)

    @allows(Permission.SITE_READ)
    def echo() -> str:
        return "saved: " + flask.request.form["text"]

    def hidden(*_values: object, **_more: object) -> None:
        raise NotFoundError

    @allows(Permission.SITE_READ, hidden)
    def draft(_found: object) -> str:
        return "a draft"

    app.add_url_rule("/echo", "echo", echo, methods=["POST"])
    app.add_url_rule("/draft", "draft", draft, methods=["GET", "POST"])
    return app


@pytest.fixture
def alice(sqlite_database: Database) -> m.Person:
    with sqlite_database.writing() as session:
        person = make_person(session)
        session.commit()
        session.expunge(person)
        return person


def test_it_works(client: FlaskClient, alice: m.Person) -> None:
    sign_in(client, alice)
    assert post(client, "/echo", {"text": TEXT}).text == f"saved: {TEXT}"


def test_a_header_does_as_well(client: FlaskClient, alice: m.Person) -> None:
    sign_in(client, alice)
    answer = client.post("/echo", data={"text": TEXT}, headers={"X-CSRF-Token": form_token(client)})
    assert answer.text == f"saved: {TEXT}"


def test_a_visitor_without_an_account_needs_none(client: FlaskClient) -> None:
    assert client.post("/echo", data={"text": TEXT}).status_code == HTTPStatus.OK


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_without_it_nothing_happens_and_nothing_is_lost(client: FlaskClient, alice: m.Person, token: str) -> None:
    sign_in(client, alice)
    answer = client.post("/echo", data={"text": TEXT, "csrf_token": token, "new_password": SECRET})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "saved" not in answer.text
    assert "&lt;b&gt;Twelve lines&lt;/b&gt; about the\nhomework club &amp; what happened" in answer.text
    assert f'value="{form_token(client)}"' in answer.text, "the page carries a fresh token"
    assert SECRET not in answer.text


def test_another_persons_token_is_refused(client: FlaskClient, alice: m.Person, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        bob = make_person(session)
        session.commit()
        sign_in(client, bob)
    of_bob = form_token(client)
    sign_in(client, alice)
    answer = client.post("/echo", data={"text": TEXT, "csrf_token": of_bob})
    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(("days", "status"), [(6, HTTPStatus.OK), (15, HTTPStatus.FORBIDDEN)])
def test_it_ends(client: FlaskClient, alice: m.Person, days: int, status: HTTPStatus) -> None:
    sign_in(client, alice, lasts=dt.timedelta(days=30))
    token = form_token(client)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=days)):
        assert client.post("/echo", data={"text": TEXT, "csrf_token": token}).status_code == status


def test_an_ended_session_keeps_the_text_and_the_form_works_after_signing_in(
    client: FlaskClient, alice: m.Person
) -> None:
    sign_in(client, alice, lasts=dt.timedelta(seconds=-1))
    answer = client.post("/draft", data={"text": TEXT})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "homework club" in answer.text
    kept = answer.text.split('name="csrf_token" value="')[1].split('"')[0]
    sign_in(client, alice)  # in another tab
    assert client.post("/echo", data={"text": TEXT, "csrf_token": kept}).status_code == HTTPStatus.OK


def test_an_ended_session_is_sent_to_sign_in_and_back(client: FlaskClient, alice: m.Person) -> None:
    sign_in(client, alice, lasts=dt.timedelta(seconds=-1))
    answer = client.get("/draft?page=2")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.location == "/sign-in?next=%2Fdraft%3Fpage%3D2"


def test_a_visitor_learns_nothing_of_what_is_hidden(client: FlaskClient) -> None:
    assert client.get("/draft").status_code == HTTPStatus.NOT_FOUND
    hidden, missing = client.post("/draft", data={"text": TEXT}), client.post("/nowhere", data={"text": TEXT})
    assert hidden.status_code == missing.status_code == HTTPStatus.NOT_FOUND
