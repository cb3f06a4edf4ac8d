"""The verbs of following. They change nothing that others see, so they leave no history and no change number."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import InvalidError
from kb.following.models import Follow
from kb.following.queries import Thing
from kb.following.rules import MOST, Followed


def follow(session: orm.Session, thing: Thing, *, by: int, now: dt.datetime) -> Follow:
    """Follow something from now on; following it already is not an error."""
    row = session.scalar(_one(by, thing.kind, thing.public_id))
    if row is None:
        held = session.scalar(sa.select(sa.func.count()).select_from(Follow).where(Follow.person_id == by)) or 0
        if held >= MOST:
            message = f"You follow {MOST} things already. Stop following one of them first."
            raise InvalidError(message)
        row = Follow(person_id=by, kind=thing.kind, public_id=thing.public_id, created_at=now, seen_at=now)
        session.add(row)
        session.flush()
    return row


def unfollow(session: orm.Session, kind: Followed, public_id: str, *, by: int) -> None:
    """Stop following something, also what may no longer be read; not following it is not an error."""
    session.execute(sa.delete(Follow).where(Follow.person_id == by, Follow.kind == kind, Follow.public_id == public_id))


def see(session: orm.Session, *, until: dt.datetime, by: int) -> None:
    """Note that the person has seen everything new up to a moment."""
    session.execute(sa.update(Follow).where(Follow.person_id == by, Follow.seen_at < until).values(seen_at=until))


def _one(person_id: int, kind: Followed, public_id: str) -> sa.Select[Follow]:
    return sa.select(Follow).where(Follow.person_id == person_id, Follow.kind == kind, Follow.public_id == public_id)
