"""The tables of comments and of reports about them."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.db import Base, choice
from kb.following.comments.rules import LONGEST_REASON, CommentKind, CommentState
from kb.items.models import Item


class Comment(Base):
    """What a person said about a record. An answer has the question or comment it answers as its parent.

    The words stay when it is hidden or taken back, so that nothing is lost and a decision can be undone.
    """

    __tablename__ = "comment"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'answer') = (parent_id IS NOT NULL)", name="answer_has_parent"),
        sa.Index(None, "item_id", "created_at"),
        {"info": {"erased_with": "item_id"}},
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"))
    parent_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    kind: orm.Mapped[CommentKind] = orm.mapped_column(choice(CommentKind))
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    html: orm.Mapped[str] = orm.mapped_column(sa.Text)
    created_at: orm.Mapped[dt.datetime]
    state: orm.Mapped[CommentState] = orm.mapped_column(choice(CommentState), default=CommentState.SHOWN)
    state_at: orm.Mapped[dt.datetime | None]
    state_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST_REASON), default="")

    item: orm.Mapped[Item] = orm.relationship(lazy="raise_on_sql")
    author: orm.Mapped[Person | None] = orm.relationship(foreign_keys=[author_id], lazy="raise_on_sql")


class CommentReport(Base):
    """Somebody thinks a comment should not stand there. Settled when one of those who look after it has decided."""

    __tablename__ = "comment_report"
    __table_args__ = (sa.UniqueConstraint("comment_id", "person_id"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    comment_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"))
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"))
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(LONGEST_REASON), default="")
    at: orm.Mapped[dt.datetime]
    settled_at: orm.Mapped[dt.datetime | None]
    settled_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))

    comment: orm.Mapped[Comment] = orm.relationship(lazy="raise_on_sql")
