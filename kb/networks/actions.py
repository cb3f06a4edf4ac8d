"""The verbs of networks: their own rows; drivers are written by ``drivers.actions``."""

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, markup, reach
from kb.errors import ConflictError, InvalidError
from kb.ids import new_public_id, slugify
from kb.networks.document import Aim, NetworkDocument, NetworkFacts
from kb.networks.models import Network, OpenQuestion, SchoolNetwork
from kb.schools.models import School

MOST_QUESTIONS = 30


def write(session: orm.Session, document: NetworkDocument) -> Network:
    """Write a network's row, questions and members."""
    row = session.scalar(
        sa.select(Network).where(Network.public_id == document.id).options(orm.selectinload(Network.questions))
    )
    if row is None:
        row = Network(public_id=document.id)
        session.add(row)
    row.fictional = document.fictional
    row.labels = dict(document.labels)
    facts = {name: getattr(document, name) for name in NetworkFacts.model_fields}
    _fill(row, NetworkFacts.model_construct(**{**facts, "aim": document.aim or Aim()}))
    _put_questions(row, document.questions)
    session.flush()
    _replace_members(session, row, document)
    return row


def create(session: orm.Session, facts: NetworkFacts, *, by: int | None, now: dt.datetime) -> Network:
    """Make a network; InvalidError if there is one of the same name."""
    if session.scalar(sa.select(Network.id).where(sa.func.lower(Network.name) == facts.name.lower()).limit(1)):
        message = f"There is a network “{facts.name}” already. Choose another name."
        raise InvalidError(message, field="name")
    row = Network(public_id=new_public_id())
    _fill(row, facts)
    session.add(row)
    session.flush()
    history.record(session, "created", kind="network", public_id=row.public_id, by=by, now=now)
    return row


def edit(
    session: orm.Session, network: Network, facts: NetworkFacts, *, version: int, by: int | None, now: dt.datetime
) -> None:
    """Change what the hub says of the network and its rules; ConflictError if it is no longer at that version."""
    lock(session, network)
    if network.row_version != version:
        message = "Somebody else saved this page while you were writing."
        raise ConflictError(message)
    _fill(network, facts)
    _changed(session, network, "changed", by=by, now=now)


def lock(session: orm.Session, network: Network) -> None:
    """Let one transaction at a time change the network and its diagram; the row is read again."""
    # by itself: a refresh repeats the outer joins by which the row was loaded, and PostgreSQL locks none of those
    session.execute(sa.select(Network.id).where(Network.id == network.id).with_for_update())
    session.refresh(network)


def name_terms(
    session: orm.Session, network: Network, labels: Mapping[str, str], *, by: int | None, now: dt.datetime
) -> None:
    """Set the network's own words for terms, by the code of the term; an empty word takes the term's own again."""
    lock(session, network)
    network.labels = {code: labels[code] for code in sorted(labels) if labels[code]}
    _changed(session, network, "terms named", by=by, now=now)


def ask(session: orm.Session, network: Network, question: str, *, by: int | None, now: dt.datetime) -> None:
    """Add an open question at the end; asked twice it is there once."""
    lock(session, network)
    texts = [row.text for row in network.questions]
    if question in texts:
        return
    if len(texts) >= MOST_QUESTIONS:
        message = f"There are {MOST_QUESTIONS} open questions already. Take one out first."
        raise InvalidError(message, field="text")
    _put_questions(network, [*texts, question])
    _changed(session, network, "question added", by=by, now=now)


def drop_question(session: orm.Session, network: Network, question: str, *, by: int | None, now: dt.datetime) -> None:
    """Take an open question out; nothing happens if it is gone already."""
    lock(session, network)
    texts = [row.text for row in network.questions if row.text != question]
    if len(texts) < len(network.questions):
        _put_questions(network, texts)
        _changed(session, network, "question removed", by=by, now=now)


def move_question(
    session: orm.Session, network: Network, question: str, step: int, *, by: int | None, now: dt.datetime
) -> None:
    """Move an open question up (``step`` -1) or down (1); at the end of the list nothing happens."""
    lock(session, network)
    texts = [row.text for row in network.questions]
    if question not in texts:
        return
    at = texts.index(question)
    to = min(max(at + step, 0), len(texts) - 1)
    if to != at:
        texts.insert(to, texts.pop(at))
        _put_questions(network, texts)
        _changed(session, network, "question moved", by=by, now=now)


def join(
    session: orm.Session, network: Network, school: School, *, on: dt.date, by: int | None, now: dt.datetime
) -> None:
    """Make a school a member from a day on; nothing happens if it is one."""
    lock(session, network)
    times = session.scalars(
        sa.select(SchoolNetwork).where(SchoolNetwork.network_id == network.id, SchoolNetwork.school_id == school.id)
    ).all()
    if any(row.left_on is None for row in times):
        return
    if any(row.left_on is not None and row.left_on > on for row in times):
        message = f"{school.name} was a member until later than that day. Choose a day after it left."
        raise InvalidError(message, field="on")
    same_day = next((row for row in times if row.joined_on == on), None)
    if same_day is None:
        session.add(SchoolNetwork(network_id=network.id, school_id=school.id, joined_on=on))
    else:
        same_day.left_on = None
    _changed(session, network, "school joined", by=by, now=now, school=school)


def leave(
    session: orm.Session, network: Network, school: School, *, on: dt.date, by: int | None, now: dt.datetime
) -> None:
    """End a school's membership: on that day it is no longer a member. Nothing happens if it has left."""
    lock(session, network)
    row = session.scalar(
        sa.select(SchoolNetwork).where(
            SchoolNetwork.network_id == network.id,
            SchoolNetwork.school_id == school.id,
            SchoolNetwork.left_on.is_(None),
        )
    )
    if row is None:
        return
    if on < row.joined_on:
        message = f"{school.name} joined on {row.joined_on:%B %-d, %Y}. Choose that day or a later one."
        raise InvalidError(message, field="on")
    row.left_on = on
    _changed(session, network, "school left", by=by, now=now, school=school)


def _changed(
    session: orm.Session,
    network: Network,
    action: str,
    *,
    by: int | None,
    now: dt.datetime,
    school: School | None = None,
) -> None:
    """Write the history row; every item of the network, and of a school that comes or goes, is read again."""
    session.flush()
    touched = reach.of_network(session, network.id)
    facts = {}
    if school is not None:
        touched |= reach.of_schools(session, [school.id])
        facts["school"] = school.public_id
    history.record(
        session, action, kind="network", public_id=network.public_id, by=by, now=now, touches=touched, **facts
    )


def _fill(row: Network, facts: NetworkFacts) -> None:
    row.name, row.slug, row.hub = facts.name, slugify(facts.name), facts.hub
    row.minimum_group, row.review_required = facts.minimum_group, facts.review_required
    row.about = facts.body
    row.about_html = markup.render(facts.body)
    aim = facts.aim
    row.aim_what, row.aim_whom, row.aim_how_much, row.aim_by = aim.what, aim.whom, aim.how_much, aim.by


def _put_questions(row: Network, texts: Sequence[str]) -> None:
    held = {question.position: question for question in row.questions}
    row.questions = [
        _question(held.get(position) or OpenQuestion(position=position), text) for position, text in enumerate(texts)
    ]


def _question(row: OpenQuestion, text: str) -> OpenQuestion:
    row.text = text
    return row


def _replace_members(session: orm.Session, network: Network, document: NetworkDocument) -> None:
    wanted = {member.school for member in document.members}
    ids = dict(session.execute(sa.select(School.public_id, School.id).where(School.public_id.in_(wanted))).all())
    missing = sorted(wanted - set(ids))
    if missing:
        message = f"There is no school {missing[0]}."
        raise InvalidError(message, field="members")
    session.execute(sa.delete(SchoolNetwork).where(SchoolNetwork.network_id == network.id))
    session.add_all(
        SchoolNetwork(school_id=ids[member.school], network_id=network.id, joined_on=member.from_, left_on=member.to)
        for member in document.members
    )
