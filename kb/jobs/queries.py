"""Reads on jobs, for those who look after the site."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.jobs.models import Job, JobState


def counts(session: orm.Session) -> dict[str, dict[JobState, int]]:
    """Return for each kind how many jobs stand where."""
    found: dict[str, dict[JobState, int]] = {}
    for kind, state, count in session.execute(
        sa.select(Job.kind, Job.state, sa.func.count()).group_by(Job.kind, Job.state).order_by(Job.kind)
    ):
        found.setdefault(kind, {})[state] = count
    return found


def failing(session: orm.Session, most: int) -> Sequence[Job]:
    """Return jobs that failed and will be tried again, the next first."""
    tried = sa.select(Job).where(Job.state == JobState.WAITING, Job.error != "")
    return session.scalars(tried.order_by(Job.run_at).limit(most)).all()


def given_up(session: orm.Session) -> Sequence[Job]:
    """Return the jobs that were given up, the latest first."""
    return session.scalars(sa.select(Job).where(Job.state == JobState.DEAD).order_by(Job.ended_at.desc())).all()
