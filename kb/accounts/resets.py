"""Links by which a person sets a new password: one hour, one use, by the database's clock."""

import datetime as dt
import secrets

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts import actions, sessions
from kb.accounts.models import PasswordReset, Person
from kb.accounts.queries import person_by_email, token_hash
from kb.accounts.rules import RESET_LASTS
from kb.config import Settings
from kb.db import clock
from kb.errors import NotFoundError
from kb.jobs import actions as jobs
from kb.jobs.registry import Effect, Work, job
from kb.mail import actions as mail

KIND = "accounts.reset"
PATH = "/new-password"


def ask(session: orm.Session, email: str, *, now: dt.datetime) -> None:
    """Note that somebody asks for a link. Whether there is an account is looked up later, so that nothing tells."""
    jobs.add(session, KIND, {"email": email}, now=now)


@job(KIND)
def answer(work: Work) -> Effect | None:
    """Send the link to the address, if there is an account with it."""
    with work.database.reading() as session:
        person = person_by_email(session, work.payload["email"])
    return None if person is None else lambda session: _send(session, person, work)


def issue(session: orm.Session, person: Person, *, lasts: dt.timedelta = RESET_LASTS) -> str:
    """Return the token of a new link; links sent before stay good until they end or one is used."""
    token = secrets.token_urlsafe(32)
    row = PasswordReset(token_hash=token_hash(token), person_id=person.id, expires_at=clock(session) + lasts)
    session.add(row)
    session.flush()
    return token


def link(settings: Settings, token: str) -> str:
    """Return the address of the page; the token stands where no log keeps it."""
    return settings.link(f"{PATH}?token={token}")


def person_of(session: orm.Session, token: str) -> Person:
    """Return whose link this is, or raise NotFoundError: unknown, used and ended links are not told apart."""
    row = session.get(PasswordReset, token_hash(token))
    person = session.get(Person, row.person_id) if row is not None and row.used_at is None else None
    if row is None or person is None or person.ended_at is not None or row.expires_at <= clock(session):
        message = "This link was used before or is too old. Ask for a new one."
        raise NotFoundError(message)
    return person


def use(session: orm.Session, token: str, password: str, *, now: dt.datetime) -> Person:
    """Set the password and end every session and every other link of the person."""
    person = person_of(session, token)
    spent = sa.update(PasswordReset).where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None))
    mine = spent.where(PasswordReset.token_hash == token_hash(token)).values(used_at=now)
    if session.execute(mine).rowcount != 1:  # type: ignore[attr-defined]  # another node was faster
        raise NotFoundError
    actions.set_password(session, person, password, by=person.id, now=now)
    session.execute(spent.values(used_at=now))
    sessions.end_all(session, person.id, now=now)
    return person


def _send(session: orm.Session, person: Person, work: Work) -> None:
    name, address = work.settings.site_name, link(work.settings, issue(session, person))
    text = (
        f"Hello {person.name},\n\nsomebody asked for a new password for your account at {name}. If it was you, "
        f"choose one here within an hour:\n\n{address}\n\nIf it was not you, do nothing: your password stays."
    )
    mail.send(session, to=str(person.email), subject=f"A new password for {name}", text=text, now=work.now)
