"""A small world for search: schools, networks, people, and records of every state and audience, made from a seed."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import orm

from kb import feed
from kb.accounts.models import Role
from kb.accounts.queries import viewer_of
from kb.cycles.models import Prediction
from kb.cycles.rules import Decision, Outcome, ResultStatus, Scale, Stage
from kb.db import Database
from kb.ideas.rules import Cost
from kb.items.models import Item, Revision
from kb.items.rules import Kind, Language, LinkType, Vocabulary
from kb.permissions import ANONYMOUS, Audience, State, Viewer
from kb.search.query import Query, parse
from tests.factories import (
    NOW,
    make_case,
    make_cycle,
    make_idea,
    make_link,
    make_member,
    make_method,
    make_network,
    make_person,
    make_school,
    make_tag,
)

WORDS = (
    "homework", "attendance", "advisory", "fafsa", "reading", "fractions",
    "belonging", "visits", "tardy", "mentors", "exit", "tickets",
)  # fmt: skip
STAFF_TIMES = ("", "40 minutes a week", "2 hours a week", "five hours each week", "as it comes")
HIDDEN_WORD = "zanzibar"


@dataclass
class World:
    """What was made. ``viewers`` holds eight kinds of viewers by name."""

    viewers: dict[str, Viewer]
    items: list[Item]


def ask(**args: object) -> Query:
    """Return a query; a list is a repeated argument."""
    return parse(
        {name: list(map(str, value)) if isinstance(value, list) else [str(value)] for name, value in args.items()}
    )


def make_world(session: orm.Session, seed: int, size: int = 40) -> World:
    """Make a world and commit it through the feed."""
    dice = random.Random(seed)
    schools = [make_school(session, locale=dice.choice(["11", "21", "33", "43", ""])) for _ in range(3)]
    networks = [make_network(session, schools[0], schools[1]), make_network(session, schools[2], minimum_group=5)]
    methods = [make_method(session, f"pdsa{seed}"), make_method(session, f"roci{seed}")]
    people = {
        name: make_person(session, name=name) for name in ("writer", "reader", "other", "curator", "loner", "admin")
    }
    make_member(session, people["writer"], school=schools[0], role=Role.CONTRIBUTOR)
    make_member(session, people["reader"], school=schools[0])
    make_member(session, people["other"], school=schools[2], role=Role.CONTRIBUTOR)
    make_member(session, people["curator"], network=networks[0], role=Role.CURATOR)
    people["admin"].is_admin = True
    authors = [people["writer"].id, people["loner"].id, None]

    def shared() -> dict[str, Any]:
        states = [State.PUBLISHED] * 5 + [State.DRAFT, State.REVIEW, State.WITHDRAWN, State.ERASED]
        state = dice.choice(states)
        text = " ".join(dice.choices(WORDS, k=6))
        return {
            "title": " ".join(dice.choices(WORDS, k=3)),
            "summary": " ".join(dice.choices(WORDS, k=4)),
            "html": {"hypothesis": f"<p>{text}</p>"},
            "state": state,
            "audience": dice.choice([Audience.PUBLIC, *Audience]),
            "school_id": dice.choice(schools).id,
            "network_id": dice.choice(networks).id,
            "author_id": dice.choice(authors),
            "shared_with_school": dice.random() < 0.5,
            "language": Language.ES if dice.random() < 0.2 else Language.EN,
            "published_at": NOW - dt.timedelta(days=dice.randrange(900)),
        }

    ideas = [
        make_idea(session, **shared(), cost=dice.choice([None, *Cost]), staff_time=dice.choice(STAFF_TIMES))
        for _ in range(size // 4)
    ]
    for idea in ideas[::2]:
        topics, subjects = dice.sample(["Attendance", "Belonging", "Gone"], 2), dice.sample(["Math", "Art"], 1)
        publish_edition(session, idea, 2, topics=topics, subjects=subjects, cost=dice.choice([None, *Cost]))
    cycles = [
        make_cycle(session, dice.choice(ideas), method=dice.choice(methods), **shared(), **_test(dice))
        for _ in range(size // 2)
    ]
    _predict(session, dice, cycles)
    cases = [make_case(session, **shared()) for _ in range(size - len(ideas) - len(cycles))]
    for case in cases:
        for cited in dice.sample([*ideas, *cycles], 3):
            make_link(session, case, cited, LinkType.CITES)
    items = [*ideas, *cycles, *cases]
    for vocabulary, labels in (
        (Vocabulary.TOPIC, ["Attendance", "Belonging"]),
        (Vocabulary.SUBJECT, ["Math", "Art"]),
        (Vocabulary.GRADE, ["pk-2", "9-12"]),
        (Vocabulary.GROUP, ["Seniors", "Newcomers"]),
    ):
        for label in labels:
            make_tag(session, vocabulary, label, *dice.sample(items, size // 3))
    feed.touch(session, [item.id for item in items])
    feed.commit(session)
    viewers = {name: viewer_of(session, person.id, today=NOW.date()) for name, person in people.items()}
    return World({**viewers, "anonymous": ANONYMOUS, "stranger": Viewer(person_id=10**6)}, items)


def publish_edition(session: orm.Session, idea: Item, edition: int, **content: Any) -> None:
    """Keep what an idea held in the edition before, and let this one be in force."""
    held = {name: value for name, value in content.items() if value}
    before = Revision(
        item_id=idea.id, number=edition - 1, edition=edition - 1, status="published", at=NOW, content=held
    )
    session.add(before)
    idea.edition = edition
    session.flush()


def _test(dice: random.Random) -> dict[str, Any]:
    stage = dice.choice([Stage.DONE, Stage.DONE, Stage.RUNNING, Stage.PLANNED])
    rest = {
        "idea_edition": dice.choice([1, 1, 2]),
        "scale": dice.choice([None, *Scale]),
        "group_size": dice.choice([None, 4, 9, 10, 30]),
    }
    began = None if stage is Stage.PLANNED else dt.date(2023, 5, 1) + dt.timedelta(days=dice.randrange(900))
    if stage is Stage.DONE:
        return {
            "stage": stage,
            "started_on": began,
            "ended_on": began,
            "result": dice.choice(list(ResultStatus)),
            "decision": dice.choice(list(Decision)),
            **rest,
            **_context(dice),
        }
    return {"stage": stage, "started_on": began, "context_locale": dice.choice(["", "12"]), **rest}


def _context(dice: random.Random) -> dict[str, Any]:
    return {
        "context_enrolment": dice.choice([None, 300, 900, 1800]),
        "context_frl": dice.choice([None, 10.0, 55.5, 90.0]),
        "context_multilingual": dice.choice([None, 5.0, 40.0]),
        "context_disability": dice.choice([None, 8.0, 20.0]),
    }


def _predict(session: orm.Session, dice: random.Random, cycles: list[Item]) -> None:
    """Give some cycles predictions, judged or not."""
    for cycle in cycles:
        for position in range(dice.choice([0, 1, 2])):
            outcome = dice.choice([None, *Outcome])
            session.add(Prediction(cycle_id=cycle.id, position=position, outcome=outcome))
    session.flush()


def of_kind(world: World, kind: Kind) -> list[Item]:
    """Return the items of a kind."""
    return [item for item in world.items if item.kind is kind]


def latest(database: Database) -> int:
    """Return the number of the latest change."""
    with database.reading() as session:
        return feed.latest(session)
