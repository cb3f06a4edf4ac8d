"""The table of visitors' questions."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice
from kb.following.asking.rules import About


class VisitorQuestion(Base):
    """What somebody without an account would like to know. Deleted as a whole when its time is over.

    ``name`` and ``email`` are shown to nobody but the mail server: the answer is written here and sent on. The school
    reads it only after the hub forwarded it. ``answer`` is the last one sent.
    """

    __tablename__ = "visitor_question"
    __table_args__ = ({"info": {"erased_with": "about_id"}},)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    about: orm.Mapped[About] = orm.mapped_column(choice(About))
    about_id: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    school_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("school.id"), index=True)
    network_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    email: orm.Mapped[str] = orm.mapped_column(sa.String(320))
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    created_at: orm.Mapped[dt.datetime] = orm.mapped_column(index=True)
    forwarded_at: orm.Mapped[dt.datetime | None]
    forwarded_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    answer: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    closed_at: orm.Mapped[dt.datetime | None]
    closed_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
