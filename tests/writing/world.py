"""The people of the tests of writing: Alice and Amir write at Ashgrove, Carla curates, Dana runs the site."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import orm

from kb import models as m
from kb.accounts.models import Role
from kb.accounts.queries import viewer_of
from kb.ideas.document import IdeaDocument
from kb.ids import new_public_id
from kb.permissions import Audience, State, Viewer
from tests.factories import NOW, make_driver, make_member, make_network, make_person, make_school


@dataclass
class World:
    """One network with one school of its own, and a school of another network."""

    school: m.School
    other_school: m.School
    network: m.Network
    driver: m.Driver
    people: dict[str, m.Person]

    def __getattr__(self, name: str) -> m.Person:
        return self.people[name]

    def viewer(self, session: orm.Session, name: str) -> Viewer:
        return viewer_of(session, self.people[name].id, today=NOW.date())


def make_world(session: orm.Session, **network: Any) -> World:
    school, other = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
    valley = make_network(session, school, **network)
    make_network(session, other)
    people = {name: make_person(session, name=name.title()) for name in ("alice", "amir", "bob", "charlie", "carla")}
    people["dana"] = make_person(session, name="Dana", is_admin=True)
    for name in ("alice", "amir"):
        make_member(session, people[name], school=school, role=Role.CONTRIBUTOR)
    make_member(session, people["bob"], school=school)
    make_member(session, people["charlie"], school=other, role=Role.CONTRIBUTOR)
    make_member(session, people["carla"], network=valley, role=Role.CURATOR)
    return World(school, other, valley, make_driver(session, valley), people)


def idea_document(world: World, **over: Any) -> IdeaDocument:
    texts = {"hypothesis": "If we call, then they come.", "how_to_try": "Call on Monday."}
    values: dict[str, Any] = {
        "id": new_public_id(),
        "title": "Call home first",
        "summary": "A call before the letter.",
        "state": State.DRAFT,
        "audience": Audience.PUBLIC,
        "created": NOW,
        "school": world.school.public_id,
        "network": world.network.public_id,
        "drivers": [world.driver.public_id],
        "texts": texts,
    }
    return IdeaDocument(**{**values, **over})
