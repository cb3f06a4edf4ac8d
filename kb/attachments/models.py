"""The tables of attachments: who added which file to which record, and the contents, each kept once."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.attachments.rules import NAME_LENGTH, FileKind
from kb.db import Base, choice


class Blob(Base):
    """The content of a file, named by its SHA-256; the bytes lie in the blob store."""

    __tablename__ = "blob"

    sha256: orm.Mapped[str] = orm.mapped_column(sa.String(64), primary_key=True)
    size: orm.Mapped[int]
    kind: orm.Mapped[FileKind] = orm.mapped_column(choice(FileKind))
    touched_at: orm.Mapped[dt.datetime]


class Attachment(Base):
    """A file of a record, under the name it is downloaded by. ``alt`` says what a picture shows."""

    __tablename__ = "attachment"
    __table_args__ = ({"info": {"erased_with": "item_id"}},)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), index=True)
    sha256: orm.Mapped[str] = orm.mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(NAME_LENGTH))
    alt: orm.Mapped[str] = orm.mapped_column(sa.String(500), default="")
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    at: orm.Mapped[dt.datetime]

    blob: orm.Mapped[Blob] = orm.relationship(lazy="raise_on_sql")

    @property
    def url(self) -> str:
        """The address of the file."""
        return f"/attachments/{self.public_id}/{self.name}"
