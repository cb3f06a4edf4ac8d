"""The job that locks plans the evening before."""

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kb import feed
from kb import models as m
from kb.config import Settings
from kb.cycles import actions, evening
from kb.cycles.document import CycleDocument, PredictionEntry
from kb.cycles.locks import EVENING_BEFORE
from kb.cycles.rules import LockLabel, Stage, lock_label
from kb.db import Database
from kb.jobs.registry import KINDS, Work
from tests.factories import make_idea, make_method, make_school


def test_it_locks_what_begins_tomorrow_and_nothing_else(sqlite_database: Database, tmp_path: Path) -> None:
    assert evening
    now = dt.datetime(2026, 10, 4, 23, 10, tzinfo=dt.UTC)
    soon = (now + dt.timedelta(hours=1)).date()
    with sqlite_database.writing() as session:
        make_method(session)
        facts: dict[str, Any] = {
            "state": "draft",
            "school": make_school(session).public_id,
            "idea": make_idea(session).public_id,
        }
        for public_id, day in (("cyc00001", soon), ("cyc00002", soon + dt.timedelta(days=3))):
            document = CycleDocument(
                **facts,
                id=public_id,
                title="A test",
                created=now,
                method="pdsa",
                method_version="1",
                stage=Stage.PLANNED,
                started_on=day,
                predictions=[PredictionEntry(expected="Most")],
            )
            actions.write_up(session, document, by=None, now=now)
        session.commit()
    kind = KINDS["cycles.lock"]
    assert kind.every is not None
    assert kind.every <= EVENING_BEFORE, "else a plan could begin between two runs"
    work = Work(
        key="k",
        payload={},
        attempt=1,
        now=now,
        database=sqlite_database,
        settings=Settings(data_dir=tmp_path),
        tools={},
    )
    effect = kind.handler(work)
    assert effect is not None
    with sqlite_database.writing() as session:
        effect(session)
        feed.commit(session)
    with sqlite_database.reading() as session:
        locked = sa.select(m.Item.public_id, m.Prediction).join(m.Prediction, m.Prediction.cycle_id == m.Item.id)
        rows = {public_id: row for public_id, row in session.execute(locked)}  # noqa: C416 - a row is no pair for mypy
        assert rows["cyc00002"].locked_at is None
        row = rows["cyc00001"]
        assert row.do_starts == soon
        label = lock_label(locked_at=row.locked_at, do_starts=row.do_starts, stage=Stage.PLANNED)
        assert label is LockLabel.BEFORE_DATA
