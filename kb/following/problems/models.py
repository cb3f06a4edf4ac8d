"""The table of privacy problems that somebody reported."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base
from kb.following.problems.rules import LONGEST_PAGE


class PrivacyProblem(Base):
    """Somebody can be recognized on a page, says a reader. Answered by a curator or an admin; then kept for a while."""

    __tablename__ = "privacy_problem"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    page: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST_PAGE))
    network_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    email: orm.Mapped[str] = orm.mapped_column(sa.String(320), default="")
    created_at: orm.Mapped[dt.datetime]
    answered_at: orm.Mapped[dt.datetime | None]
    answered_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    answer: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
