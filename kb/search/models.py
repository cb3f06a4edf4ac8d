"""The tables of search."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class UnansweredQuery(Base):
    """What was asked for on a day without an answer, in words of public records only; who asked is not kept."""

    __tablename__ = "unanswered_query"
    __table_args__ = (sa.CheckConstraint("times > 0", name="asked"),)

    day: orm.Mapped[dt.date] = orm.mapped_column(primary_key=True)
    text: orm.Mapped[str] = orm.mapped_column(sa.String(200), primary_key=True)
    times: orm.Mapped[int]
