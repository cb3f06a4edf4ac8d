"""Forgets what is over: counted tries, links for a password, sessions and invitations of long ago."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts import throttle
from kb.accounts.models import Invitation, PasswordReset, SignIn
from kb.jobs.registry import Effect, Work, job

KEPT = dt.timedelta(days=90)


@job("accounts.cleaning", every=dt.timedelta(hours=6))
def clean(work: Work) -> Effect:
    """Remove what nobody needs any more. An ended session stays for 90 days, so that its forms can be sent again."""
    return lambda session: _remove(session, work.now)


def _remove(session: orm.Session, now: dt.datetime) -> None:
    throttle.sweep(session, now=now)
    session.execute(sa.delete(PasswordReset).where(PasswordReset.expires_at < now))
    session.execute(sa.delete(SignIn).where(SignIn.expires_at < now - KEPT))
    open_ones = sa.and_(Invitation.accepted_at.is_(None), Invitation.expires_at < now - KEPT)
    session.execute(sa.delete(Invitation).where(sa.or_(open_ones, Invitation.revoked_at < now - KEPT)))
