"""The table of comments that reviewers and writers exchange about a write-up."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class ReviewComment(Base):
    """A comment at a field of a write-up (``field`` empty: about all of it); read by its writers and its reviewers."""

    __tablename__ = "review_comment"
    __table_args__ = ({"info": {"erased_with": "item_id"}},)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), index=True)
    field: orm.Mapped[str] = orm.mapped_column(sa.String(120), default="")
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    at: orm.Mapped[dt.datetime]
    settled_at: orm.Mapped[dt.datetime | None]
    settled_by_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
