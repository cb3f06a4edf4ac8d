"""The verbs of jobs: add, try again. What the worker does to a row stands in ``leases``."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import clock
from kb.errors import NotFoundError
from kb.jobs.models import Job, JobState

NO_WAIT = dt.timedelta()


def add(
    session: orm.Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: dt.datetime,
    key: str | None = None,
    about: str = "",
    after: dt.timedelta = NO_WAIT,
) -> Job:
    """Note a job in the caller's transaction; it is done after the commit, and only if there is one.

    What was asked for under the same ``key`` before is not asked for again: the job that has the key is returned.
    ``about`` is the public id of a record whose words stand in the payload: if it is erased, the job goes too.
    """
    if key is not None and (known := session.scalar(sa.select(Job).where(Job.key == key))) is not None:
        return known
    row = Job(
        key=key or secrets.token_hex(12),
        kind=kind,
        about=about,
        payload=dict(payload),
        run_at=clock(session) + after,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def retry(session: orm.Session, job_id: int) -> Job:
    """Let a job that was given up begin anew."""
    row = session.get(Job, job_id, with_for_update=True)
    if row is None or row.state is not JobState.DEAD:
        message = f"No job {job_id} was given up."
        raise NotFoundError(message)
    row.state, row.attempts, row.ended_at, row.run_at = JobState.WAITING, 0, None, clock(session)
    return row
