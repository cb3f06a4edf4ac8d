"""The job that clears the table of jobs: rows that only keep a key taken, and those nobody tried again."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.jobs.models import Job, JobState
from kb.jobs.registry import KINDS, Effect, Work, job

DONE_FOR = dt.timedelta(days=14)
DEAD_FOR = dt.timedelta(days=30)
REPEATED_FOR = dt.timedelta(days=1)


@job("jobs.clean", every=dt.timedelta(days=1))
def clean(work: Work) -> Effect:
    """Remove jobs that ended long ago; those given up hold what was typed, so they are not kept for ever either."""

    def effect(session: orm.Session) -> None:
        for state, kept in ((JobState.DONE, DONE_FOR), (JobState.DEAD, DEAD_FOR)):
            session.execute(sa.delete(Job).where(Job.state == state, Job.ended_at < work.now - kept))
        often = [kind.name for kind in KINDS.values() if kind.every and kind.every < REPEATED_FOR]
        over = Job.ended_at < work.now - REPEATED_FOR
        session.execute(sa.delete(Job).where(Job.state == JobState.DONE, Job.kind.in_(often), over))

    return effect
