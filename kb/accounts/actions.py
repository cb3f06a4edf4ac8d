"""The verbs of people."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts.document import PersonDocument
from kb.accounts.models import Person


def remember(session: orm.Session, document: PersonDocument, *, by: int | None, now: dt.datetime) -> Person:
    """Make known who wrote something elsewhere. Gives no account, no role, and changes nobody who has one here."""
    row = session.scalar(sa.select(Person).where(Person.public_id == document.id))
    if row is None:
        row = Person(public_id=document.id, name=document.name, created_at=document.created, ended_at=document.ended)
        session.add(row)
        history.record(session, "created", kind="person", public_id=document.id, by=by, now=now)
    return row
