"""Seeded schools with their context, networks with their drivers, and people."""

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kb.accounts.models import Membership, Person, Role
from kb.bench.bulk import Bulk
from kb.bench.chance import chance, numbered
from kb.bench.lists import LISTS
from kb.bench.topics import TOPICS, Topic
from kb.drivers.models import Driver
from kb.ids import slugify
from kb.items.rules import GradeBand
from kb.networks.models import Network, OpenQuestion, SchoolNetwork
from kb.schools.models import Level, School, SchoolContext

YEARS = range(2021, 2027)  # starts of school years
BEGIN = dt.datetime(2021, 8, 16, 7, 0, tzinfo=dt.UTC)
TODAY = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)  # fixed, so that rows repeat
PLAIN_SOURCE = "Made up for tests of scale"
_NETWORK_SIZE = 25  # schools
_SECOND_NETWORK = 0.25
_LEFT = 0.05
_PRIMARY, _SECONDARY = 4, 3
_LEVELS = {
    Level.ELEMENTARY: ("Elementary School", "KG", "05", (GradeBand.PK_2, GradeBand.G3_5)),
    Level.MIDDLE: ("Middle School", "06", "08", (GradeBand.G6_8,)),
    Level.HIGH: ("High School", "09", "12", (GradeBand.G9_12,)),
}


@dataclass(slots=True)
class Place:
    """A school as the records of it need it."""

    id: int
    public_id: str
    name: str
    level: Level
    locale: str
    bands: tuple[GradeBand, ...]
    network_id: int
    network_public_id: str
    contexts: dict[int, dict[str, Any]]
    author_id: int = 0
    author_public_id: str = ""


@dataclass(slots=True)
class World:
    """All schools; by network id the public ids of networks and the secondary drivers (row id, public id)."""

    places: list[Place] = field(default_factory=list)
    networks: dict[int, str] = field(default_factory=dict)
    drivers: dict[int, list[tuple[int, str]]] = field(default_factory=dict)


def person_name(draw: random.Random) -> str:
    """Return an initial and a surname."""
    return f"{draw.choice('ABCDEFGHJKLMNPRSTW')}. {draw.choice(LISTS['surnames'])}"


def settle(bulk: Bulk, seed: int, schools: int) -> World:
    """Write networks, drivers, schools and people; return what records need of them."""
    draw, world = chance(seed, "places"), World()
    count = max(2, round(schools / _NETWORK_SIZE)) if schools > 1 else 1
    networks, drivers, people = (numbered(seed, name) for name in ("network", "driver", "person"))
    for network_id, public_id in itertools.islice(networks, count):
        topic = _network(bulk, draw, network_id, public_id)
        world.networks[network_id] = public_id
        world.drivers[network_id] = _drivers(bulk, topic, network_id, drivers)
    for school_id, public_id in itertools.islice(numbered(seed, "school"), schools):
        world.places.append(_school(bulk, draw, public_id, school_id, world.networks))
    _people(bulk, draw, people, world)
    bulk.flush()
    return world


def _network(bulk: Bulk, draw: random.Random, network_id: int, public_id: str) -> Topic:
    topic = draw.choice(TOPICS)
    name = f"{draw.choice(LISTS['places'])} {draw.choice(LISTS['features'])} {topic.label} Network"
    about = f"Schools that work on {topic.label.lower()} together."
    bulk.add(
        Network,
        id=network_id,
        public_id=public_id,
        name=name,
        slug=slugify(name),
        hub=f"{draw.choice(LISTS['places'])} County Office",
        about=about,
        about_html=f"<p>{about}</p>",
        aim_what=f"Better {topic.label.lower()}",
        aim_whom="every student of the member schools",
        aim_how_much="by a third",
        aim_by=dt.date(2027, 6, 30),
        fictional=True,
    )
    bulk.add(OpenQuestion, network_id=network_id, position=0, text=f"Who has tried a {topic.phrases[0]}?")
    return topic


def _drivers(bulk: Bulk, topic: Topic, network_id: int, ids: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """Write primary and secondary drivers; return the ids of the secondary ones."""
    secondary: list[tuple[int, str]] = []
    for position in range(_PRIMARY):
        parent_id, public_id = next(ids)
        title = f"Every student meets {topic.words[position % len(topic.words)]} with support"
        shared = {"network_id": network_id, "description": f"What we believe moves {topic.label.lower()}."}
        bulk.add(Driver, id=parent_id, public_id=public_id, parent_id=None, position=position, title=title, **shared)
        for place in range(_SECONDARY):
            driver_id, public_id = next(ids)
            title = f"{topic.phrases[place % len(topic.phrases)].capitalize()} that reaches every student"
            bulk.add(
                Driver, id=driver_id, public_id=public_id, parent_id=parent_id, position=place, title=title, **shared
            )
            secondary.append((driver_id, public_id))
    return secondary


def _school(bulk: Bulk, draw: random.Random, public_id: str, school_id: int, networks: dict[int, str]) -> Place:
    level = draw.choice(tuple(_LEVELS))
    kind, low, high, bands = _LEVELS[level]
    town = f"{draw.choice(LISTS['places'])} {draw.choice(LISTS['features'])}"
    name, locale = f"{town} {kind}", draw.choice(LISTS["locales"])
    about = f"{name} has tested changes with its network since {draw.choice(YEARS)}."
    bulk.add(
        School,
        id=school_id,
        public_id=public_id,
        nces_id=f"99{school_id:010d}",
        name=name,
        slug=slugify(name),
        district=f"{town} Unified",
        state=draw.choice(LISTS["states"]),
        locale=locale,
        level=level,
        grade_low=low,
        grade_high=high,
        about=about,
        about_html=f"<p>{about}</p>",
        fictional=True,
    )
    network_id = 1 + (school_id - 1) % len(networks)
    _joins(bulk, draw, school_id, network_id, len(networks))
    contexts = _contexts(bulk, draw, school_id)
    return Place(school_id, public_id, name, level, locale, bands, network_id, networks[network_id], contexts)


def _joins(bulk: Bulk, draw: random.Random, school_id: int, network_id: int, networks: int) -> None:
    joined = BEGIN.date()
    bulk.add(SchoolNetwork, school_id=school_id, network_id=network_id, joined_on=joined, left_on=None)
    if networks > 1 and draw.random() < _SECOND_NETWORK:
        other = 1 + (network_id % networks)
        left = dt.date(2024, 7, 1) if draw.random() < _LEFT / _SECOND_NETWORK else None
        bulk.add(SchoolNetwork, school_id=school_id, network_id=other, joined_on=joined, left_on=left)


def _contexts(bulk: Bulk, draw: random.Random, school_id: int) -> dict[int, dict[str, Any]]:
    enrolment, frl = draw.randrange(180, 2400), draw.uniform(8, 92)
    multilingual, disability = draw.uniform(1, 55), draw.uniform(7, 21)
    made: dict[int, dict[str, Any]] = {}
    for year in YEARS:
        made[year] = {
            "enrolment": round(enrolment * draw.uniform(0.93, 1.07)),
            "frl": round(frl * draw.uniform(0.95, 1.05), 1),
            "multilingual": round(multilingual * draw.uniform(0.95, 1.05), 1),
            "disability": round(disability, 1),
            "source": PLAIN_SOURCE,
        }
        bulk.add(SchoolContext, school_id=school_id, year=year, **made[year])
    return made


def _people(bulk: Bulk, draw: random.Random, ids: Iterator[tuple[int, str]], world: World) -> None:
    """One contributor and one reader for each school, one curator for each network."""
    for place in world.places:
        place.author_id, place.author_public_id = _person(bulk, draw, ids, Role.CONTRIBUTOR, school_id=place.id)
        _person(bulk, draw, ids, Role.READER, school_id=place.id)
    for network_id in world.networks:
        _person(bulk, draw, ids, Role.CURATOR, network_id=network_id)


def _person(
    bulk: Bulk,
    draw: random.Random,
    ids: Iterator[tuple[int, str]],
    role: Role,
    *,
    school_id: int | None = None,
    network_id: int | None = None,
) -> tuple[int, str]:
    person_id, public_id = next(ids)
    name, email = person_name(draw), f"person{person_id}@example.org"
    bulk.add(Person, id=person_id, public_id=public_id, name=name, email=email, created_at=BEGIN, ended_at=None)
    where = {"school_id": school_id, "network_id": network_id}
    bulk.add(Membership, person_id=person_id, role=role, created_at=BEGIN, ended_at=None, **where)
    return person_id, public_id
