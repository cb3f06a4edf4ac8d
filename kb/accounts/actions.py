"""The verbs of people."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts import passwords, sessions
from kb.accounts.document import PersonDocument
from kb.accounts.models import Identity, Membership, Password, PasswordReset, Person, Role
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


def rename(session: orm.Session, person: Person, name: str, *, now: dt.datetime) -> None:
    """Change the name others read."""
    if name != person.name:
        person.name = name
        history.record(session, "renamed", kind="person", public_id=person.public_id, by=person.id, now=now)


def make_admin(session: orm.Session, person: Person, *, by: int | None, now: dt.datetime) -> None:
    """Let a person do everything."""
    if not person.is_admin:
        person.is_admin = True
        history.record(session, "made admin", kind="person", public_id=person.public_id, by=by, now=now)


def give_role(
    session: orm.Session,
    person: Person,
    *,
    role: Role,
    school_id: int | None = None,
    network_id: int | None = None,
    by: int | None,
    now: dt.datetime,
) -> Membership:
    """Give the person a role at a school or in a network; one that is held already stays as it is."""
    place = sa.and_(
        Membership.school_id.is_not_distinct_from(school_id), Membership.network_id.is_not_distinct_from(network_id)
    )
    held = sa.select(Membership).where(Membership.person_id == person.id, Membership.role == role, place)
    row = session.scalar(held.where(Membership.ended_at.is_(None)))
    if row is None:
        row = Membership(person_id=person.id, school_id=school_id, network_id=network_id, role=role, created_at=now)
        session.add(row)
        session.flush()
        _note_role(session, "role given", person, row, by, now)
    return row


def end_role(session: orm.Session, membership: Membership, *, by: int | None, now: dt.datetime) -> None:
    """End a role; twice is once."""
    if membership.ended_at is None:
        membership.ended_at = now
        session.flush()
        _note_role(session, "role ended", session.get_one(Person, membership.person_id), membership, by, now)


def end(session: orm.Session, person: Person, *, by: int | None, now: dt.datetime) -> None:
    """End an account: nobody can sign in with it any more, and its address is free. What the person wrote stays."""
    others = sa.select(Person.id).where(Person.is_admin, Person.ended_at.is_(None), Person.id != person.id)
    if person.is_admin and session.scalar(others.limit(1)) is None:
        message = "This is the only admin. Make another one first."
        raise ConflictError(message)
    if person.ended_at is not None:
        return
    person.ended_at, person.email, person.is_admin = now, None, False
    for row in session.scalars(
        sa.select(Membership).where(Membership.person_id == person.id, Membership.ended_at.is_(None))
    ):
        row.ended_at = now
    sessions.end_all(session, person.id, now=now)
    for table in (Password, PasswordReset, Identity):
        session.execute(sa.delete(table).where(table.person_id == person.id))
    history.record(session, "ended", kind="person", public_id=person.public_id, by=by, now=now)


def _note_role(
    session: orm.Session, action: str, person: Person, row: Membership, by: int | None, now: dt.datetime
) -> None:
    place = {"school": row.school_id} if row.school_id is not None else {"network": row.network_id}
    history.record(
        session, action, kind="person", public_id=person.public_id, by=by, now=now, role=row.role.value, **place
    )
