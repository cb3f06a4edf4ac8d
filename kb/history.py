"""Who did what, when: one row for each action, written in the action's own transaction."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb.db import Base


class History(Base):
    """One action on one record. Holds no text of the record, so that erasing a record can leave it."""

    __tablename__ = "history"
    __table_args__ = (sa.Index(None, "kind", "public_id", "at"), sa.Index(None, "at"))

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    at: orm.Mapped[dt.datetime]
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    action: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(20))
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(80))
    facts: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)


def record(
    session: orm.Session,
    action: str,
    *,
    kind: str,
    public_id: str,
    by: int | None,
    now: dt.datetime,
    touches: Iterable[int] = (),
    **facts: Any,
) -> None:
    """Write the history row of an action and note its change in the feed.

    ``by`` is a person's id, None for the importer and the worker. ``touches`` are the ids of the items that followers
    (catalogue, index) must read again.
    """
    session.add(History(at=now, person_id=by, action=action, kind=kind, public_id=public_id, facts=facts))
    feed.touch(session, touches)
