"""Rows for tests. Factories make rows and nothing else: no history, no revision, no rendered HTML, no change number."""

import datetime as dt
import itertools
from typing import Any, TypeVar

from sqlalchemy import orm

from kb import models as m
from kb.accounts.models import Role
from kb.cases.rules import Section
from kb.cycles.rules import Decision, ResultStatus, Stage
from kb.ids import new_public_id, slugify
from kb.items.rules import Kind, LinkType, Vocabulary
from kb.methods.models import Core, Phase
from kb.permissions import Audience, State

NOW = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STARTED = dt.date(2025, 9, 8)
ENDED = dt.date(2025, 10, 3)
Row = TypeVar("Row")
_NUMBERS = itertools.count(1)


def _keep(session: orm.Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def make_person(session: orm.Session, **over: Any) -> m.Person:
    number = next(_NUMBERS)
    values = {"public_id": new_public_id(), "name": f"Person {number}", "created_at": NOW}
    return _keep(session, m.Person(**{**values, "email": f"person{number}@example.org", **over}))


def make_school(session: orm.Session, **over: Any) -> m.School:
    name = over.setdefault("name", f"School {next(_NUMBERS)}")
    values = {"public_id": new_public_id(), "slug": slugify(name), "state": "CA", "locale": "21", "level": "high"}
    return _keep(session, m.School(**{**values, "grade_low": "09", "grade_high": "12", **over}))


def make_network(session: orm.Session, *schools: m.School, **over: Any) -> m.Network:
    name = over.setdefault("name", f"Network {next(_NUMBERS)}")
    network = _keep(session, m.Network(**{"public_id": new_public_id(), "slug": slugify(name), **over}))
    for school in schools:
        row = m.SchoolNetwork(school_id=school.id, network_id=network.id, joined_on=dt.date(2023, 8, 1))
        _keep(session, row)
    return network


def make_member(
    session: orm.Session,
    person: m.Person,
    *,
    school: m.School | None = None,
    network: m.Network | None = None,
    role: Role = Role.READER,
) -> m.Membership:
    row = m.Membership(
        person_id=person.id,
        school_id=school and school.id,
        network_id=network and network.id,
        role=role,
        created_at=NOW,
    )
    return _keep(session, row)


def make_driver(session: orm.Session, network: m.Network, **over: Any) -> m.Driver:
    values = {"public_id": new_public_id(), "network_id": network.id, "title": f"Driver {next(_NUMBERS)}"}
    return _keep(session, m.Driver(**{**values, **over}))


def make_method(session: orm.Session, code: str = "pdsa", version: str = "1") -> m.MethodVersion:
    """Make a method of two steps; the questions ``do.did``, ``study.happened`` and ``study.learned`` are the core."""
    method = _keep(session, m.Method(code=code))
    made = _keep(session, m.MethodVersion(method_id=method.id, version=version, title=code.upper()))
    steps = {
        ("do", Phase.TRY): [("do.did", Core.DID)],
        ("study", Phase.LEARN): [("study.happened", Core.HAPPENED), ("study.learned", Core.LEARNED)],
    }
    for position, ((code_, phase), questions) in enumerate(steps.items()):
        step = m.MethodStep(version_id=made.id, position=position, code=code_, title=code_.title(), phase=phase)
        _keep(session, step)
        for place, (question, core) in enumerate(questions):
            row = m.MethodQuestion(step_id=step.id, position=place, code=question, text=f"{question}?", core=core)
            _keep(session, row)
    return made


def make_item(session: orm.Session, kind: Kind, **over: Any) -> m.Item:
    title = over.setdefault("title", f"{kind.value.title()} {next(_NUMBERS)}")
    state = State(over.setdefault("state", State.PUBLISHED))
    values = {
        "public_id": new_public_id(),
        "kind": kind,
        "slug": slugify(title),
        "summary": f"What {title} is about.",
        "audience": Audience.PUBLIC,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW if state in (State.PUBLISHED, State.WITHDRAWN) else None,
        "edition": 1 if state in (State.PUBLISHED, State.WITHDRAWN) else 0,
        "html": {},
    }
    return _keep(session, m.Item(**{**values, **over}))


def _split(over: dict[str, Any], table: type[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    own = {name: value for name, value in over.items() if name in table.__table__.columns and name != "item_id"}
    return own, {name: value for name, value in over.items() if name not in own}


def make_idea(session: orm.Session, **over: Any) -> m.Item:
    own, shared = _split(over, m.ChangeIdea)
    item = make_item(session, Kind.IDEA, **shared)
    _keep(session, m.ChangeIdea(item_id=item.id, **{"hypothesis": f"If {item.title} then better.", **own}))
    return item


def make_cycle(
    session: orm.Session,
    idea: m.Item,
    school: m.School | None = None,
    method: m.MethodVersion | None = None,
    **over: Any,
) -> m.Item:
    own, shared = _split(over, m.Cycle)
    school = school or make_school(session)
    shared.setdefault("school_id", school.id)
    item = make_item(session, Kind.CYCLE, **shared)
    stage = Stage(own.setdefault("stage", Stage.DONE))
    if stage is Stage.DONE:
        own = {"result": ResultStatus.IMPROVED, "decision": Decision.ADOPT, "ended_on": ENDED, **own}
    values = {"idea_id": idea.id, "started_on": STARTED, "method_version_id": (method or _any_method(session)).id}
    _keep(session, m.Cycle(item_id=item.id, **{**values, **own}))
    return item


def _any_method(session: orm.Session) -> m.MethodVersion:
    return session.query(m.MethodVersion).first() or make_method(session)


def make_case(session: orm.Session, *cited: m.Item, **over: Any) -> m.Item:
    item = make_item(session, Kind.CASE, **over)
    _keep(session, m.CaseSection(item_id=item.id, section=Section.PROBLEM, text="What was wrong."))
    for target in cited:
        make_link(session, item, target, LinkType.CITES)
    return item


def make_link(session: orm.Session, source: m.Item, target: m.Item, kind: LinkType = LinkType.ADAPTED_FROM) -> m.Link:
    return _keep(session, m.Link(source_id=source.id, target_id=target.id, type=kind))


def make_tag(session: orm.Session, vocabulary: Vocabulary, label: str, *items: m.Item) -> m.Tag:
    tag = session.query(m.Tag).filter_by(vocabulary=vocabulary, slug=slugify(label)).first()
    tag = tag or _keep(session, m.Tag(vocabulary=vocabulary, slug=slugify(label), label=label))
    for item in items:
        _keep(session, m.ItemTag(item_id=item.id, tag_id=tag.id))
    return tag


def make_credit(session: orm.Session, item: m.Item, **over: Any) -> m.Credit:
    return _keep(
        session, m.Credit(**{"item_id": item.id, "position": 0, "role": "teacher", "name": "R. Okafor", **over})
    )
