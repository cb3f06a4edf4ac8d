"""The job that forgets what was typed long ago and never saved."""

import datetime as dt

from sqlalchemy import orm

from kb.jobs.registry import Effect, Work, job
from kb.writing import drafts, once


@job("writing.tidy", every=dt.timedelta(days=1))
def tidy(work: Work) -> Effect:
    """Remove drafts and keys of forms that are over. Twice is once."""

    def effect(session: orm.Session) -> None:
        drafts.forget_old(session, now=work.now)
        once.forget_old(session, now=work.now)

    return effect
