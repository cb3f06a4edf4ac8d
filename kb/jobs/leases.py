"""What a worker does to a job's row: take the next one in hand, end it, put it back; always by the database's clock.

The owner is the name of one attempt. Whoever ends a job says it first, so an attempt whose lease was over and taken by
another changes nothing. On PostgreSQL workers skip rows that others are just taking; SQLite has one writer at a time.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import clock
from kb.jobs.models import Job, JobState
from kb.jobs.registry import KINDS
from kb.jobs.rules import wait_after

_OWNER_BYTES = 16
_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Leased:
    """A job in hand."""

    id: int
    key: str
    kind: str
    payload: dict[str, Any]
    attempt: int
    owner: str
    now: dt.datetime


def due(session: orm.Session) -> bool:
    """Say whether a job of a known kind waits for a worker, without keeping anybody else from writing."""
    return session.scalar(_due(clock(session)).with_only_columns(Job.id).limit(1)) is not None


def take(session: orm.Session) -> Leased | None:
    """Take the job that has waited longest; one whose workers ended in the middle too often is given up instead."""
    while True:
        now = clock(session)
        statement = _due(now).order_by(Job.run_at, Job.id).limit(1).with_for_update(skip_locked=True)
        row = session.scalar(statement)
        if row is None:
            return None
        kind = KINDS[row.kind]
        if row.attempts >= kind.tries:
            _bury(row, row.error or "Its worker ended in the middle of it.", now)
            session.flush()
            continue
        row.attempts += 1
        row.owner, row.leased_until = secrets.token_hex(_OWNER_BYTES), now + kind.lease
        session.flush()
        return Leased(row.id, row.key, row.kind, dict(row.payload), row.attempts, row.owner, now)


def end(session: orm.Session, leased: Leased) -> bool:
    """Mark the job as done and empty it; False if another attempt has it: then nothing may be committed."""
    row = _own(session, leased)
    if row is None:
        return False
    row.state, row.ended_at, row.payload, row.error = JobState.DONE, clock(session), {}, ""
    row.owner = row.leased_until = None
    return True


def put_back(session: orm.Session, leased: Leased, fault: str, *, give_up: bool) -> JobState | None:
    """Let the job wait for another attempt, or give it up after the last; None if another attempt has it."""
    row = _own(session, leased)
    if row is None:
        return None
    now = clock(session)
    if give_up or row.attempts >= KINDS[row.kind].tries:
        _bury(row, fault, now)
    else:
        row.run_at, row.error = now + wait_after(row.attempts), fault[:_ERROR_LENGTH]
        row.owner = row.leased_until = None
    return row.state


def _due(now: dt.datetime) -> sa.Select[Job]:
    free = sa.or_(Job.leased_until.is_(None), Job.leased_until < now)
    return sa.select(Job).where(Job.state == JobState.WAITING, Job.run_at <= now, free, Job.kind.in_(list(KINDS)))


def _own(session: orm.Session, leased: Leased) -> Job | None:
    return session.scalar(
        sa.select(Job)
        .where(Job.id == leased.id, Job.owner == leased.owner, Job.state == JobState.WAITING)
        .with_for_update()
    )


def _bury(row: Job, fault: str, now: dt.datetime) -> None:
    row.state, row.ended_at, row.error = JobState.DEAD, now, fault[:_ERROR_LENGTH]
    row.owner = row.leased_until = None
