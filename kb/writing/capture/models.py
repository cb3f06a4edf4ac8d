"""The table of notes: what somebody caught in a minute, to become a cycle when its idea is chosen."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class Note(Base):
    """A note of one person, read by nobody else. It goes when its words are in a cycle, and its photo with it.

    ``photo`` is drawn anew from what was sent, so it says nothing of where it was taken; ``photo_kind`` is its type.
    """

    __tablename__ = "note"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    at: orm.Mapped[dt.datetime]
    photo: orm.Mapped[bytes | None] = orm.mapped_column(sa.LargeBinary, deferred=True)
    photo_kind: orm.Mapped[str] = orm.mapped_column(sa.String(10), default="")
    photo_shows: orm.Mapped[str] = orm.mapped_column(sa.String(500), default="")
