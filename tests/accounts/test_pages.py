"""Every page of accounts keeps the rules of all pages, also with errors on it."""

import re

import pytest
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts import resets
from kb.accounts.models import Role
from kb.config import Settings
from kb.db import Database
from tests.accounts.conftest import letters
from tests.factories import make_member, make_network, make_school
from tests.pages.visitor import Page, Visitor, check, parse
from tests.visitors import post, sign_in


@pytest.fixture
def visitor(client: FlaskClient, sqlite_database: Database) -> Visitor:
    return Visitor(client, sqlite_database)


@pytest.fixture
def school(alice: m.Person, sqlite_database: Database) -> m.School:
    """Ashgrove, where Alice writes; she also runs the site."""
    with sqlite_database.writing() as session:
        made = make_school(session, name="Ashgrove")
        make_network(session, made)
        make_member(session, alice, school=made, role=Role.CONTRIBUTOR)
        session.get_one(m.Person, alice.id).is_admin = True
        feed.commit(session)
    return made


def test_pages_of_visitors(visitor: Visitor, alice: m.Person, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        token = resets.issue(session, alice)
        feed.commit(session)
    for path in ("/sign-in?next=/about", "/forgotten-password", f"/new-password?token={token}"):
        visitor.get(path)
    visitor.get("/new-password?token=x", status=404)


def test_pages_of_people(visitor: Visitor, client: FlaskClient, alice: m.Person, school: m.School) -> None:
    sign_in(client, alice)
    client.get("/about")  # notes when the session was seen
    post(client, f"/schools/{school.ref}/people/invitations", {"email": "bruno@example.org", "role": "reader"})
    for path in ("/account", f"/schools/{school.ref}/people", "/people", f"/people/{alice.public_id}"):
        assert "Alice Moreno" in visitor.get(path).text


def test_the_page_of_an_invitation(
    visitor: Visitor, client: FlaskClient, alice: m.Person, school: m.School, settings: Settings
) -> None:
    sign_in(client, alice)
    post(client, f"/schools/{school.ref}/people/invitations", {"email": "bruno@example.org", "role": "reader"})
    found = re.search(r"\?token=(\S+)", letters(visitor.database, settings)[-1].text)
    assert found is not None
    assert "Accept" in visitor.get(f"/invitation?token={found.group(1)}").text
    with client.session_transaction() as cookie:
        cookie.clear()
    assert "Choose a password" in visitor.get(f"/invitation?token={found.group(1)}").text


def test_errors_lead_to_their_fields(client: FlaskClient, alice: m.Person, school: m.School) -> None:
    pages = [("/sign-in", client.post("/sign-in", data={}))]
    pages.append(("/forgotten-password", client.post("/forgotten-password", data={"email": "x"})))
    sign_in(client, alice)
    paths = ("/account/name", "/account/password", f"/people/{alice.public_id}/end")
    pages.extend((path, post(client, path)) for path in paths)
    pages.append(
        ("/people", post(client, f"/schools/{school.ref}/people/invitations", {"email": "x", "role": "reader"}))
    )
    for path, answer in pages:
        assert answer.status_code == 422, path
        page = Page(path, 422, answer.text, parse(answer.text), 0)
        check(page)
        links = [link.get("href", "") for link in page.all("a") if link.get("href", "").startswith("#")]
        fields = {element.get("id") for tag in ("input", "fieldset") for element in page.all(tag)}
        assert any(link[1:] in fields for link in links), path
