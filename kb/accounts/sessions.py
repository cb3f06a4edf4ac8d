"""The sessions in which people are signed in: begun, seen, listed and ended, all on the server."""

import datetime as dt
import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person, SignIn
from kb.accounts.queries import token_hash
from kb.accounts.rules import KEPT_SESSION_LASTS, SESSION_LASTS, device

SEEN_EVERY = dt.timedelta(minutes=30)


def begin(session: orm.Session, person: Person, *, agent: str, kept: bool, now: dt.datetime) -> str:
    """Begin a session and return its token, which nobody has seen before and which is not kept here."""
    token = secrets.token_urlsafe(32)
    lasts = KEPT_SESSION_LASTS if kept else SESSION_LASTS
    row = SignIn(
        token_hash=token_hash(token),
        person_id=person.id,
        created_at=now,
        seen_at=now,
        expires_at=now + lasts,
        device=device(agent),
    )
    session.add(row)
    session.flush()
    return token


def is_long_unseen(session: orm.Session, token: str, *, now: dt.datetime) -> bool:
    """Say whether it is worth noting that the session is used now."""
    row = session.get(SignIn, token_hash(token))
    return row is not None and (row.seen_at is None or row.seen_at <= now - SEEN_EVERY)


def see(session: orm.Session, token: str, *, now: dt.datetime) -> None:
    """Note that the session is used."""
    session.execute(sa.update(SignIn).where(SignIn.token_hash == token_hash(token)).values(seen_at=now))


def end(session: orm.Session, token: str, *, now: dt.datetime) -> None:
    """End the session of a token."""
    _end(session, SignIn.token_hash == token_hash(token), now)


def end_one(session: orm.Session, person_id: int, mark: str, *, now: dt.datetime) -> None:
    """End the session of the person that ``listed`` showed with this mark; nobody else's, and twice is once."""
    _end(session, sa.and_(SignIn.person_id == person_id, SignIn.token_hash == mark), now)


def end_all(session: orm.Session, person_id: int, *, but: str | None = None, now: dt.datetime) -> None:
    """End all sessions of the person except the one of the token ``but``."""
    kept = token_hash(but) if but else ""
    _end(session, sa.and_(SignIn.person_id == person_id, SignIn.token_hash != kept), now)


def listed(session: orm.Session, person_id: int, *, now: dt.datetime) -> Sequence[SignIn]:
    """Return the person's sessions that are open, the one seen last first."""
    return session.scalars(
        sa.select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.expires_at > now)
        .order_by(SignIn.seen_at.desc(), SignIn.created_at.desc())
    ).all()


def _end(session: orm.Session, which: sa.ColumnElement[bool], now: dt.datetime) -> None:
    session.execute(sa.update(SignIn).where(which, SignIn.ended_at.is_(None)).values(ended_at=now))
