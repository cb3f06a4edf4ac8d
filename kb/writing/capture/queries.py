"""Reads on notes: one's own, and the ideas one may be about."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.errors import NotFoundError
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind
from kb.permissions import State, Viewer
from kb.writing.capture.models import Note

SHOWN = 20


def notes(session: orm.Session, person_id: int) -> Sequence[Note]:
    """Return a person's notes, the latest first."""
    return session.scalars(sa.select(Note).where(Note.person_id == person_id).order_by(Note.at.desc(), Note.id)).all()


def find_note(session: orm.Session, viewer: Viewer, note_id: str) -> Note | None:
    """Return a note of the viewer's own, None for anybody else's and for one that is gone."""
    note = session.scalar(sa.select(Note).where(Note.public_id == note_id))
    return note if note is not None and note.person_id == viewer.person_id else None


def note_of(session: orm.Session, viewer: Viewer, note_id: str) -> Note:
    """Return a note of the viewer's own; NotFoundError for anybody else's."""
    note = find_note(session, viewer, note_id)
    if note is None:
        raise NotFoundError
    return note


def ideas(session: orm.Session, viewer: Viewer, words: str) -> Sequence[Item]:
    """Return ideas with these words in the title; without words those that the viewer's schools tested last."""
    found = sa.select(Item).where(Item.kind == Kind.IDEA, Item.state == State.PUBLISHED, readable(viewer))
    if words.strip():
        for word in words.split()[:8]:
            found = found.where(Item.title.icontains(word, autoescape=True))
        return session.scalars(found.order_by(Item.title).limit(SHOWN)).all()
    test = orm.aliased(Item)
    latest = (
        sa.select(Cycle.idea_id, sa.func.max(test.updated_at).label("at"))
        .join(test, test.id == Cycle.item_id)
        .where(test.school_id.in_(viewer.schools), readable(viewer, test))
        .group_by(Cycle.idea_id)
        .subquery()
    )
    own = found.join(latest, latest.c.idea_id == Item.id).order_by(latest.c.at.desc(), Item.id)
    return session.scalars(own.limit(SHOWN)).all()
