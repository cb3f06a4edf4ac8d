"""A new password by mail: one hour, one use, and nobody learns whether there is an account."""

import datetime as dt
import re

import flask
import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb import feed
from kb import models as m
from kb.accounts import resets
from kb.config import Settings
from kb.db import Database, clock
from kb.errors import NotFoundError
from tests.accounts.conftest import PASSWORD, enter, letters, signed_in_name
from tests.factories import NOW, make_person

NEW = "copper window seven"
ALICE = "alice@ashgrove.example.org"


def ask(client: FlaskClient, email: str = ALICE) -> TestResponse:
    return client.post("/forgotten-password", data={"email": email})


@pytest.fixture
def link(client: FlaskClient, alice: m.Person, settings: Settings, sqlite_database: Database) -> str:
    """The token of a link that came by mail."""
    ask(client)
    (letter,) = letters(sqlite_database, settings)
    found = re.search(r"/new-password\?token=(\S+)", letter.text)
    assert found is not None
    return found.group(1)


def choose(client: FlaskClient, token: str, password: str = NEW) -> TestResponse:
    return client.post("/new-password", data={"token": token, "password": password})


def test_it_works(app: flask.Flask, client: FlaskClient, alice: m.Person, link: str) -> None:
    elsewhere = app.test_client()
    enter(elsewhere)
    page = client.get(f"/new-password?token={link}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert choose(client, link).status_code == 303
    assert enter(client).status_code == 422
    assert enter(client, password=NEW).status_code == 303
    assert signed_in_name(elsewhere) is None


def test_the_link_leads_to_the_address_of_the_settings(
    client: FlaskClient, alice: m.Person, settings: Settings, sqlite_database: Database
) -> None:
    client.post("/forgotten-password", data={"email": ALICE}, headers={"Host": "evil.example"})
    (letter,) = letters(sqlite_database, settings.model_copy(update={"base_url": "https://site.example.org"}))
    assert "https://site.example.org/new-password?token=" in letter.text
    assert "evil" not in letter.text
    assert letter.to == ALICE


def test_nobody_learns_whether_there_is_an_account(
    client: FlaskClient, alice: m.Person, settings: Settings, sqlite_database: Database
) -> None:
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert known.status_code == unknown.status_code == 200
    plain = [re.sub(r"alice@ashgrove.example.org|nobody@example.org", "*", page.text) for page in (known, unknown)]
    assert plain[0] == plain[1]
    with sqlite_database.reading() as session:  # the same work for both, before the answer
        kinds = [job.kind for job in session.query(m.Job).all()]
    assert kinds == ["accounts.reset"] * 2
    assert [letter.to for letter in letters(sqlite_database, settings)] == [ALICE]


def test_it_counts_once(client: FlaskClient, link: str) -> None:
    assert choose(client, link).status_code == 303
    assert choose(client, link, "another long one 5").status_code == 404
    assert client.get(f"/new-password?token={link}").status_code == 404
    assert enter(client, password=NEW).status_code == 303


def test_one_use_ends_the_other_links(
    client: FlaskClient, alice: m.Person, link: str, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        other = resets.issue(session, alice)
        feed.commit(session)
    assert choose(client, link).status_code == 303
    assert choose(client, other).status_code == 404


def test_two_nodes_at_once_use_it_once(database: Database, hashed: str) -> None:
    with database.writing() as session:
        person = make_person(session)
        token = resets.issue(session, person)
        feed.commit(session)
    with database.writing() as session:
        resets.use(session, token, NEW, now=NOW)
        feed.commit(session)
    with database.writing() as session, pytest.raises(NotFoundError):
        resets.use(session, token, NEW, now=NOW)


def test_the_database_says_when_it_is_too_old(client: FlaskClient, link: str, sqlite_database: Database) -> None:
    for minutes, status in ((1, 200), (-1, 404)):
        with sqlite_database.writing() as session:
            row = session.scalars(sa.select(m.PasswordReset)).one()
            if status == 200:
                assert dt.timedelta(minutes=59) < row.expires_at - clock(session) <= dt.timedelta(hours=1)
            row.expires_at = clock(session) + dt.timedelta(minutes=minutes)
            feed.commit(session)
        assert client.get(f"/new-password?token={link}").status_code == status
    assert choose(client, link).status_code == 404


def test_a_node_with_a_wrong_clock_changes_nothing(client: FlaskClient, link: str) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)):
        assert client.get(f"/new-password?token={link}").status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)):
        assert choose(client, link).status_code == 303


def test_only_its_hash_is_kept(link: str, sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert link not in str(session.execute(sa.text("SELECT * FROM password_reset")).all())


def test_a_weak_password_is_refused_and_the_link_stays(client: FlaskClient, link: str) -> None:
    for weak in ("tooshorty", "passwordpassword"):
        answer = choose(client, link, weak)
        assert answer.status_code == 422
        assert weak not in answer.text
    assert choose(client, link).status_code == 303


def test_what_is_no_link(client: FlaskClient) -> None:
    for token in ("", "x", "a" * 5000, "\x00", "%00"):
        assert client.get("/new-password", query_string={"token": token}).status_code == 404, token
        assert choose(client, token).status_code == 404, token


def test_asking_is_counted(client: FlaskClient, alice: m.Person) -> None:
    assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [ask(client, "nobody@example.org").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_what_is_no_address(client: FlaskClient, sqlite_database: Database) -> None:
    for email in ("", "x", "a@b.org\nBcc: c@d.org", "a@b.org,c@d.org"):
        assert ask(client, email).status_code == 422, email
    with sqlite_database.reading() as session:
        assert session.query(m.Job).count() == 0


def test_who_is_locked_out_by_tries_comes_in_by_a_link(client: FlaskClient, alice: m.Person, link: str) -> None:
    for _ in range(11):
        enter(client, password="x" * 12)
    assert enter(client, password=PASSWORD).status_code == 429
    choose(client, link)
    assert enter(client, password=NEW).status_code == 303
