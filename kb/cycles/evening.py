"""The job that locks the predictions of a plan before its recorded first day begins."""

import datetime as dt

from sqlalchemy import orm

from kb.cycles import actions
from kb.jobs.registry import Effect, Work, job


@job("cycles.lock", every=dt.timedelta(hours=1))
def lock_plans(work: Work) -> Effect:
    """Lock what is due. Twice is once: what is locked is not locked again."""

    def effect(session: orm.Session) -> None:
        actions.lock_due(session, now=work.now)

    return effect
