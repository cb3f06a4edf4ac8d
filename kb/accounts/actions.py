"""The verbs of people."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts import passwords
from kb.accounts.document import PersonDocument
from kb.accounts.models import Password, Person
from kb.accounts.rules import checked_password
from kb.errors import ConflictError
from kb.ids import new_public_id


def remember(session: orm.Session, document: PersonDocument, *, by: int | None, now: dt.datetime) -> Person:
    """Make known who wrote something elsewhere. Gives no account, no role, and changes nobody who has one here."""
    row = session.scalar(sa.select(Person).where(Person.public_id == document.id))
    if row is None:
        row = Person(public_id=document.id, name=document.name, created_at=document.created, ended_at=document.ended)
        session.add(row)
        history.record(session, "created", kind="person", public_id=document.id, by=by, now=now)
    return row


def create(
    session: orm.Session, *, name: str, email: str, is_admin: bool = False, by: int | None, now: dt.datetime
) -> Person:
    """Make an account without a password. Raises ConflictError where the address has one already."""
    if session.scalar(sa.select(Person.id).where(Person.email == email)) is not None:
        message = "There is an account with this e-mail address already."
        raise ConflictError(message, field="email")
    person = Person(public_id=new_public_id(), name=name, email=email, is_admin=is_admin, created_at=now)
    session.add(person)
    session.flush()
    history.record(session, "created", kind="person", public_id=person.public_id, by=by or person.id, now=now)
    return person


def set_password(session: orm.Session, person: Person, typed: str, *, by: int | None, now: dt.datetime) -> None:
    """Keep a new password of the person; InvalidError where it is easily guessed. Sessions go on."""
    password = checked_password(typed, about=(person.name, person.email or ""))
    session.merge(Password(person_id=person.id, hash=passwords.hashed(password), changed_at=now))
    history.record(session, "password changed", kind="person", public_id=person.public_id, by=by, now=now)


def rehash(session: orm.Session, person: Person, password: str) -> None:
    """Keep the same password, hashed with the parameters of today."""
    row = session.get_one(Password, person.id)
    row.hash = passwords.hashed(password)
    session.flush()
