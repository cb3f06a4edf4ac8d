"""A small world of one network with everything a page can show, and a visitor that checks the pages."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.cycles.rules import (
    Confidence,
    Decision,
    Direction,
    MeasureKind,
    Outcome,
    ResultStatus,
    Scale,
    Stage,
    prediction_hash,
)
from kb.db import Database
from kb.ideas.rules import TEXTS
from kb.items.models import Item
from kb.items.rules import CoreConsistency, CreditRole, LinkType, Planned, Vocabulary
from kb.permissions import Audience, State
from tests import factories as make
from tests.pages.visitor import Visitor

HIDDEN = "zephyrine"  # the word that stands only in what a visitor may not read
LOCKED = dt.datetime(2025, 9, 1, 15, 30, tzinfo=dt.UTC)


@dataclass
class World:
    """What the pages are about."""

    school: m.School
    other: m.School
    network: m.Network
    driver: m.Driver
    idea: Item
    child: Item
    cycle: Item
    failed: Item
    running: Item
    case: Item
    method: m.MethodVersion


@pytest.fixture
def writing(sqlite_database: Database) -> Iterator[orm.Session]:
    """A writing session on the database that the application reads."""
    with sqlite_database.writing() as session:
        yield session


@pytest.fixture
def publish(writing: orm.Session) -> Callable[[], None]:
    """Commit what the test made, as a change that readers can see."""

    def commit() -> None:
        feed.touch(writing)
        feed.commit(writing)

    return commit


@pytest.fixture
def visitor(client: FlaskClient, sqlite_database: Database) -> Visitor:
    """A visitor without an account who checks every page."""
    return Visitor(client, sqlite_database)


@pytest.fixture
def world(writing: orm.Session, publish: Callable[[], None]) -> World:
    """One network, two schools, two ideas, three tests, a case study, a method and a term."""
    made = make_world(writing)
    publish()
    return made


def add_hidden(session: orm.Session, world: World) -> list[Item]:
    """Add a record of every kind that no visitor may read, full of the word HIDDEN, linked with all that is public."""
    word = {"title": f"The {HIDDEN} one", "summary": f"About {HIDDEN}"}
    place = {"school_id": world.school.id, "network_id": world.network.id}
    html = {"how_to_try": f"<p>{HIDDEN}</p>", "do.did": f"<p>{HIDDEN}</p>", "problem": f"<p>{HIDDEN}</p>"}
    made: list[Item] = []
    for over in (
        {"audience": Audience.NETWORK},
        {"audience": Audience.SCHOOL},
        {"state": State.DRAFT},
        {"state": State.WITHDRAWN},
        {"state": State.ERASED},
    ):
        shared: dict[str, Any] = {**word, **place, **over, "html": html}
        idea = make.make_idea(session, **shared, hypothesis=HIDDEN)
        session.add(m.DriverIdea(idea_id=idea.id, driver_id=world.driver.id))
        cycle = make.make_cycle(session, world.idea, world.school, world.method, **shared, test_population=HIDDEN)
        below = make.make_cycle(session, idea, world.school, world.method, previous_id=world.cycle.id, **shared)
        session.add(m.Prediction(cycle_id=cycle.id, position=0, question=HIDDEN, outcome=Outcome.MET))
        case = make.make_case(session, world.idea, world.cycle, **shared)
        make.make_link(session, idea, world.idea)
        make.make_link(session, world.child, idea, LinkType.INSPIRED_BY)
        make.make_link(session, world.case, cycle, LinkType.CITES)
        tag = make.make_tag(session, Vocabulary.TOPIC, HIDDEN, idea)
        assert tag.label == HIDDEN
        made += [idea, cycle, below, case]
    session.flush()
    return made


def make_world(session: orm.Session) -> World:
    """Make the rows of the small world."""
    school = make.make_school(
        session, name="Alder High", district="Alder Unified", nces_id="480000101145", fictional=True
    )
    school.about_html = "<p>A courtyard that floods.</p>"
    for year, students in ((2023, 1472), (2024, 1450)):
        session.add(
            m.SchoolContext(
                school_id=school.id, year=year, enrolment=students, frl=38.5, multilingual=14, source="Made up"
            )
        )
    other = make.make_school(session, name="Brook Elementary", level="elementary", locale="41")
    network = make.make_network(session, school, other, name="Valley Network", hub="Four people", fictional=True)
    network.aim_what, network.aim_whom = "More seniors file", "All seniors"
    network.aim_how_much, network.aim_by = "from 31 % to 60 %", dt.date(2027, 6, 30)
    network.about_html = "<p>We test.</p>"
    session.add(m.OpenQuestion(network_id=network.id, position=0, text="Who has tried it at night?"))
    primary = make.make_driver(session, network, title="Forms in school time")
    driver = make.make_driver(session, network, title="Help within reach", parent_id=primary.id, description="Near.")
    method = make.make_method(session)
    method.body_html, method.source = "<p>Small tests.</p>", "In our own words"
    session.add_all(
        [
            m.Term(
                code="ramp",
                title="Ramp",
                synonyms=["ramp of tests"],
                see=["hub"],
                source="Us",
                definition_html="<p>A</p>",
            ),
            m.Term(code="hub", title="Hub", synonyms=["1-hub"], see=[], definition_html="<p>B</p>"),
        ]
    )
    place = {"school_id": school.id, "network_id": network.id, "fictional": True}
    idea = make.make_idea(
        session,
        title="Desk-side help",
        html={name: f"<p>{name}</p>" for name in TEXTS},
        population="Seniors",
        staff_time="40 minutes a week",
        cost="low",
        target="routine",
        review_by=dt.date(2027, 9, 1),
        **place,
    )
    session.add_all(
        [m.DriverIdea(idea_id=idea.id, driver_id=driver.id), m.DriverIdea(idea_id=idea.id, driver_id=primary.id)]
    )
    child = make.make_idea(session, title="Noche de cuenta", language="es", school_id=other.id, network_id=network.id)
    link = make.make_link(session, child, idea)
    link.reason = "The account comes first."
    session.add(
        m.Adaptation(
            link_id=link.id, kept="The desk", changed="The evening", why="Buses", planned=Planned.PLANNED,
            decided_by="The team", core=CoreConsistency.CONSISTENT,
        )
    )  # fmt: skip
    make.make_link(session, child, idea, LinkType.CONTRADICTS)
    for item in (idea, child):
        make.make_tag(session, Vocabulary.TOPIC, "College access", item)
        make.make_tag(session, Vocabulary.GRADE, "9-12", item)
    make.make_tag(session, Vocabulary.SUBJECT, "Economics", idea)
    make.make_tag(session, Vocabulary.GRADE, "adult", idea)
    session.add_all(
        [
            m.Credit(item_id=idea.id, position=0, name="R. Okafor", role=CreditRole.TEACHER),
            m.Credit(item_id=idea.id, position=1, role=CreditRole.STUDENT),
        ]
    )
    cycle = _cycle(session, idea, school, method, network)
    failed = make.make_cycle(
        session, idea, other, method, title="It did not work here", result=ResultStatus.GOT_WORSE,
        decision=Decision.ABANDON, previous_id=cycle.id, network_id=network.id, context_locale="41", context_frl=71,
    )  # fmt: skip
    running = make.make_cycle(
        session, child, other, method, title="Still going", stage=Stage.RUNNING, language="es", network_id=network.id
    )
    make.make_cycle(session, idea, other, method, title="Next fall", stage=Stage.PLANNED, started_on=None)
    case = make.make_case(
        session, idea, cycle, title="From the gym to the desk", html={"problem": "<p>What was wrong.</p>"}, **place
    )
    return World(school, other, network, driver, idea, child, cycle, failed, running, case, method)


def _cycle(session: orm.Session, idea: Item, school: m.School, method: m.MethodVersion, network: m.Network) -> Item:
    cycle = make.make_cycle(
        session, idea, school, method, title="Two periods with a counselor", network_id=network.id, fictional=True,
        html={"do.did": "<p>We sat down.</p>", "surprises": "<p>Clementines.</p>", "next_step": "<p>Again.</p>"},
        scale=Scale.ONE_CLASS, test_population="One class of seniors", group_size=27, context_year=2024,
        context_enrolment=1450, context_locale="21", context_level="high", context_source="Made up",
    )  # fmt: skip
    make.make_tag(session, Vocabulary.GROUP, "Seniors", cycle)
    text: dict[str, Any] = {"question": "Will most submit?", "expected": "70 % submit", "value": 70.0, "unit": "%"}
    lock = prediction_hash(**text, direction="up", confidence="medium")
    session.add_all(
        [
            m.Prediction(
                cycle_id=cycle.id, position=0, **text, direction=Direction.UP, confidence=Confidence.MEDIUM,
                outcome=Outcome.NOT_MET, actual="Fewer than half", locked_at=LOCKED, lock_hash=lock,
                do_starts=dt.date(2025, 9, 8), locked_at_origin=True,
            ),
            m.Prediction(cycle_id=cycle.id, position=1, expected="Taxes", outcome=Outcome.CANNOT_TELL),
            m.Result(
                cycle_id=cycle.id, position=0, measure="Form submitted", kind=MeasureKind.OUTCOME, group="All", n=27,
                count=12, note="By Friday",
            ),
            m.Result(
                cycle_id=cycle.id, position=1, measure="Minutes", kind=MeasureKind.BALANCING, group="Staff", before=0,
                after=48.5, comparison=30, unit="minutes",
            ),
        ]
    )  # fmt: skip
    return cycle
