"""The table of privacy problems that somebody reported."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base
from kb.following.problems.rules import LONGEST_PAGE, record_of
from kb.items.models import Item


def _forget_words(session: orm.Session, item_id: int) -> None:
    """Empty what was said about a record that is erased; that somebody reported it stays, until it is answered."""
    public_id = session.scalar(sa.select(Item.public_id).where(Item.id == item_id)) or ""
    for row in session.scalars(sa.select(PrivacyProblem).where(PrivacyProblem.page.contains(public_id))):
        found = record_of(row.page)
        if found is not None and found[1] == public_id:
            row.page, row.text, row.answer = f"/{found[0]}s/{public_id}", "", ""
    session.flush()


class PrivacyProblem(Base):
    """Somebody can be recognized on a page, says a reader. Answered by a curator or an admin; then kept for a while."""

    __tablename__ = "privacy_problem"
    __table_args__ = ({"info": {"erased_by": _forget_words}},)

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
