"""Reads on the history for the log: its rows hold no words of a record, and titles come through the visibility rule."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.audit.rules import Asked
from kb.history import History
from kb.items.models import Item
from kb.items.queries import readable
from kb.networks.models import Network
from kb.permissions import Viewer
from kb.schools.models import School

_END_OF_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One action. ``title`` is the name of the record where the viewer may read it; ``who`` is None for the system."""

    id: int
    at: dt.datetime
    who: str | None
    who_id: str
    action: str
    kind: str
    public_id: str
    title: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choices:
    """The kinds and actions that there are."""

    kinds: Sequence[str]
    actions: Sequence[str]


def entries(session: orm.Session, viewer: Viewer, asked: Asked, *, most: int) -> list[Entry]:
    """Return what was done, the latest first."""
    rows = session.execute(
        _matching(asked)
        .add_columns(Person.name, Person.public_id.label("who_id"))
        .order_by(History.id.desc())
        .limit(most)
    ).all()
    titles = _titles(session, viewer, {row.History.public_id for row in rows})
    return [
        Entry(
            id=row.History.id,
            at=row.History.at,
            who=row.name,
            who_id=row.who_id or "",
            action=row.History.action,
            kind=row.History.kind,
            public_id=row.History.public_id,
            title=titles.get((row.History.kind, row.History.public_id), ""),
            facts=row.History.facts,
        )
        for row in rows
    ]


def choices(session: orm.Session) -> Choices:
    """Return what can be chosen in the filters."""
    pairs = session.execute(sa.select(History.kind, History.action).distinct()).all()
    return Choices(sorted({row.kind for row in pairs}), sorted({row.action for row in pairs}))


def _matching(asked: Asked) -> sa.Select[History]:
    statement = sa.select(History).outerjoin(Person, History.person_id == Person.id)
    if asked.kind:
        statement = statement.where(History.kind == asked.kind)
    if asked.action:
        statement = statement.where(History.action == asked.action)
    if asked.record:
        statement = statement.where(History.public_id == asked.record[:80].rpartition("/")[2].partition("-")[0])
    if asked.who:
        named = Person.name.icontains(asked.who, autoescape=True)
        statement = statement.where(sa.or_(named, Person.email.icontains(asked.who, autoescape=True)))
    if asked.first:
        statement = statement.where(History.at >= _start(asked.first))
    if asked.last and asked.last < dt.date.max:
        statement = statement.where(History.at < _start(asked.last) + _END_OF_DAY)
    if asked.before:
        statement = statement.where(History.id < asked.before)
    return statement


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _titles(session: orm.Session, viewer: Viewer, public_ids: set[str]) -> dict[tuple[str, str], str]:
    """Return names by kind and public id: of schools, networks and people, and of records the viewer may read."""
    parts = [
        sa.select(sa.cast(Item.kind, sa.String).label("kind"), Item.public_id, Item.title.label("name")).where(
            Item.public_id.in_(public_ids), readable(viewer)
        )
    ]
    for kind, table in (("school", School), ("network", Network), ("person", Person)):
        named: Any = table
        columns = sa.literal(kind).label("kind"), named.public_id, named.name
        parts.append(sa.select(*columns).where(named.public_id.in_(public_ids)))
    return {(row.kind, row.public_id): row.name for row in session.execute(sa.union_all(*parts))}
