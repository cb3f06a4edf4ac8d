"""Lets something be tried only so often: in the database, so that every node counts the same tries."""

import datetime as dt
import hashlib
import math

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from kb.accounts.models import Throttle
from kb.errors import TooManyError


def allow(session: orm.Session, key: str, *, limit: int, seconds: int, now: dt.datetime) -> None:
    """Note a try under the key, or raise TooManyError if there were ``limit`` in the last ``seconds``.

    The window slides: each try counts for its own ``seconds``. The row is locked, so that two nodes never both let the
    last one pass. The caller commits, also when what is tried then fails. The key itself is not kept, only its hash.
    """
    row = _locked(session, key, now)
    moment = now.timestamp()
    lately = [when for when in row.times if when > moment - seconds]
    if len(lately) >= limit:
        wait = max(1, math.ceil(lately[-limit] + seconds - moment))
        raise TooManyError(seconds=wait)
    row.times = [*lately, moment]
    row.until = now + dt.timedelta(seconds=seconds)
    session.flush()


def take_back(session: orm.Session, key: str, *, now: dt.datetime) -> None:
    """Do not count the latest try under the key: it was a good one."""
    row = _locked(session, key, now)
    row.times = row.times[:-1]
    session.flush()


def forget(session: orm.Session, key: str) -> None:
    """Count none of the tries under the key any longer."""
    session.execute(sa.delete(Throttle).where(Throttle.key == _kept(key)))


def sweep(session: orm.Session, *, now: dt.datetime) -> None:
    """Remove what no longer counts."""
    session.execute(sa.delete(Throttle).where(Throttle.until < now))


def _locked(session: orm.Session, key: str, now: dt.datetime) -> Throttle:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert(Throttle).values(key=_kept(key), times=[], until=now)
    session.execute(new.on_conflict_do_nothing())
    kept = sa.select(Throttle).where(Throttle.key == _kept(key))
    return session.scalars(kept.with_for_update().execution_options(populate_existing=True)).one()


def _kept(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
