"""One's own account: name, password, where one is signed in, and forms that outlive a session."""

import datetime as dt
import re

import flask
import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts.queries import token_hash
from kb.db import Database
from tests.accounts.conftest import PASSWORD, enter, signed_in_name
from tests.factories import make_person
from tests.visitors import post, sign_in

NEW = "copper window seven"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36"


@pytest.fixture
def bob(sqlite_database: Database) -> m.Person:
    with sqlite_database.writing() as session:
        person = make_person(session, name="Bob")
        feed.commit(session)
    return person


def sessions(database: Database, person: m.Person) -> list[m.SignIn]:
    with database.reading() as session:
        return list(
            session.scalars(sa.select(m.SignIn).where(m.SignIn.person_id == person.id, m.SignIn.ended_at.is_(None)))
        )


def test_it_works(client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    page = client.get("/account")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "alice@ashgrove.example.org" in page.text


def test_visitors_are_asked_to_sign_in_and_come_back(client: FlaskClient, alice: m.Person) -> None:
    answer = client.get("/account")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=%2Faccount")
    assert client.post("/account/name", data={"name": "Mallory"}).status_code == 401


def test_a_new_name(client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    assert post(client, "/account/name", {"name": "  Alice   M. "}).status_code == 303
    assert signed_in_name(client) == "Alice M."
    for bad in ("", " ", "x" * 201):
        assert post(client, "/account/name", {"name": bad}).status_code == 422
    assert signed_in_name(client) == "Alice M."


def test_fields_that_are_not_on_the_form_change_nothing(
    client: FlaskClient, alice: m.Person, bob: m.Person, sqlite_database: Database
) -> None:
    enter(client)
    more = {"name": "Alice", "is_admin": "1", "email": "x@y.org", "id": str(bob.id), "person_id": str(bob.id)}
    assert post(client, "/account/name", more).status_code == 303
    with sqlite_database.reading() as session:
        row = session.get_one(m.Person, alice.id)
        assert (row.name, row.is_admin, row.email) == ("Alice", False, "alice@ashgrove.example.org")
        assert session.get_one(m.Person, bob.id).name == "Bob"


def test_a_new_password_needs_the_old_one(client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    wrong = post(client, "/account/password", {"old_password": "something else", "password": NEW})
    assert wrong.status_code == 422
    assert "This is not your password now." in wrong.text
    assert enter(client.application.test_client()).status_code == 303


def test_a_new_password_is_not_easily_guessed(client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    answer = post(client, "/account/password", {"old_password": PASSWORD, "password": "alice moreno 1"})
    assert answer.status_code == 422
    assert "easily guessed" in answer.text
    assert enter(client.application.test_client()).status_code == 303


def test_a_new_password_ends_all_other_sessions(
    app: flask.Flask, client: FlaskClient, alice: m.Person, sqlite_database: Database
) -> None:
    enter(client)
    stolen = app.test_client()
    copied = client.get_cookie("kb")
    assert copied is not None
    stolen.set_cookie("kb", copied.value)
    other = app.test_client()
    enter(other)
    assert post(client, "/account/password", {"old_password": PASSWORD, "password": NEW}).status_code == 303
    assert [signed_in_name(one) for one in (client, other, stolen)] == ["Alice Moreno", None, None]
    assert len(sessions(sqlite_database, alice)) == 1
    assert enter(app.test_client(), password=NEW).status_code == 303


def test_guessing_the_old_password_is_counted(client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    typed = {"old_password": "something else", "password": NEW}
    assert [post(client, "/account/password", typed).status_code for _ in range(11)] == [422] * 10 + [429]


def test_ending_one_session(app: flask.Flask, client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    other = app.test_client()
    other.environ_base["HTTP_USER_AGENT"] = CHROME
    enter(other)
    page = client.get("/account").text
    assert "Chrome on Windows" in page
    found = re.search(r'name="session" value="([0-9a-f]{64})"', page)
    assert found is not None
    assert post(client, "/account/sessions/end", {"session": found.group(1)}).status_code == 303
    assert (signed_in_name(client), signed_in_name(other)) == ("Alice Moreno", None)


def test_ending_all_others(app: flask.Flask, client: FlaskClient, alice: m.Person) -> None:
    others = [app.test_client() for _ in range(2)]
    for one in (client, *others):
        enter(one)
    post(client, "/account/sessions/end")
    assert [signed_in_name(one) for one in (client, *others)] == ["Alice Moreno", None, None]


def test_nobody_ends_the_session_of_somebody_else(
    app: flask.Flask, client: FlaskClient, alice: m.Person, bob: m.Person, sqlite_database: Database
) -> None:
    enter(client)
    other = app.test_client()
    mark = token_hash(sign_in(other, bob))
    assert mark not in client.get("/account").text
    post(client, "/account/sessions/end", {"session": mark})
    post(client, "/account/sessions/end")
    assert len(sessions(sqlite_database, bob)) == 1


def test_when_it_was_last_seen(client: FlaskClient, alice: m.Person, sqlite_database: Database) -> None:
    with time_machine.travel("2026-11-02 12:00:00Z", tick=False) as clock:
        enter(client)
        clock.shift(dt.timedelta(minutes=29))
        client.get("/about").close()  # noted after the answer is sent
        assert [row.seen_at and row.seen_at.minute for row in sessions(sqlite_database, alice)] == [0]
        clock.shift(dt.timedelta(minutes=1))
        client.get("/about").close()
        assert [row.seen_at and row.seen_at.minute for row in sessions(sqlite_database, alice)] == [30]


def test_a_session_ends_by_itself(client: FlaskClient, alice: m.Person) -> None:
    with time_machine.travel("2026-11-02 12:00:00Z", tick=False) as clock:
        enter(client)
        clock.shift(dt.timedelta(hours=12) - dt.timedelta(seconds=1))
        assert signed_in_name(client) == "Alice Moreno"
        clock.shift(dt.timedelta(seconds=1))
        assert signed_in_name(client) is None


def test_a_form_outlives_its_session(app: flask.Flask, client: FlaskClient, alice: m.Person) -> None:
    """The session ends while somebody types; they sign in in another tab and send the form again."""
    enter(client)
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/account").text)
    assert token is not None
    other = app.test_client()
    enter(other)
    post(other, "/account/sessions/end")
    typed = {"name": "Alice, who typed a long name in here", "csrf_token": token.group(1)}
    kept = client.post("/account/name", data=typed)
    assert kept.status_code == 401
    assert "Alice, who typed a long name in here" in kept.text
    assert "Send again" in kept.text
    enter(client)  # in another tab: the cookie is the same
    fresh = re.search(r'name="csrf_token" value="([0-9a-f]+)"', kept.text)
    assert fresh is not None
    assert client.post("/account/name", data={**typed, "csrf_token": fresh.group(1)}).status_code == 303
    assert signed_in_name(client) == "Alice, who typed a long name in here"


def test_a_password_is_never_shown_again(client: FlaskClient, alice: m.Person) -> None:
    """Neither in the form nor on the page that keeps what was typed."""
    enter(client)
    typed = {"old_password": "typed-in-vain-99", "password": "typed-in-vain-77"}
    for answer in (client.post("/account/password", data=typed), post(client, "/account/password", typed)):
        assert answer.status_code in {403, 422}
        assert "typed-in-vain" not in answer.text
