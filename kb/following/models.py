"""The table of what people follow."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice
from kb.following.rules import Followed


class Follow(Base):
    """A person follows something. ``seen_at``: when the person last said to have seen what is new in it."""

    __tablename__ = "follow"
    __table_args__ = (sa.UniqueConstraint("person_id", "kind", "public_id"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"))
    kind: orm.Mapped[Followed] = orm.mapped_column(choice(Followed))
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8))
    created_at: orm.Mapped[dt.datetime]
    seen_at: orm.Mapped[dt.datetime]
