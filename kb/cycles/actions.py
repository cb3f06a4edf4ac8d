"""The verbs of cycles."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.document import ContextFacts, CycleDocument, PredictionEntry
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
from kb.cycles.reading import FIELDS, documents
from kb.cycles.rules import TEXTS, Stage
from kb.errors import InvalidError, LoopError
from kb.ideas.models import ChangeIdea
from kb.items import actions as items
from kb.items.models import Item
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.permissions import State
from kb.schools.document import document as school_document
from kb.schools.models import School

_SCHOOL_YEAR_BEGINS = 7  # July


def save(session: orm.Session, document: CycleDocument, *, by: int | None, now: dt.datetime) -> Item:
    """Create or change a cycle; the school's facts are copied into it when Do starts."""
    document = with_context(session, document)
    return items.save(session, document, read=documents, write=write, by=by, now=now)


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
) -> items.Written:
    """Write a cycle's rows, all but its links and revision (``items.actions.settle``)."""
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
    _replace_parts(session, item_id, document, version, is_new=before is None)
    return written


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
    session: orm.Session, item_id: int, document: CycleDocument, version: MethodVersion, *, is_new: bool
) -> None:
    locked_here: set[tuple[object, object]] = set()
    if not is_new:
        local = sa.select(Prediction.locked_at, Prediction.lock_hash).where(
            Prediction.cycle_id == item_id, Prediction.locked_at_origin.is_(False)
        )
        locked_here = {(locked_at, lock_hash) for locked_at, lock_hash in session.execute(local)}
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
        at_origin = entry.locked_at is not None and (entry.locked_at, entry.lock_hash) not in locked_here
        session.add(_prediction(item_id, position, entry, at_origin=at_origin))
    session.add_all(
        Result(cycle_id=item_id, position=position, **dict(entry)) for position, entry in enumerate(document.results)
    )


def _prediction(item_id: int, position: int, entry: PredictionEntry, *, at_origin: bool) -> Prediction:
    return Prediction(cycle_id=item_id, position=position, locked_at_origin=at_origin, **dict(entry))


def _questions(session: orm.Session, version: MethodVersion) -> dict[str, int]:
    rows = sa.select(MethodQuestion.code, MethodQuestion.id).join(MethodStep)
    return dict(session.execute(rows.where(MethodStep.version_id == version.id)).all())
