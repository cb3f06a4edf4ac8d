"""What is new in the things a person follows, as far as that person may read it.

What happened when is told by the history of actions, not by the dates of the records: a record that was imported, or
made readable for more people, is news although it was published long ago.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.drivers.models import Driver, DriverIdea
from kb.following.models import Follow
from kb.following.queries import Thing, things
from kb.following.rules import Followed
from kb.history import History
from kb.ids import Ref
from kb.items.models import Item, Link
from kb.items.queries import readable
from kb.items.rules import ANCESTRY, Kind, Language, LinkType
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.schools.models import School

VISIBLE = ("created", "changed", "published")  # actions after which readers see something else
MOST = 100  # changes of one kind of thing that are looked at, the latest first
_EVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A record that is new or changed, and when."""

    id: int
    kind: Kind
    ref: Ref
    title: str
    language: Language
    at: dt.datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class News:
    """A followed thing with what is new in it, the latest first."""

    thing: Thing
    changes: tuple[Change, ...]


def news(
    session: orm.Session,
    viewer: Viewer,
    follows: Sequence[Follow],
    *,
    since: dt.datetime | None = None,
    horizon: dt.datetime | None = None,
) -> list[News]:
    """Return every followed thing the viewer may read with what others changed since then, or since it was last seen.

    A record that belongs to several followed things stands at each of them. Nothing before ``horizon`` is looked at.
    """
    wanted: dict[Followed, list[str]] = defaultdict(list)
    starts = {(row.kind, row.public_id): max(since or row.seen_at, horizon or _EVER) for row in follows}
    for kind, public_id in starts:
        wanted[kind].append(public_id)
    found = things(session, viewer, wanted)
    if not found:
        return []
    told = _changes(session, viewer, wanted, since=min(starts.values()))
    return [
        News(
            one,
            tuple(change for change in told[one.kind, one.public_id] if change.at > starts[one.kind, one.public_id]),
        )
        for one in found
    ]


def new_in_networks(session: orm.Session, viewer: Viewer, *, since: dt.datetime) -> list[Change]:
    """Return the records of the viewer's own networks that are new since then, the latest first."""
    query = _of_records(viewer, sa.select(Item.id, Item.network_id), Item.id, since=since)
    rows = session.execute(query.where(Item.network_id.in_(viewer.networks)))
    return [change for change in (_change(row, since) for row in rows) if change.is_new]


_Rows = sa.Select[*tuple[Any, ...]]
_Changes = dict[tuple[Followed, str], list[Change]]


def _changes(
    session: orm.Session, viewer: Viewer, wanted: dict[Followed, list[str]], *, since: dt.datetime
) -> _Changes:
    """Return what changed in each followed thing, the latest first, each record once."""
    found: dict[tuple[Followed, str], dict[int, Change]] = defaultdict(dict)
    for kind, public_ids in wanted.items():
        for select, item, thing in _SELECTS[kind](viewer):
            query = _of_records(viewer, select, item, since=since).where(thing.in_(public_ids))
            for row in session.execute(query):
                found[kind, row[1]][row[0]] = _change(row, since)
    latest_first = {key: sorted(them.values(), key=lambda one: (one.at, one.id)) for key, them in found.items()}
    return defaultdict(list, {key: them[::-1] for key, them in latest_first.items()})


def _of_records(viewer: Viewer, select: _Rows, item: Any, *, since: dt.datetime) -> _Rows:
    """Return a select of records and things, of those published records the viewer may read and others changed."""
    others = sa.or_(History.person_id.is_(None), History.person_id != viewer.person_id)
    recent = (
        sa.select(
            History.public_id,
            sa.func.max(History.at).label("at"),
            sa.func.max(sa.case((History.action == "created", 1), else_=0)).label("made"),
        )
        .where(History.at > since, History.action.in_(VISIBLE), History.kind.in_([kind.value for kind in Kind]), others)
        .group_by(History.public_id)
        .subquery()
    )
    shown = orm.aliased(Item)
    columns = (shown.kind, shown.public_id.label("record"), shown.slug, shown.title, shown.language, shown.published_at)
    return (
        select.add_columns(*columns, recent.c.at, recent.c.made)
        .join(shown, shown.id == item)
        .join(recent, recent.c.public_id == shown.public_id)
        .where(shown.state == State.PUBLISHED, readable(viewer, shown))
        .order_by(recent.c.at.desc(), shown.id.desc())
        .limit(MOST)
    )


def _change(row: Any, since: dt.datetime) -> Change:
    return Change(
        id=row[0],
        kind=row.kind,
        ref=Ref(row.record, row.slug),
        title=row.title,
        language=row.language,
        at=row.at,
        is_new=bool(row.made) or row.published_at > since,
    )


_Select = tuple[_Rows, Any, Any]  # records with the things they belong to, and both columns
_Idea = orm.aliased(Item)
_Leaf = orm.aliased(Driver)


def _of_ideas(_viewer: Viewer) -> list[_Select]:
    """Return the idea itself, its tests, its adaptations and what cites it."""
    itself = sa.select(_Idea.id, _Idea.public_id)
    tests = sa.select(Cycle.item_id, _Idea.public_id).join(_Idea, _Idea.id == Cycle.idea_id)
    linked = sa.select(Link.source_id, _Idea.public_id).join(_Idea, _Idea.id == Link.target_id)
    links = linked.where(Link.type.in_([*ANCESTRY, LinkType.CITES]))
    return [
        (itself, _Idea.id, _Idea.public_id),
        (tests, Cycle.item_id, _Idea.public_id),
        (links, Link.source_id, _Idea.public_id),
    ]


def _of_schools(_viewer: Viewer) -> list[_Select]:
    select = sa.select(Item.id, School.public_id).join(School, School.id == Item.school_id)
    return [(select, Item.id, School.public_id)]


def _of_networks(_viewer: Viewer) -> list[_Select]:
    select = sa.select(Item.id, Network.public_id).join(Network, Network.id == Item.network_id)
    return [(select, Item.id, Network.public_id)]


def _of_drivers(viewer: Viewer) -> list[_Select]:
    """Return the ideas at a driver or at one below it, and the tests of those that the viewer may read."""
    above = sa.or_(Driver.id == _Leaf.id, Driver.id == _Leaf.parent_id)
    ideas = sa.select(DriverIdea.idea_id, Driver.public_id).join(_Leaf, _Leaf.id == DriverIdea.driver_id)
    tests = (
        sa.select(Cycle.item_id, Driver.public_id)
        .join(DriverIdea, DriverIdea.idea_id == Cycle.idea_id)
        .join(_Idea, _Idea.id == Cycle.idea_id)
        .join(_Leaf, _Leaf.id == DriverIdea.driver_id)
        .where(readable(viewer, _Idea))
    )
    return [
        (ideas.join(Driver, above), DriverIdea.idea_id, Driver.public_id),
        (tests.join(Driver, above), Cycle.item_id, Driver.public_id),
    ]


_SELECTS: dict[Followed, Callable[[Viewer], list[_Select]]] = {
    Followed.IDEA: _of_ideas,
    Followed.SCHOOL: _of_schools,
    Followed.NETWORK: _of_networks,
    Followed.DRIVER: _of_drivers,
}
