"""The tables of what is being typed: autosaved drafts, and the forms that were sent already."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class Draft(Base):
    """What a person typed into a form and did not save: never a revision, offered back to this person alone.

    ``form`` names the page (``/ideas/new`` or ``/ideas/4t8v2x6z/edit``), ``base`` the text it was opened on, and
    ``payload`` what stood in its fields. ``item_id`` is the record it is about, None for a new one.
    """

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("person_id", "form"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"))
    form: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    item_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("item.id"), index=True)
    base: orm.Mapped[str] = orm.mapped_column(sa.String(40), default="")
    payload: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    at: orm.Mapped[dt.datetime] = orm.mapped_column(index=True)


class SentForm(Base):
    """A form that was sent with this key made this record: sending it again leads there and makes no second one.

    ``base`` is the text it made: what is different in a form that is sent again was typed after that.
    """

    __tablename__ = "sent_form"

    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    key: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    base: orm.Mapped[str] = orm.mapped_column(sa.String(40), default="")
    at: orm.Mapped[dt.datetime] = orm.mapped_column(index=True)
