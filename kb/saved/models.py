"""The tables of saved searches."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class SavedSearch(Base):
    """A search with a name. Whoever holds the token holds the search; whose it is is kept only for people who sign in.

    ``query`` is what stands in the address after "?", ``seen`` the number of the latest change its holder has seen.
    """

    __tablename__ = "saved_search"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    token: orm.Mapped[str] = orm.mapped_column(sa.String(32), unique=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    query: orm.Mapped[str] = orm.mapped_column(sa.String(2000))
    seen: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    created_on: orm.Mapped[dt.date]
    seen_on: orm.Mapped[dt.date] = orm.mapped_column(index=True)


class SearchOwner(Base):
    """A saved search that also belongs to a person, who then has it everywhere and in the digest."""

    __tablename__ = "search_owner"

    search_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
