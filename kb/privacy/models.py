"""The table of what people confirmed to the privacy guard."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class Confirmation(Base):
    """Somebody looked at one hit and said that it tells of nobody; holds no word of the text, only its fingerprint."""

    __tablename__ = "privacy_confirmation"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "fingerprint", "as_curator"),
        {"info": {"erased_with": "item_id"}},
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"))
    fingerprint: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    as_curator: orm.Mapped[bool]
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    at: orm.Mapped[dt.datetime]
