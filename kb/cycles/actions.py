"""The verbs of cycles."""

import datetime as dt
import functools
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles import locks
from kb.cycles.document import ContextFacts, CycleDocument, PredictionEntry
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
from kb.cycles.reading import FIELDS, documents
from kb.cycles.rules import TEXTS, Stage
from kb.errors import InvalidError, LoopError
from kb.ideas.models import ChangeIdea
from kb.ideas.queries import kept_idea
from kb.items import actions as items
from kb.items.models import Item
from kb.items.rules import Kind
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion, Phase
from kb.permissions import State
from kb.schools.document import document as school_document
from kb.schools.models import School

AFTER_START = (Phase.TRY, Phase.LEARN, Phase.DECIDE)  # what is answered once Do has started
_SCHOOL_YEAR_BEGINS = 7  # July


def save(
    session: orm.Session, document: CycleDocument, *, by: int | None, now: dt.datetime, action: str | None = None
) -> Item:
    """Create or change a cycle; the school's facts are copied into it when Do starts."""
    document = with_context(session, document)
    return items.save(session, document, read=documents, write=write, by=by, now=now, action=action)


def write_up(
    session: orm.Session, document: CycleDocument, *, by: int | None, now: dt.datetime, action: str | None = None
) -> Item:
    """Save what people write here: no lock that was made gets lost, and those made now are this site's own.

    Call ``with_locks`` first, where the words are typed: what waits for a review was locked when it was written.
    """
    if document.state is not State.ERASED:
        document = locks.kept(_standing(session, document.id), document)
    document = with_context(session, document)
    write_here = functools.partial(write, here=True)
    return items.save(session, document, read=documents, write=write_here, by=by, now=now, action=action)


def with_locks(
    session: orm.Session, before: CycleDocument | None, document: CycleDocument, *, now: dt.datetime
) -> CycleDocument:
    """Return what a person has just written with the locks that are due; InvalidError if locked words were changed.

    ``before`` is the text they went on with. A lock made meanwhile on the text that stands holds for both.
    """
    standing = _standing(session, document.id)
    document = locks.kept(standing, document)
    before = None if before is None else locks.adopted(standing, before)
    later = session.scalars(
        sa.select(MethodQuestion.code)
        .join(MethodStep)
        .join(MethodVersion)
        .join(Method)
        .where(
            Method.code == document.method,
            MethodVersion.version == document.method_version,
            MethodStep.phase.in_(AFTER_START),
        )
    )
    return locks.applied(before, document, now=now, later=set(later))


def _standing(session: orm.Session, public_id: str) -> CycleDocument | None:
    item = session.scalar(sa.select(Item).where(Item.public_id == public_id, Item.kind == Kind.CYCLE))
    return None if item is None else documents(session, [item])[item.id]


def lock_due(session: orm.Session, *, now: dt.datetime) -> list[str]:
    """Lock the predictions of plans whose recorded first day is about to begin; return the public ids."""
    found = session.scalars(
        sa.select(Item)
        .join(Cycle)
        .where(
            Item.state.in_((State.DRAFT, State.REVIEW, State.PUBLISHED)),
            Cycle.stage == Stage.PLANNED,
            Cycle.started_on <= locks.day_that_begins(now),
            sa.exists().where(Prediction.cycle_id == Cycle.item_id, Prediction.locked_at.is_(None)),
        )
        .order_by(Item.id)
        .with_for_update(of=Item)
    ).all()
    return [item.public_id for item in found if _lock_plan(session, item, now=now)]


def _lock_plan(session: orm.Session, item: Item, *, now: dt.datetime) -> bool:
    document = documents(session, [item])[item.id]
    ready = [entry for entry in document.predictions if entry.locked_at is None]
    locked = locks.locked(document, ready, now=now, do_starts=document.started_on)
    if locked == document:
        return False
    write_up(session, locked.model_copy(update={"minor": True}), by=None, now=now, action="locked")
    return True


def with_context(session: orm.Session, document: CycleDocument) -> CycleDocument:
    """Return the document with the school's facts of the time when Do started, unless it has them or Do has not.

    A cycle that is in the database keeps the facts it has: what changes at the school later does not rewrite history.
    """
    if document.context is not None or document.stage is Stage.PLANNED or document.state is State.ERASED:
        return document
    kept = session.scalar(sa.select(Cycle).join(Item).where(Item.public_id == document.id))
    if kept is not None and kept.stage is not Stage.PLANNED:
        stored = documents(session, [session.get_one(Item, kept.item_id)])[kept.item_id]
        return document.model_copy(update={"context": stored.context})
    school = session.scalar(sa.select(School).where(School.public_id == document.school))
    if school is None or document.started_on is None:
        return document
    return document.model_copy(update={"context": facts_of(school, document.started_on)})


def facts_of(school: School, started_on: dt.date) -> ContextFacts | None:
    """Return the school's latest facts that are not younger than the school year in which Do started."""
    school_year = started_on.year if started_on.month >= _SCHOOL_YEAR_BEGINS else started_on.year - 1
    known = school_document(school)
    years = [entry for entry in known.context if entry.year <= school_year]
    facts = dict(years[-1]) if years else {}
    context = ContextFacts(**facts, locale=known.locale, level=known.level)
    return context if context.plain() else None


def write(
    session: orm.Session,
    document: CycleDocument,
    *,
    before: CycleDocument | None,
    html: dict[str, str],
    now: dt.datetime,
    here: bool = False,
) -> items.Written:
    """Write a cycle's rows, all but its links and revision (``items.actions.settle``).

    ``here``: people write it on this site, so a lock that is new was made here and not where a file comes from.
    """
    document = _of_kept_idea(session, document)
    idea_id = items.row_id(session, Item, document.idea, "idea")
    if idea_id is None or session.get(ChangeIdea, idea_id) is None:
        message = f"{document.idea} is not an idea."
        raise InvalidError(message, field="idea")
    version = _version(session, document)
    written = items.write_item(session, document, before=before, html=html, now=now)
    item_id = written.item.id
    previous_id = _previous(session, item_id, document)
    row = (session.get(Cycle, item_id) if before else None) or Cycle(item_id=item_id)
    _fill(row, document)
    row.idea_id, row.method_version_id, row.previous_id = idea_id, version.id, previous_id
    session.add(row)
    session.flush()
    made_here = _locks_made_here(session, item_id, document, here=here)
    _replace_parts(session, item_id, document, version, is_new=before is None, made_here=made_here)
    return written


def _locks_made_here(
    session: orm.Session, item_id: int, document: CycleDocument, *, here: bool
) -> set[tuple[Any, Any]]:
    rows = session.execute(
        sa.select(Prediction.locked_at, Prediction.lock_hash, Prediction.locked_at_origin).where(
            Prediction.cycle_id == item_id
        )
    ).all()
    if not here:
        return {(row.locked_at, row.lock_hash) for row in rows if not row.locked_at_origin}
    elsewhere = {(row.locked_at, row.lock_hash) for row in rows if row.locked_at_origin}
    return {(entry.locked_at, entry.lock_hash) for entry in document.predictions} - elsewhere


def _of_kept_idea(session: orm.Session, document: CycleDocument) -> CycleDocument:
    """Return the document, for an idea that was merged with the idea it went into, in its edition of now."""
    kept = kept_idea(session, document.idea)
    if kept is None:
        return document
    return document.model_copy(update={"idea": kept.public_id, "idea_edition": max(1, kept.edition)})


def _fill(row: Cycle, document: CycleDocument) -> None:
    for name in FIELDS:
        setattr(row, name, getattr(document, name))
    for name in TEXTS:
        setattr(row, name, document.texts.get(name, ""))
    context = document.context or ContextFacts()
    for name in ContextFacts.model_fields:
        setattr(row, f"context_{name}", getattr(context, name))


def _version(session: orm.Session, document: CycleDocument) -> MethodVersion:
    version = session.scalar(
        sa.select(MethodVersion)
        .join(Method)
        .where(Method.code == document.method, MethodVersion.version == document.method_version)
    )
    if version is None:
        message = f"There is no version {document.method_version} of a method {document.method}."
        raise InvalidError(message, field="method")
    return version


def _previous(session: orm.Session, item_id: int, document: CycleDocument) -> int | None:
    """Return the id of the cycle before; LoopError if the ramp would come back to this one."""
    previous_id = items.row_id(session, Item, document.previous, "previous")
    if previous_id is None:
        return None
    up = sa.select(Cycle.item_id, Cycle.previous_id).where(Cycle.item_id == previous_id).cte("up", recursive=True)
    up = up.union(sa.select(Cycle.item_id, Cycle.previous_id).where(Cycle.item_id == up.c.previous_id))
    ramp = set(session.scalars(sa.select(up.c.item_id)))
    if item_id in ramp:
        message = f"{document.id} would come before itself."
        raise LoopError(message, field="previous")
    if previous_id not in ramp:
        message = f"{document.previous} is not a cycle."
        raise InvalidError(message, field="previous")
    return previous_id


def _replace_parts(
    session: orm.Session,
    item_id: int,
    document: CycleDocument,
    version: MethodVersion,
    *,
    is_new: bool,
    made_here: set[tuple[Any, Any]],
) -> None:
    if not is_new:
        for table in (StepAnswer, Prediction, Result):
            session.execute(sa.delete(table).where(table.cycle_id == item_id))
    questions = _questions(session, version)
    unknown = sorted(set(document.texts) - set(questions) - set(TEXTS))
    if unknown:
        message = f"{document.method} has no question {unknown[0]}."
        raise InvalidError(message, field=f"texts.{unknown[0]}")
    session.add_all(
        StepAnswer(cycle_id=item_id, question_id=questions[code], text=text)
        for code, text in document.texts.items()
        if code in questions
    )
    for position, entry in enumerate(document.predictions):
        at_origin = entry.locked_at is not None and (entry.locked_at, entry.lock_hash) not in made_here
        session.add(_prediction(item_id, position, entry, at_origin=at_origin))
    session.add_all(
        Result(cycle_id=item_id, position=position, **dict(entry)) for position, entry in enumerate(document.results)
    )


def _prediction(item_id: int, position: int, entry: PredictionEntry, *, at_origin: bool) -> Prediction:
    return Prediction(cycle_id=item_id, position=position, locked_at_origin=at_origin, **dict(entry))


def _questions(session: orm.Session, version: MethodVersion) -> dict[str, int]:
    rows = sa.select(MethodQuestion.code, MethodQuestion.id).join(MethodStep)
    return dict(session.execute(rows.where(MethodStep.version_id == version.id)).all())
