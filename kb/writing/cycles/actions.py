"""The verbs that begin a cycle: try an idea, and open the next test of a ramp."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.document import CycleDocument
from kb.cycles.rules import Decision, Stage
from kb.errors import InvalidError
from kb.ids import new_public_id
from kb.items.models import Item
from kb.networks.models import Network
from kb.permissions import Audience, State
from kb.schools.models import School
from kb.writing import actions as writing
from kb.writing import kinds, once
from kb.writing.cycles import queries
from kb.writing.cycles.steps import next_texts

GOES_ON = frozenset({Decision.ADAPT, Decision.TEST_AGAIN, Decision.SCALE, Decision.ADOPT, Decision.UNDECIDED})
_LONGEST_TITLE = 200
_CARRIED = ("idea", "school", "network", "method", "method_version", "fictional", "language", "grades", "groups")


def plan(
    *,
    idea: Item,
    school: School,
    network: Network | None,
    method: tuple[str, str],
    title: str,
    summary: str,
    now: dt.datetime,
) -> CycleDocument:
    """Return the first text of a test of an idea: a plan with nothing but its place. ``method`` is code and version."""
    return CycleDocument(
        id=new_public_id(),
        title=title[:_LONGEST_TITLE],
        summary=summary[:500],
        state=State.DRAFT,
        audience=Audience.SCHOOL if network is None else Audience.NETWORK,
        network=None if network is None else network.public_id,
        school=school.public_id,
        created=now,
        fictional=school.fictional,
        idea=idea.public_id,
        idea_edition=max(1, idea.edition),
        method=method[0],
        method_version=method[1],
        stage=Stage.PLANNED,
    )


def start(session: orm.Session, document: CycleDocument, *, key: str, by: int, now: dt.datetime) -> Item:
    """Make the draft; the same form sent twice makes one."""
    sent = once.claim(session, person_id=by, key=key, public_id=document.id, now=now)
    if sent is not None and sent.public_id != document.id:
        return session.scalars(sa.select(Item).where(Item.public_id == sent.public_id)).one()
    return writing.start(session, document, by=by, now=now)


def next_plan(session: orm.Session, item: Item, *, title: str, now: dt.datetime) -> CycleDocument:
    """Return the plan of the test that follows this one: the same idea, place and method, and the texts of the plan."""
    before = kinds.document_of(session, item)
    if before.stage is not Stage.DONE:
        message = "This test is not done yet. Say how it turned out first."
        raise InvalidError(message, field="decision")
    method = queries.method_of(session, before.method, before.method_version)
    idea = session.scalars(sa.select(Item).where(Item.public_id == before.idea)).one()
    carried: dict[str, Any] = {name: getattr(before, name) for name in _CARRIED}
    return CycleDocument(
        **carried,
        id=new_public_id(),
        title=title[:_LONGEST_TITLE],
        summary=before.summary,
        state=State.DRAFT,
        audience=before.audience,
        created=now,
        idea_edition=max(1, idea.edition),
        test_population=before.test_population,
        scale=before.scale,
        group_size=before.group_size,
        stage=Stage.PLANNED,
        previous=before.id,
        texts=next_texts(method, before.texts),
    )


def with_words(session: orm.Session, document: CycleDocument, words: str) -> CycleDocument:
    """Return the plan with these words as what happened, so that nothing of a note is typed again."""
    method = queries.method_of(session, document.method, document.method_version)
    happened = next(
        question.code for step in method.steps for question in step.questions if question.core == "happened"
    )
    return document.model_copy(update={"texts": {**document.texts, happened: words}})
