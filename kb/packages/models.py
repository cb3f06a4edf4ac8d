"""The tables of change packages."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base
from kb.ids import Ref


class Package(Base):
    """A change package of a network. Only its curators see it until it is public."""

    __tablename__ = "package"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    network_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    summary: orm.Mapped[str] = orm.mapped_column(sa.String(500), default="")
    about: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    about_html: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    is_public: orm.Mapped[bool] = orm.mapped_column(default=False)
    fictional: orm.Mapped[bool] = orm.mapped_column(default=False)
    created_at: orm.Mapped[dt.datetime]
    updated_at: orm.Mapped[dt.datetime]
    import_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
    row_version: orm.Mapped[int] = orm.mapped_column(default=1)

    entries: orm.Mapped[list["PackageEntry"]] = orm.relationship(
        order_by="PackageEntry.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own interface

    @property
    def ref(self) -> Ref:
        """What stands in the package's address."""
        return Ref(self.public_id, self.slug)


class PackageEntry(Base):
    """A record in a change package, at its place, with a word of the hub about it."""

    __tablename__ = "package_entry"
    __table_args__ = ({"info": {"erased_with": "item_id"}},)

    package_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("package.id"), primary_key=True)
    position: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), index=True)
    note: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
