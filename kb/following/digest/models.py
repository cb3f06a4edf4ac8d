"""The tables of who wants a digest and which were made."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice
from kb.following.digest.rules import Frequency


class DigestChoice(Base):
    """How often a person wants the digest; without a row: never. Whoever holds the ``token`` can turn it off."""

    __tablename__ = "digest_choice"

    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), primary_key=True, autoincrement=False)
    frequency: orm.Mapped[Frequency] = orm.mapped_column(choice(Frequency), index=True)
    token: orm.Mapped[str] = orm.mapped_column(sa.String(32), unique=True)
    chosen_at: orm.Mapped[dt.datetime]
    chosen_seq: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)


class Digest(Base):
    """A person's digest of one period was made: never a second one. ``entries`` 0: nothing was new, no letter went out.

    ``at`` and ``seq`` (the change number) are where the next one begins.
    """

    __tablename__ = "digest"

    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), primary_key=True, autoincrement=False)
    period: orm.Mapped[str] = orm.mapped_column(sa.String(10), primary_key=True)
    at: orm.Mapped[dt.datetime]
    seq: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    entries: orm.Mapped[int]
