"""Reads the documents of cycles from the database."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.document import ContextFacts, CycleDocument, PredictionEntry, ResultEntry
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
from kb.cycles.rules import TEXTS, Stage
from kb.documents import number
from kb.items.document import tidy
from kb.items.models import Item
from kb.items.reading import shared_fields
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.permissions import State

FIELDS = (
    "idea_edition",
    "stage",
    "scale",
    "test_population",
    "group_size",
    "started_on",
    "ended_on",
    "as_planned",
    "result",
    "decision",
)


def documents(session: orm.Session, items: Sequence[Item]) -> dict[int, CycleDocument]:
    """Return the documents of these cycles by item id."""
    ids = [item.id for item in items]
    shared = shared_fields(session, items)
    cycles = session.scalars(
        sa.select(Cycle)
        .where(Cycle.item_id.in_(ids))
        .options(orm.selectinload(Cycle.predictions), orm.selectinload(Cycle.results))
    )
    rows = {row.item_id: row for row in cycles}
    others = {row.idea_id for row in rows.values()} | {row.previous_id for row in rows.values()}
    names = dict(session.execute(sa.select(Item.id, Item.public_id).where(Item.id.in_(others - {None}))).all())
    versions = sa.select(MethodVersion.id, Method.code, MethodVersion.version).join(Method)
    methods = {version_id: (code, version) for version_id, code, version in session.execute(versions)}
    answers = _answers(session, ids)
    return {
        item.id: tidy(
            CycleDocument.model_construct(
                **shared[item.id],
                **_references(rows[item.id], names, methods),
                **_own(rows[item.id], item, answers.get(item.id, {})),
            )
        )
        for item in items
    }


def _answers(session: orm.Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the answers by cycle and question code, in the order of the method."""
    rows = session.execute(
        sa.select(StepAnswer.cycle_id, MethodQuestion.code, StepAnswer.text)
        .join(MethodQuestion, MethodQuestion.id == StepAnswer.question_id)
        .join(MethodStep)
        .where(StepAnswer.cycle_id.in_(ids))
        .order_by(StepAnswer.cycle_id, MethodStep.position, MethodQuestion.position, MethodQuestion.id)
    )
    answers: dict[int, dict[str, str]] = {}
    for cycle_id, code, text in rows:
        answers.setdefault(cycle_id, {})[code] = text
    return answers


def _references(row: Cycle, names: dict[int, str], methods: dict[int, tuple[str, str]]) -> dict[str, Any]:
    code, version = methods[row.method_version_id]
    previous = names.get(row.previous_id) if row.previous_id is not None else None
    return {"idea": names[row.idea_id], "previous": previous, "method": code, "method_version": version}


def _own(row: Cycle, item: Item, answers: dict[str, str]) -> dict[str, Any]:
    if item.state is State.ERASED:
        return {"stage": Stage.PLANNED}
    own = {name: getattr(row, name) for name in FIELDS}
    texts = answers | {name: getattr(row, name) for name in TEXTS}
    return own | {
        "predictions": [_prediction(entry) for entry in row.predictions],
        "results": [_result(entry) for entry in row.results],
        "context": context_of(row),
        "texts": {name: text for name, text in texts.items() if text},
    }


def context_of(row: Cycle) -> ContextFacts | None:
    """Return the school's facts that the cycle keeps, None if it keeps none."""
    facts = {name: _number(getattr(row, f"context_{name}")) for name in ContextFacts.model_fields}
    return ContextFacts.model_construct(**facts) if any(value not in (None, "") for value in facts.values()) else None


def _prediction(row: Prediction) -> PredictionEntry:
    fields = {name: _number(getattr(row, name)) for name in PredictionEntry.model_fields}
    return PredictionEntry.model_construct(**fields)


def _result(row: Result) -> ResultEntry:
    fields = {name: _number(getattr(row, name)) for name in ResultEntry.model_fields}
    return ResultEntry.model_construct(**fields)


def _number(value: Any) -> Any:
    return number(value) if isinstance(value, float) else value
