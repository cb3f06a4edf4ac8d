"""The job that deletes what visitors left here when its time is over."""

import datetime as dt

from sqlalchemy import orm

from kb.following.asking import actions as asking
from kb.following.problems import actions as problems
from kb.jobs.registry import Effect, Work, job


@job("following.forget", every=dt.timedelta(days=1))
def forget(work: Work) -> Effect:
    """Delete visitors' questions after 180 days and reports of privacy problems 180 days after their answer."""

    def effect(session: orm.Session) -> None:
        asking.forget_old(session, now=work.now)
        problems.forget_old(session, now=work.now)

    return effect
