"""All accounts, for whoever runs the site; the commands; the people of the demo."""

import re

import flask
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts import actions, demo
from kb.accounts.commands import user
from kb.accounts.models import Role
from kb.config import Settings
from kb.db import Database
from kb.errors import ConflictError, InvalidError, NotFoundError
from tests.accounts.conftest import PASSWORD, enter, letters, signed_in_name
from tests.factories import NOW, make_member, make_network, make_person, make_school
from tests.visitors import post, sign_in


@pytest.fixture
def dana(sqlite_database: Database) -> m.Person:
    with sqlite_database.writing() as session:
        person = make_person(session, name="Dana", is_admin=True)
        feed.commit(session)
    return person


def test_it_works(client: FlaskClient, alice: m.Person, dana: m.Person) -> None:
    sign_in(client, dana)
    page = client.get("/people").text
    assert "2 accounts" in page
    assert "alice@ashgrove.example.org" in page
    assert "Dana" not in client.get("/people?q=ashgrove").text.split("<main")[1]
    assert "Alice Moreno" in client.get(f"/people/{alice.public_id}").text


def test_nobody_else_sees_it(client: FlaskClient, alice: m.Person) -> None:
    sign_in(client, alice)
    for path in ("/people", f"/people/{alice.public_id}"):
        assert client.get(path).status_code == 403
    assert "/people" not in client.get("/about").text


def test_ending_an_account(
    app: flask.Flask, client: FlaskClient, alice: m.Person, dana: m.Person, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        make_member(session, alice, school=make_school(session), role=Role.CONTRIBUTOR)
        feed.commit(session)
    member = app.test_client()
    enter(member)
    sign_in(client, dana)
    path = f"/people/{alice.public_id}/end"
    assert post(client, path).status_code == 422
    assert signed_in_name(member) == "Alice Moreno"
    assert post(client, path, {"sure": "y"}).status_code == 303
    assert signed_in_name(member) is None
    assert enter(app.test_client()).status_code == 422
    with sqlite_database.reading() as session:
        assert session.scalars(sa.select(m.Membership.ended_at)).one() is not None
        assert session.get(m.Password, alice.id) is None
        ended = session.scalars(sa.select(m.SignIn.ended_at).where(m.SignIn.person_id == alice.id)).all()
        assert ended
        assert None not in ended
    assert client.get(f"/people/{alice.public_id}").status_code == 404


def test_nobody_but_an_admin_ends_one(client: FlaskClient, alice: m.Person, dana: m.Person) -> None:
    enter(client)
    assert post(client, f"/people/{dana.public_id}/end", {"sure": "y"}).status_code == 403


def test_the_last_admin_stays(client: FlaskClient, dana: m.Person) -> None:
    sign_in(client, dana)
    assert post(client, f"/people/{dana.public_id}/end", {"sure": "y"}).status_code == 409
    assert client.get("/people").status_code == 200


def test_the_address_of_an_ended_account_is_free(session: orm.Session) -> None:
    person = actions.create(session, name="A", email="a@b.org", by=None, now=NOW)
    with pytest.raises(ConflictError):
        actions.create(session, name="B", email="a@b.org", by=None, now=NOW)
    actions.end(session, person, by=None, now=NOW)
    actions.end(session, person, by=None, now=NOW)
    assert actions.create(session, name="B", email="a@b.org", by=None, now=NOW).id != person.id


@pytest.fixture
def run(settings: Settings, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr("kb.config.load", lambda **_given: settings)
    return CliRunner()


def test_the_first_admin(run: CliRunner, client: FlaskClient) -> None:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    told = run.invoke(user, ["create-admin", "Dana@Example.org", "--name", "Dana"], input=typed, catch_exceptions=False)
    assert told.exit_code == 0
    assert PASSWORD not in told.output
    assert enter(client, email="dana@example.org").status_code == 303
    assert client.get("/people").status_code == 200
    assert "Dana <dana@example.org>  admin" in run.invoke(user, ["list"]).output


def test_the_first_admin_by_a_link(run: CliRunner, client: FlaskClient) -> None:
    told = run.invoke(user, ["create-admin", "dana@example.org", "--name", "Dana", "--link"], catch_exceptions=False)
    found = re.search(r"/new-password\?token=(\S+)", told.output)
    assert found is not None
    assert client.post("/new-password", data={"token": found.group(1), "password": PASSWORD}).status_code == 303
    assert enter(client, email="dana@example.org").status_code == 303


def test_a_weak_password_makes_no_admin(run: CliRunner, sqlite_database: Database) -> None:
    with pytest.raises(InvalidError):
        run.invoke(user, ["create-admin", "d@e.org", "--name", "D"], input="short\nshort\n", catch_exceptions=False)
    with sqlite_database.reading() as session:
        assert session.query(m.Person).count() == 0


def test_a_person_is_made_admin_and_ended_by_command(run: CliRunner, alice: m.Person, client: FlaskClient) -> None:
    run.invoke(user, ["create-admin", str(alice.email), "--name", "Alice", "--link"], catch_exceptions=False)
    enter(client)
    assert client.get("/people").status_code == 200
    run.invoke(user, ["create-admin", "dana@example.org", "--name", "Dana", "--link"], catch_exceptions=False)
    assert run.invoke(user, ["end", str(alice.email)]).exit_code == 0
    assert client.get("/people").status_code == 303
    assert isinstance(run.invoke(user, ["end", str(alice.email)]).exception, SystemExit)


def test_inviting_by_command(run: CliRunner, sqlite_database: Database, settings: Settings) -> None:
    with sqlite_database.writing() as session:
        school = make_school(session, name="Ashgrove")
        feed.commit(session)
    told = run.invoke(user, ["invite", "bruno@example.org", "--school", school.public_id, "--role", "contributor"])
    assert told.exit_code == 0
    assert "to write at Ashgrove" in letters(sqlite_database, settings)[0].text
    for wrong in (["--role", "reader"], ["--school", "00000000", "--role", "reader"]):
        assert run.invoke(user, ["invite", "bruno@example.org", *wrong]).exit_code == 1
    curator = ["invite", "bruno@example.org", "--school", school.public_id, "--role", "curator"]
    assert isinstance(run.invoke(user, curator).exception, InvalidError)


def test_there_is_no_account_until_one_is_made(sqlite_database: Database) -> None:
    with sqlite_database.reading() as session:
        assert session.query(m.Person).count() == 0
        assert session.query(m.Password).count() == 0


def test_the_people_of_the_demo(sqlite_database: Database, client: FlaskClient) -> None:
    with pytest.raises(NotFoundError):
        demo.make_accounts(sqlite_database)
    with sqlite_database.writing() as session:
        schools = [make_school(session, name=name, fictional=True) for name in ("Ashgrove", "Brookside")]
        make_network(session, *schools, name="Valley", fictional=True)
        feed.commit(session)
    told = demo.make_accounts(sqlite_database)
    found = re.search(r"\(not shown again\): (\S+)", told)
    assert found is not None
    for name in ("alice", "charlie", "bob", "carla", "dana"):
        assert enter(client, email=f"{name}@demo.example.org", password=found.group(1)).status_code == 303
        assert signed_in_name(client) == f"{name.title()} (fictional)"
        post(client, "/sign-out")
    again = demo.make_accounts(sqlite_database)
    assert found.group(1) not in again
    with sqlite_database.reading() as session:
        assert session.query(m.Person).count() == 5
        assert session.query(m.Membership).count() == 4
