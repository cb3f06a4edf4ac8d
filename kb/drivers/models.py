"""The tables of drivers and of the ideas that act on them."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class Driver(Base):
    """A primary driver (no parent) or a secondary one. Retired, never deleted.

    ``row_version`` counts the changes to the driver itself; others moving past it is none.
    """

    __tablename__ = "driver"
    __table_args__ = (sa.CheckConstraint("parent_id <> id", name="not_its_own_parent"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    network_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    parent_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("driver.id"), index=True)
    position: orm.Mapped[int] = orm.mapped_column(default=0)
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    description: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    retired_on: orm.Mapped[dt.date | None]
    row_version: orm.Mapped[int] = orm.mapped_column(default=1, server_default="1")


class DriverIdea(Base):
    """This idea is meant to move this driver."""

    __tablename__ = "driver_idea"

    idea_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("change_idea.item_id"), primary_key=True)
    driver_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("driver.id"), primary_key=True, index=True)
