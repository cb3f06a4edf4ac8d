"""Reads on digests: who wants one, who gets one now, where the last one ended."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.errors import NotFoundError
from kb.following.digest.models import Digest, DigestChoice
from kb.following.digest.rules import SENT, Frequency, period
from kb.permissions import Viewer


def frequency_of(session: orm.Session, person_id: int) -> Frequency:
    """Return how often the person wants the digest."""
    row = session.get(DigestChoice, person_id)
    return Frequency.OFF if row is None else row.frequency


def choice_by_token(session: orm.Session, _viewer: Viewer, token: str) -> DigestChoice:
    """Return the choice that whoever holds the token may change, or raise NotFoundError."""
    row = session.scalar(sa.select(DigestChoice).where(DigestChoice.token == token))
    if row is None:
        raise NotFoundError
    return row


def due(session: orm.Session, now: dt.datetime) -> list[tuple[int, str]]:
    """Return who gets a digest now, and of which period: people with an account and an address, once each period."""
    found: list[tuple[int, str]] = []
    for frequency in SENT:
        name = period(frequency, now)
        made = sa.select(Digest.person_id).where(Digest.period == name)
        people = session.scalars(
            sa.select(DigestChoice.person_id)
            .join(Person, Person.id == DigestChoice.person_id)
            .where(
                DigestChoice.frequency == frequency,
                Person.ended_at.is_(None),
                Person.email.is_not(None),
                DigestChoice.person_id.not_in(made),
            )
            .order_by(DigestChoice.person_id)
        )
        found += [(person_id, name) for person_id in people]
    return found


def begins(session: orm.Session, choice: DigestChoice) -> tuple[dt.datetime, int]:
    """Return from which time and change number on the next digest tells: the end of the last, or the choice."""
    last: Sequence[Digest] = session.scalars(
        sa.select(Digest).where(Digest.person_id == choice.person_id).order_by(Digest.at.desc()).limit(1)
    ).all()
    ends = [(row.at, row.seq) for row in last if row.at >= choice.chosen_at]
    return ends[0] if ends else (choice.chosen_at, choice.chosen_seq)
