"""The page: in plain words, for those who may read the record."""

import flask
import pytest
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.db import Database
from kb.permissions import Audience, State
from tests.factories import make_idea, make_member, make_network, make_person, make_school
from tests.pages.visitor import Visitor
from tests.visitors import sign_in


@pytest.fixture
def alice(sqlite_database: Database) -> m.Person:
    """Alice writes at Ashgrove, which is in the Valley, and has written ideas of every audience."""
    with sqlite_database.writing() as session:
        school = make_school(session, name="Ashgrove")
        network = make_network(session, school, name="Valley")
        person = make_person(session, name="Alice")
        make_member(session, person, school=school, role=Role.CONTRIBUTOR)
        shared = {"school_id": school.id, "network_id": network.id, "author_id": person.id}
        make_idea(session, public_id="pppppppp", **shared)
        make_idea(session, public_id="nnnnnnnn", audience=Audience.NETWORK, **shared)
        make_idea(session, public_id="ssssssss", audience=Audience.SCHOOL, **shared)
        make_idea(session, public_id="dddddddd", state=State.DRAFT, shared_with_school=True, **shared)
        feed.touch(session)
        feed.commit(session)
        session.expunge_all()
    return person


def _page(client: FlaskClient, database: Database, public_id: str) -> str:
    visitor = Visitor(client, database)
    with database.reading() as session:
        ref = session.query(m.Item).filter_by(public_id=public_id).one().ref
    return visitor.get(f"/ideas/{ref}/audience").text


def test_a_public_record_is_for_everyone(client: FlaskClient, sqlite_database: Database, alice: m.Person) -> None:
    text = _page(client, sqlite_database, "pppppppp")
    who = text.split("Who can see it")[1].split("Why")[0]
    assert "Everyone, without an account" in who
    assert "Ashgrove" not in who
    assert "Alice" not in text
    with sqlite_database.reading() as session:
        ref = session.query(m.Item).filter_by(public_id="pppppppp").one().ref
    assert f"/ideas/{ref}/audience" in client.get(f"/ideas/{ref}").text


@pytest.mark.parametrize(
    ("public_id", "who", "why"),
    [
        ("nnnnnnnn", "The people of Valley : who has a role there", "published for Valley and no other network"),
        ("ssssssss", "The people of Ashgrove", "published for Ashgrove and nobody else"),
        ("dddddddd", "Who writes for Ashgrove", "so they may go on with it"),
    ],
)
def test_the_words_name_the_people(
    client: FlaskClient, sqlite_database: Database, alice: m.Person, public_id: str, who: str, why: str
) -> None:
    sign_in(client, alice)
    text = " ".join(_page(client, sqlite_database, public_id).split()).replace(" .", ".").replace("  ", " ")
    assert who.replace(" :", ":") in text.replace(" :", ":")
    assert why in text
    assert "Nobody else." in text
    assert " you " in text.split("Who can do what")[1]


def test_a_record_that_is_not_for_everyone_says_so(
    client: FlaskClient, sqlite_database: Database, alice: m.Person
) -> None:
    sign_in(client, alice)
    for public_id, words in (
        ("nnnnnnnn", "Only for the people of its network"),
        ("ssssssss", "Only for the people of its school"),
        ("dddddddd", "A draft: only for those who write it"),
    ):
        assert words in client.get(f"/ideas/{public_id}", follow_redirects=True).text
    assert "seen-by" not in client.get("/ideas/pppppppp", follow_redirects=True).text


def test_who_may_not_read_it_is_told_nothing(app: flask.Flask, sqlite_database: Database, alice: m.Person) -> None:
    for public_id in ("nnnnnnnn", "ssssssss", "dddddddd", "zzzzzzzz"):
        assert app.test_client().get(f"/ideas/{public_id}/audience").status_code == 404
    assert app.test_client().get("/cycles/pppppppp/audience").status_code == 404
