"""Invitations: by mail, for two weeks, once; they make the account or add the role to the one that is there."""

import datetime as dt
import re
from dataclasses import dataclass

import flask
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm
from werkzeug.test import TestResponse

from kb import feed
from kb import models as m
from kb.accounts import invitations
from kb.accounts.models import Role
from kb.config import Settings
from kb.db import Database, clock
from kb.errors import InvalidError, NotFoundError
from tests.accounts.conftest import enter, letters, signed_in_name
from tests.factories import NOW, make_member, make_network, make_person, make_school
from tests.visitors import post, sign_in

NEW = "copper window seven"
BRUNO = "bruno@ashgrove.example.org"


@dataclass
class World:
    """Alice writes at Ashgrove, Bob reads there, Charlie writes at Brookside, Carla curates Ashgrove's network."""

    school: m.School
    other: m.School
    network: m.Network
    bob: m.Person
    charlie: m.Person
    carla: m.Person
    dana: m.Person


@pytest.fixture
def world(sqlite_database: Database, alice: m.Person) -> World:
    with sqlite_database.writing() as session:
        school, other = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
        network = make_network(session, school, name="Valley")
        make_network(session, other, name="Coast")
        people = [make_person(session, name=name) for name in ("Bob", "Charlie", "Carla", "Dana")]
        bob, charlie, carla, dana = people
        dana.is_admin = True
        make_member(session, alice, school=school, role=Role.CONTRIBUTOR)
        make_member(session, bob, school=school)
        make_member(session, charlie, school=other, role=Role.CONTRIBUTOR)
        make_member(session, carla, network=network, role=Role.CURATOR)
        feed.touch(session)
        feed.commit(session)
    return World(school, other, network, bob, charlie, carla, dana)


def invite(client: FlaskClient, world: World, **over: str) -> TestResponse:
    """Send the form as a contributor does."""
    data = {"email": BRUNO, "role": "contributor", **over}
    return post(client, f"/schools/{world.school.ref}/people/invitations", data)


@pytest.fixture
def token(client: FlaskClient, world: World, settings: Settings, sqlite_database: Database) -> str:
    """The token of the link that came to Bruno."""
    enter(client)
    assert invite(client, world).status_code == 303
    return newest(sqlite_database, settings)


def newest(database: Database, settings: Settings) -> str:
    found = re.search(r"/invitation\?token=(\S+)", letters(database, settings)[-1].text)
    assert found is not None
    return found.group(1)


def accept(client: FlaskClient, token: str, **over: str) -> TestResponse:
    return client.post("/invitation", data={"token": token, "name": "Bruno Diaz", "password": NEW, **over})


def roles(database: Database, name: str) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(
            sa.select(m.Membership.role, m.School.name)
            .join(m.Person, m.Person.id == m.Membership.person_id)
            .join(m.School, m.School.id == m.Membership.school_id)
            .where(m.Person.name == name, m.Membership.ended_at.is_(None))
        )
        return [(role.value, school) for role, school in rows]


def test_it_works(app: flask.Flask, world: World, token: str, sqlite_database: Database) -> None:
    bruno = app.test_client()
    page = bruno.get(f"/invitation?token={token}")
    assert page.status_code == 200
    for words in ("Alice Moreno", "Writes", "Ashgrove", BRUNO):
        assert words in page.text
    assert accept(bruno, token).status_code == 303
    assert signed_in_name(bruno) == "Bruno Diaz"
    assert roles(sqlite_database, "Bruno Diaz") == [("contributor", "Ashgrove")]
    assert enter(app.test_client(), email=BRUNO, password=NEW).status_code == 303


def test_the_mail_says_what_and_from_whom(
    client: FlaskClient, world: World, settings: Settings, sqlite_database: Database
) -> None:
    enter(client)
    invite(client, world)
    (letter,) = letters(sqlite_database, settings.model_copy(update={"base_url": "https://site.example.org"}))
    assert (letter.to, letter.subject) == (BRUNO, "Your invitation to Throughline")
    assert "Alice Moreno invites you to write at Ashgrove" in letter.text
    assert "https://site.example.org/invitation?token=" in letter.text


def test_accepting_twice_is_once(app: flask.Flask, token: str, world: World, sqlite_database: Database) -> None:
    bruno = app.test_client()
    accept(bruno, token)
    assert post(bruno, "/invitation", {"token": token}).status_code == 303
    assert bruno.get(f"/invitation?token={token}").location == "/account"
    assert roles(sqlite_database, "Bruno Diaz") == [("contributor", "Ashgrove")]


def test_nobody_else_uses_it_again(app: flask.Flask, token: str, world: World, sqlite_database: Database) -> None:
    accept(app.test_client(), token)
    charlie = app.test_client()
    sign_in(charlie, world.charlie)
    assert post(charlie, "/invitation", {"token": token}).status_code == 404
    assert roles(sqlite_database, "Charlie") == [("contributor", "Brookside")]
    assert accept(app.test_client(), token).status_code == 422


def test_who_is_signed_in_gets_the_role(app: flask.Flask, token: str, world: World, sqlite_database: Database) -> None:
    charlie = app.test_client()
    sign_in(charlie, world.charlie)
    assert "You are signed in as Charlie" in charlie.get(f"/invitation?token={token}").text
    assert post(charlie, "/invitation", {"token": token, "name": "Mallory"}).status_code == 303
    assert roles(sqlite_database, "Charlie") == [("contributor", "Brookside"), ("contributor", "Ashgrove")]


def test_who_has_an_account_signs_in_first(
    app: flask.Flask, client: FlaskClient, world: World, settings: Settings, sqlite_database: Database
) -> None:
    carla = app.test_client()
    sign_in(carla, world.carla)
    assert invite(carla, world, email="alice@ashgrove.example.org", role="reader").status_code == 303
    token = newest(sqlite_database, settings)
    page = client.get(f"/invitation?token={token}").text
    found = re.search(r'href="/sign-in\?next=([^"]+)"[^>]*>Sign in and accept', page)
    assert found is not None
    assert accept(client, token).status_code == 422
    enter(client)
    assert post(client, "/invitation", {"token": token}).status_code == 303
    assert ("reader", "Ashgrove") in roles(sqlite_database, "Alice Moreno")


def test_the_inviter_does_not_learn_who_has_an_account(client: FlaskClient, world: World) -> None:
    enter(client)
    answers = [invite(client, world, email=email) for email in (BRUNO, str(world.charlie.email))]
    assert len({(answer.status_code, answer.location) for answer in answers}) == 1


def test_what_was_typed_stays(app: flask.Flask, token: str) -> None:
    bruno = app.test_client()
    for bad in ({"password": "tooshorty"}, {"password": "passwordpassword"}, {"name": ""}):
        answer = accept(bruno, token, **bad)
        assert answer.status_code == 422, bad
        assert bad.get("name", "Bruno Diaz") in answer.text
        assert bad.get("password", NEW) not in answer.text
    assert accept(bruno, token).status_code == 303


def test_fields_that_are_not_on_the_form_give_nothing(
    app: flask.Flask, token: str, world: World, sqlite_database: Database
) -> None:
    more = {"is_admin": "1", "role": "curator", "school_id": str(world.other.id), "email": "evil@example.org"}
    accept(app.test_client(), token, **more)
    assert roles(sqlite_database, "Bruno Diaz") == [("contributor", "Ashgrove")]
    with sqlite_database.reading() as session:
        person = session.scalars(sa.select(m.Person).where(m.Person.name == "Bruno Diaz")).one()
    assert (person.email, person.is_admin) == (BRUNO, False)


def test_only_what_the_form_offers_is_given(client: FlaskClient, world: World, alice: m.Person) -> None:
    sign_in(client, alice)
    for role in ("curator", "admin", "", "reader'"):
        assert invite(client, world, role=role).status_code == 422, role


def test_taken_back(app: flask.Flask, client: FlaskClient, world: World, token: str) -> None:
    page = client.get(f"/schools/{world.school.ref}/people").text
    assert BRUNO in page
    number = re.search(r'revoke">.*?name="id" value="(\d+)"', page, re.DOTALL)
    assert number is not None
    path = f"/schools/{world.school.ref}/people/invitations/revoke"
    assert post(client, path, {"id": number.group(1)}).status_code == 303
    assert BRUNO not in client.get(f"/schools/{world.school.ref}/people").text
    assert app.test_client().get(f"/invitation?token={token}").status_code == 404
    assert accept(app.test_client(), token).status_code == 404
    assert post(client, path, {"id": number.group(1)}).status_code == 404


def test_taken_back_before_the_mail_was_written(
    client: FlaskClient, world: World, settings: Settings, sqlite_database: Database
) -> None:
    enter(client)
    invite(client, world)
    with sqlite_database.writing() as session:
        row = session.scalars(sa.select(m.Invitation)).one()
        invitations.revoke(session, row, by=None, now=NOW)
        feed.commit(session)
    assert letters(sqlite_database, settings) == []


def test_the_database_says_when_it_is_too_old(app: flask.Flask, token: str, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        row = session.scalars(sa.select(m.Invitation)).one()
        assert dt.timedelta(days=13, hours=23) < row.expires_at - clock(session) <= dt.timedelta(days=14)
        row.expires_at = clock(session) - dt.timedelta(seconds=1)
        feed.commit(session)
    assert accept(app.test_client(), token).status_code == 404


def test_inviting_again_renews_it(
    app: flask.Flask, client: FlaskClient, world: World, token: str, settings: Settings, sqlite_database: Database
) -> None:
    invite(client, world)
    second = newest(sqlite_database, settings)
    assert second != token
    assert app.test_client().get(f"/invitation?token={token}").status_code == 404
    assert app.test_client().get(f"/invitation?token={second}").status_code == 200
    assert client.get(f"/schools/{world.school.ref}/people").text.count(f"<b>{BRUNO}") == 1


def test_inviting_is_counted(client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.accounts.people.views.INVITATIONS_AN_HOUR", 2)
    enter(client)
    assert [invite(client, world, email=f"n{n}@example.org").status_code for n in range(3)] == [303, 303, 429]


def test_no_second_receiver(client: FlaskClient, world: World, alice: m.Person, sqlite_database: Database) -> None:
    sign_in(client, alice)
    for email in ("a@b.org\nBcc: c@d.org", "a@b.org, c@d.org", "nonsense"):
        assert invite(client, world, email=email).status_code == 422, email
    with sqlite_database.reading() as session:
        assert session.query(m.Job).count() == 0


def test_only_its_hash_is_kept(token: str, sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        rows = [session.execute(sa.text(f"SELECT * FROM {table}")).all() for table in ("invitation", "history")]
    assert token not in str(rows)


WHO = (("alice", 200, 403), ("bob", 403, 403), ("charlie", 403, 403), ("carla", 200, 303), ("dana", 200, 303))


def test_who_looks_after_a_school(app: flask.Flask, world: World, alice: m.Person, sqlite_database: Database) -> None:
    path = f"/schools/{world.school.ref}/people"
    for who, sees, ends in WHO:
        client = app.test_client()
        sign_in(client, alice if who == "alice" else getattr(world, who))
        assert client.get(path).status_code == sees, who
        assert invite(client, world, email=f"{who}@x.org").status_code == (303 if sees == 200 else 403), who
        with sqlite_database.writing() as session:
            row = make_member(session, world.bob, school=world.school, role=Role.CONTRIBUTOR)
            feed.commit(session)
        assert post(client, f"{path}/end", {"id": str(row.id)}).status_code == ends, who
        with sqlite_database.writing() as session:
            held = session.get_one(m.Membership, row.id)
            assert (held.ended_at is not None) is (ends == 303), who
            held.ended_at = NOW
            feed.commit(session)


def test_a_visitor_sees_nobody(client: FlaskClient, world: World) -> None:
    assert client.get(f"/schools/{world.school.ref}/people").status_code == 303
    assert client.get("/people").status_code == 303


def test_no_role_of_another_school_ends_here(client: FlaskClient, world: World, sqlite_database: Database) -> None:
    sign_in(client, world.carla)
    with sqlite_database.reading() as session:
        row = session.scalars(sa.select(m.Membership).where(m.Membership.person_id == world.charlie.id)).one()
    assert post(client, f"/schools/{world.school.ref}/people/end", {"id": str(row.id)}).status_code == 404
    assert roles(sqlite_database, "Charlie") == [("contributor", "Brookside")]


def test_a_place_is_named(session: orm.Session) -> None:
    with pytest.raises(InvalidError):
        invitations.invite(session, email=BRUNO, role=Role.READER, by=None, now=NOW)


def test_a_network_invites_a_curator(database: Database) -> None:
    with database.writing() as session:
        network, person = make_network(session), make_person(session)
        row = invitations.invite(session, email=BRUNO, role=Role.CURATOR, network_id=network.id, by=person.id, now=NOW)
        (offer,) = invitations.pending(session, network_id=network.id)
        assert (offer.email, offer.role, offer.place, offer.inviter) == (BRUNO, Role.CURATOR, network.name, person.name)
        assert not offer.is_over
        made = invitations.join(session, row, name="Bruno", password=None, now=NOW)
        assert invitations.accept(session, row, made, now=NOW) is None
        assert invitations.pending(session, network_id=network.id) == []
        with pytest.raises(NotFoundError):
            invitations.accept(session, row, person, now=NOW)
