"""Locks on both databases: made here or elsewhere, kept by every save, on the evening before the first day."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.cycles import actions
from kb.cycles.document import CycleDocument, PredictionEntry
from kb.cycles.reading import documents
from kb.cycles.rules import Stage
from kb.errors import InvalidError
from tests.factories import make_idea, make_method, make_school

NOW = dt.datetime(2026, 10, 4, 22, 30, tzinfo=dt.UTC)
TOMORROW = dt.date(2026, 10, 5)
DAY = dt.timedelta(days=1)


def _plan(session: orm.Session, **over: Any) -> CycleDocument:
    make_method(session)
    facts = {
        "id": "cyc00001",
        "title": "A test",
        "state": "draft",
        "created": NOW,
        "school": make_school(session).public_id,
        "idea": make_idea(session).public_id,
        "method": "pdsa",
        "method_version": "1",
        "stage": Stage.PLANNED,
        "predictions": [PredictionEntry(question="How many?", expected="Most")],
    }
    return CycleDocument(**{**facts, **over})


def _stored(session: orm.Session) -> CycleDocument:
    item = session.scalars(sa.select(m.Item).where(m.Item.public_id == "cyc00001")).one()
    return documents(session, [item])[item.id]


def _at_origin(session: orm.Session) -> list[bool]:
    session.flush()
    return list(session.scalars(sa.select(m.Prediction.locked_at_origin).order_by(m.Prediction.position)))


def test_a_plan_is_locked_the_evening_before_its_first_day(session: orm.Session) -> None:
    document = _plan(session, started_on=TOMORROW)
    actions.write_up(session, document, by=None, now=NOW - DAY)
    assert actions.lock_due(session, now=NOW - DAY) == []
    assert actions.lock_due(session, now=NOW) == ["cyc00001"]
    (entry,) = _stored(session).predictions
    assert (entry.locked_at, entry.do_starts, entry.lock_hash) == (NOW, TOMORROW, entry.own_hash)
    assert _at_origin(session) == [False]
    assert actions.lock_due(session, now=NOW + DAY) == []


def test_the_lock_of_a_published_plan_makes_no_new_edition(session: orm.Session) -> None:
    document = _plan(session, started_on=TOMORROW, state="published", published=NOW - DAY)
    item = actions.write_up(session, document, by=None, now=NOW - DAY)
    actions.lock_due(session, now=NOW)
    assert item.edition == 1


def test_an_empty_plan_is_left(session: orm.Session) -> None:
    document = _plan(session, started_on=TOMORROW, predictions=[PredictionEntry(question="How many?")])
    actions.write_up(session, document, by=None, now=NOW - DAY)
    assert actions.lock_due(session, now=NOW) == []


def test_a_save_on_an_older_text_keeps_the_lock_that_was_made_since(session: orm.Session) -> None:
    older = _plan(session, started_on=TOMORROW)
    actions.write_up(session, older, by=None, now=NOW - DAY)
    actions.lock_due(session, now=NOW)
    written = actions.with_locks(session, older, older.model_copy(update={"title": "Better"}), now=NOW + 2 * DAY)
    actions.write_up(session, written, by=None, now=NOW + 2 * DAY)
    stored = _stored(session)
    assert (stored.title, stored.predictions[0].locked_at) == ("Better", NOW)
    changed = older.model_copy(update={"predictions": [PredictionEntry(expected="All")]})
    with pytest.raises(InvalidError, match="is locked"):
        actions.with_locks(session, older, changed, now=NOW + 2 * DAY)
    with pytest.raises(InvalidError, match="is locked"):
        actions.write_up(session, changed, by=None, now=NOW + 2 * DAY)


def test_an_open_edit_with_other_words_is_refused_when_it_is_saved_again(session: orm.Session) -> None:
    """The edit was written before the lock of what readers read; it must become a correction."""
    standing = _plan(session, started_on=TOMORROW)
    actions.write_up(session, standing, by=None, now=NOW - DAY)
    actions.lock_due(session, now=NOW)
    edit = standing.model_copy(update={"predictions": [PredictionEntry(expected="All")]})
    with pytest.raises(InvalidError, match="add a correction"):
        actions.with_locks(session, edit, edit.model_copy(update={"title": "Better"}), now=NOW + DAY)


def test_a_lock_from_elsewhere_stays_one(session: orm.Session) -> None:
    entry = PredictionEntry(expected="Most")
    lock = {"locked_at": NOW - 9 * DAY, "lock_hash": entry.own_hash, "do_starts": TOMORROW}
    imported = _plan(session, predictions=[entry.model_copy(update=lock)])
    actions.save(session, imported, by=None, now=NOW)
    assert _at_origin(session) == [True]
    correction = PredictionEntry(expected="Half", corrects=entry.own_hash)
    changed = imported.model_copy(update={"predictions": [*imported.predictions, correction]})
    written = actions.with_locks(session, imported, changed, now=NOW)
    actions.write_up(session, written, by=None, now=NOW)
    assert _at_origin(session) == [True, False]
    assert _stored(session).predictions == written.predictions
