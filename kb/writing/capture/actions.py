"""The verbs of notes: catch one, and let it go."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.attachments.contents import Content
from kb.errors import InvalidError
from kb.ids import new_public_id
from kb.writing import once
from kb.writing.capture.models import Note


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that ``contents.accept`` took, and words for readers who cannot see it."""

    content: Content
    shows: str


def capture(
    session: orm.Session, text: str, photo: Photo | None = None, *, key: str, by: int, now: dt.datetime
) -> Note:
    """Keep a note; the same form sent twice makes one."""
    if photo is not None and not photo.content.kind.is_image:
        raise InvalidError("Choose a picture. Other files can be added when the note has its idea.", field="photo")
    if photo is not None and not photo.shows:
        message = "Say in a few words what the photo shows, for readers who cannot see it."
        raise InvalidError(message, field="photo_shows")
    public_id = new_public_id()
    sent = once.claim(session, person_id=by, key=key, public_id=public_id, now=now)
    if sent is not None and sent.public_id != public_id:
        known = session.scalar(sa.select(Note).where(Note.public_id == sent.public_id, Note.person_id == by))
        if known is not None:
            return known
    note = Note(public_id=public_id, person_id=by, text=text, at=now)
    if photo is not None:
        note.photo, note.photo_kind, note.photo_shows = photo.content.data, photo.content.kind.value, photo.shows
    session.add(note)
    session.flush()
    history.record(session, "captured", kind="note", public_id=public_id, by=by, now=now)
    return note


def discard(session: orm.Session, note: Note, *, by: int, now: dt.datetime) -> None:
    """Remove a note: its words are in a cycle, or nobody wants them."""
    history.record(session, "discarded", kind="note", public_id=note.public_id, by=by, now=now)
    session.delete(note)
    session.flush()
