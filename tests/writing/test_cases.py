"""Writing a case study: sections, the citation picker, credits."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import models as m
from kb.db import Database
from kb.permissions import Audience, State
from kb.writing import queries
from tests.factories import make_cycle, make_idea
from tests.visitors import post, sign_in
from tests.writing.world import World, make_world


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


@pytest.fixture
def alice(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.alice)
    return client


STORY = {
    "title": "A year of calls",
    "summary": "What happened when we called first.",
    "problem": "Letters came back unopened.",
    "what_we_did": "We called.",
    "results": "Nothing moved in the first month.",
    "credits-0-role": "family",
}


def test_it_works(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Call home first", network_id=world.network.id, edition=3)
        cycle = make_cycle(session, idea, title="Calls in fall", audience=Audience.PUBLIC)
        hidden = make_cycle(session, idea, title="Calls in secret", state=State.DRAFT)
        session.commit()
    page = alice.get("/cases/new")
    assert "Call home first" in page.text
    assert "Calls in secret" not in page.text
    found = post(alice, "/cases/new", {**STORY, "do": "find", "find": "calls FALL", "cites": [idea.public_id]})
    assert found.status_code == 200
    assert "Letters came back unopened." in found.text
    assert re.search(rf'checked[^>]*value="{idea.public_id}"', found.text)
    assert cycle.public_id in found.text
    refused = post(alice, "/cases/new", {**STORY, "cites": [hidden.public_id]})
    assert refused.status_code == 422
    sent = post(alice, "/cases/new", {**STORY, "cites": [idea.public_id, cycle.public_id]})
    check = alice.get(sent.location)
    assert "Call home first" in check.text
    assert "Still to write" not in check.text
    with sqlite_database.reading() as session:
        case = session.scalars(sa.select(m.Item).where(m.Item.kind == "case")).one()
        document = queries.working_document(session, case)
    assert {(link.target, link.edition) for link in document.links} == {(idea.public_id, 3), (cycle.public_id, 1)}
    assert [(entry.role.value, entry.name) for entry in document.credits] == [("family", None)]
    assert post(alice, f"/cases/{case.ref}/submission").status_code == 303


def test_a_citation_the_writer_cannot_see_stays(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    post(alice, "/cases/new", STORY)
    with sqlite_database.writing() as session:
        case = session.scalars(sa.select(m.Item).where(m.Item.kind == "case")).one()
        hidden = make_idea(session, state=State.WITHDRAWN)
        session.add(m.Link(source_id=case.id, target_id=hidden.id, type="cites"))
        session.commit()
    page = alice.get(f"/cases/{case.ref}/edit").text
    assert hidden.public_id not in page
    base = re.search(r'name="base" value="([^"]*)"', page)
    assert base is not None
    answer = post(alice, f"/cases/{case.ref}/edit", {**STORY, "title": "Changed", "base": base[1]})
    assert answer.status_code == 303
    with sqlite_database.reading() as session:
        document = queries.working_document(session, session.get_one(m.Item, case.id))
    assert [link.target for link in document.links] == [hidden.public_id]
    assert document.title == "Changed"


def test_what_is_missing_is_said(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    answer = post(alice, "/cases/new", {"title": "Only a title"})
    blocked = post(alice, answer.location.replace("/check", "/submission"))
    assert blocked.status_code == 422
    assert re.findall(r"/edit\?at=([a-z_]+)#", blocked.text) == [
        "summary",
        "problem",
        "what_we_did",
        "results",
        "links",
    ]
