"""The verbs of notes: catch one, and let it go."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.ids import new_public_id
from kb.writing import once
from kb.writing.capture.models import Note


def capture(session: orm.Session, text: str, *, key: str, by: int, now: dt.datetime) -> Note:
    """Keep a note; the same form sent twice makes one."""
    public_id = new_public_id()
    sent = once.claim(session, person_id=by, key=key, public_id=public_id, now=now)
    if sent is not None and sent.public_id != public_id:
        known = session.scalar(sa.select(Note).where(Note.public_id == sent.public_id, Note.person_id == by))
        if known is not None:
            return known
    note = Note(public_id=public_id, person_id=by, text=text, at=now)
    session.add(note)
    session.flush()
    history.record(session, "captured", kind="note", public_id=public_id, by=by, now=now)
    return note


def discard(session: orm.Session, note: Note, *, by: int, now: dt.datetime) -> None:
    """Remove a note: its words are in a cycle, or nobody wants them."""
    history.record(session, "discarded", kind="note", public_id=note.public_id, by=by, now=now)
    session.delete(note)
    session.flush()
