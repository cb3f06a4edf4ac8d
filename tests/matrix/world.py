"""The world of the permission matrix: eight visitors, and a record of every state and audience, each with a secret."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.accounts.models import Role
from kb.following.asking.rules import About
from kb.following.comments.rules import CommentKind
from kb.ids import new_public_id
from kb.items.rules import Vocabulary
from kb.packages import actions as packages
from kb.packages.document import EntryDocument, PackageDocument
from kb.permissions import Audience, State
from tests.factories import (
    NOW,
    make_case,
    make_cycle,
    make_driver,
    make_idea,
    make_link,
    make_member,
    make_network,
    make_person,
    make_school,
    make_tag,
)

TODAY = NOW.date()
Values = dict[str, Any]
PLACES: dict[str, Values] = {  # what decides who may read a record; Alice wrote all of them
    "draft": {"state": State.DRAFT},
    "shared draft": {"state": State.DRAFT, "shared_with_school": True},
    "review": {"state": State.REVIEW},
    "shared review": {"state": State.REVIEW, "shared_with_school": True},
    "owner": {"state": State.PUBLISHED, "audience": Audience.OWNER},
    "school": {"state": State.PUBLISHED, "audience": Audience.SCHOOL},
    "network": {"state": State.PUBLISHED, "audience": Audience.NETWORK},
    "public": {"state": State.PUBLISHED, "audience": Audience.PUBLIC},
    "withdrawn": {"state": State.WITHDRAWN, "audience": Audience.NETWORK},
    "erased": {"state": State.ERASED},
}
SOME = ("draft", "shared review", "school", "public")  # of the kinds that share their rules with ideas
PEOPLE = ("alice", "amir", "bob", "charlie", "carla", "dana", "stranger")
EVERYONE = frozenset({*PEOPLE, "anonymous"})
READERS: dict[str, frozenset[str]] = {  # written down from the design's table, independent of the code
    "draft": frozenset({"alice"}),
    "shared draft": frozenset({"alice", "amir"}),
    "review": frozenset({"alice", "carla"}),
    "shared review": frozenset({"alice", "amir", "carla"}),
    "owner": frozenset({"alice"}),
    "school": frozenset({"alice", "amir", "bob"}),
    "network": frozenset({"alice", "amir", "bob", "charlie", "carla"}),
    "public": EVERYONE,
    "withdrawn": frozenset(),
    "erased": frozenset(),
}
WRITERS: dict[str, frozenset[str]] = {
    "draft": frozenset({"alice"}),
    "shared draft": frozenset({"alice", "amir"}),
    "review": frozenset({"alice"}),
    "shared review": frozenset({"alice", "amir"}),
    "owner": frozenset({"alice"}),
    "school": frozenset({"alice", "amir"}),
    "network": frozenset({"alice", "amir"}),
    "public": frozenset({"alice", "amir"}),
    "withdrawn": frozenset({"alice", "amir"}),
    "erased": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Record:
    """A record with the word that nobody but its readers may see."""

    kind: str
    place: str
    ref: str
    public_id: str
    secret: str


@dataclass(slots=True)
class World:
    """People by name, and what the addresses of the table need."""

    people: dict[str, m.Person]
    records: list[Record] = field(default_factory=list)
    samples: dict[str, str] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Record]:
        """Return the records of these kinds."""
        return [record for record in self.records if record.kind in kinds]


def make_world(session: orm.Session) -> World:
    """Alice and Amir write at Ashgrove, Bob reads there, Charlie writes at Brookside of the same network, Carla curates
    it, Dana runs the site, the stranger is from elsewhere."""
    ashgrove, brookside, far = (make_school(session, name=name) for name in ("Ashgrove", "Brookside", "Far"))
    valley = make_network(session, ashgrove, brookside, name="Valley")
    make_network(session, far, name="Coast")
    people = {name: make_person(session, name=name.title(), is_admin=name == "dana") for name in PEOPLE}
    for name, school, role in (
        ("alice", ashgrove, Role.CONTRIBUTOR),
        ("amir", ashgrove, Role.CONTRIBUTOR),
        ("bob", ashgrove, Role.READER),
        ("charlie", brookside, Role.CONTRIBUTOR),
        ("stranger", far, Role.CONTRIBUTOR),
    ):
        make_member(session, people[name], school=school, role=role)
    make_member(session, people["carla"], network=valley, role=Role.CURATOR)
    world = World(people)
    driver = make_driver(session, valley)
    parent = make_idea(session, title="An idea that everyone reads", school_id=ashgrove.id, network_id=valley.id)
    for kind, places in (("idea", PLACES), ("cycle", SOME), ("case", SOME)):
        for place in places:
            _make(session, world, kind, place, school=ashgrove, network=valley, parent=parent)
    world.samples = {
        "school": str(ashgrove.ref),
        "network": str(valley.ref),
        "driver": driver.public_id,
        "parent": parent.public_id,
        "package": _package(session, world, valley),
        "person": people["bob"].public_id,
        **_spoken(session, world, valley),
    }
    return world


def _spoken(session: orm.Session, world: World, network: m.Network) -> dict[str, str]:
    """Make a comment by Bob on a record of the network, a visitor's question to it and a report of a problem."""
    record = next(record for record in world.records if record.place == "network")
    item = session.scalars(sa.select(m.Item).where(m.Item.public_id == record.public_id)).one()
    comment, question, problem = (new_public_id() for _ in range(3))
    shared: Values = {"network_id": network.id, "created_at": NOW}
    session.add_all(
        [
            m.Comment(
                public_id=comment,
                item_id=item.id,
                kind=CommentKind.COMMENT,
                author_id=world.people["bob"].id,
                text=record.secret,
                html=record.secret,
                created_at=NOW,
            ),
            m.VisitorQuestion(
                public_id=question,
                about=About.IDEA,
                about_id=record.public_id,
                name="V",
                email="v@x.org",
                text="?",
                **shared,
            ),
            m.PrivacyProblem(public_id=problem, page="/", text="A name", **shared),
        ]
    )
    session.flush()
    return {"comment": comment, "question": question, "problem": problem}


def _package(session: orm.Session, world: World, network: m.Network) -> str:
    """Make a package that only its curators see, with every record in it."""
    entries = [EntryDocument(item=record.public_id) for record in world.records if record.place != "erased"]
    document = PackageDocument(
        id=new_public_id(), network=network.public_id, title="Homework", created=NOW, entries=entries
    )
    return str(packages.save(session, document, by=None, now=NOW).ref)


def _make(
    session: orm.Session, world: World, kind: str, place: str, *, school: m.School, network: m.Network, parent: m.Item
) -> None:
    secret = f"zq{len(world.records):02}secretword"
    erased = place == "erased"
    values: Values = {
        "title": "" if erased else f"Homework {secret}",
        "slug": "" if erased else "homework",
        "summary": "" if erased else f"About {secret}",
        "author_id": world.people["alice"].id,
        "network_id": network.id,
        "updated_at": NOW - dt.timedelta(days=len(world.records)),
        **PLACES[place],
    }
    if kind == "idea":
        item = make_idea(session, school_id=school.id, **values)
        make_link(session, item, parent)
    elif kind == "cycle":
        item = make_cycle(session, parent, school, **values)
    else:
        item = make_case(session, parent, school_id=school.id, **values)
    make_tag(session, Vocabulary.TOPIC, "Homework", item)
    world.records.append(Record(kind, place, str(item.ref), item.public_id, secret))
