"""Ideas like the one being typed: what the person may read, and nothing else."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.db import Database
from kb.permissions import Audience, State
from tests.factories import make_cycle, make_idea
from tests.hub.conftest import Hub

Visit = Callable[[m.Person | None], FlaskClient]


@pytest.fixture
def ideas(hub: Hub, client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        for number in range(7):
            make_idea(session, title=f"Other thing {number}", summary="Nothing of the kind")
        idea = make_idea(session, title="Desk-side FAFSA help", summary="Sit beside each senior")
        make_cycle(session, idea, title="A test of FAFSA help for seniors")
        secret = {"title": "FAFSA help at home", "summary": "Zephyrine families", "network_id": hub.network.id}
        make_idea(session, **secret, audience=Audience.NETWORK)
        make_idea(session, **{**secret, "title": "FAFSA help by draft"}, state=State.DRAFT)
        feed.touch(session, session.scalars(sa.select(m.Item.id)))
        feed.commit(session)
    client.application.extensions["kb.search"].rebuild()


def test_it_works(ideas: None, client: FlaskClient) -> None:
    answer = client.get("/ideas/similar?title=Help+with+the+FAFSA&summary=seniors")
    assert "Desk-side FAFSA help" in answer.text
    assert "1 idea like it is here already" in answer.text
    assert "Other thing" not in answer.text
    assert "A test of" not in answer.text  # only ideas
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_what_the_person_may_read(ideas: None, hub: Hub, visit: Visit, client: FlaskClient) -> None:
    address = "/ideas/similar?title=FAFSA+help+zephyrine"
    seen = {name: visit(person).get(address).text for name, person in (("carla", hub.carla), ("charlie", hub.charlie))}
    assert ("at home" in seen["carla"], "by draft" in seen["carla"]) == (True, False)
    for text in (seen["charlie"], client.get(address).text):
        assert "at home" not in text
        assert "Zephyrine" not in text
    assert client.get("/ideas/similar?title=zephyrine").text == client.get("/ideas/similar?title=nonsenseword").text


def test_nothing_for_nothing(ideas: None, client: FlaskClient) -> None:
    for query in ("", "?title=a", "?title=the+and", "?title=" + "*a+" * 200, "?title=%00%ff", "?summary=" + "x" * 5000):
        answer = client.get(f"/ideas/similar{query}")
        assert answer.status_code == 200
        assert "<li>" not in answer.text
