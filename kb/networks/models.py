"""The tables of networks, their members and their open questions."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cells import DEFAULT_MINIMUM
from kb.db import Base
from kb.ids import Ref


class Network(Base):
    """A networked improvement community. ``labels`` are its own words for terms, by term code."""

    __tablename__ = "network"
    __table_args__ = (sa.CheckConstraint("minimum_group >= 3", name="minimum_group"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    hub: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
    about: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    about_html: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    aim_what: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    aim_whom: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    aim_how_much: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    aim_by: orm.Mapped[dt.date | None]
    minimum_group: orm.Mapped[int] = orm.mapped_column(default=DEFAULT_MINIMUM)
    review_required: orm.Mapped[bool] = orm.mapped_column(default=True)
    labels: orm.Mapped[dict[str, str]] = orm.mapped_column(default=dict)
    fictional: orm.Mapped[bool] = orm.mapped_column(default=False)
    import_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
    row_version: orm.Mapped[int] = orm.mapped_column(default=1)

    questions: orm.Mapped[list["OpenQuestion"]] = orm.relationship(
        order_by="OpenQuestion.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own interface

    @property
    def ref(self) -> Ref:
        """What stands in the network's address."""
        return Ref(self.public_id, self.slug)


class SchoolNetwork(Base):
    """A school's time in a network. ``left_on`` is the first day on which it is no longer a member."""

    __tablename__ = "school_network"
    __table_args__ = (sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joining"),)

    school_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("school.id"), primary_key=True)
    network_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("network.id"), primary_key=True, index=True)
    joined_on: orm.Mapped[dt.date] = orm.mapped_column(primary_key=True)
    left_on: orm.Mapped[dt.date | None]

    @classmethod
    def current(cls, today: dt.date) -> sa.ColumnElement[bool]:
        """Return the condition that the school is a member on that day."""
        return sa.and_(cls.joined_on <= today, sa.or_(cls.left_on.is_(None), cls.left_on > today))


class OpenQuestion(Base):
    """A question a curator wrote or approved, shown to everyone: somebody would like to know."""

    __tablename__ = "open_question"

    network_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("network.id"), primary_key=True)
    position: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    text: orm.Mapped[str] = orm.mapped_column(sa.String(300))
