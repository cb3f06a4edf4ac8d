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
MOST = 300  # changes that are looked at, the latest first
BATCH = 200


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
    network_id: int | None


@dataclass(frozen=True, slots=True)
class News:
    """A followed thing with what is new in it, the latest first."""

    thing: Thing
    changes: tuple[Change, ...]


def news(
    session: orm.Session, viewer: Viewer, follows: Sequence[Follow], *, since: dt.datetime | None = None
) -> list[News]:
    """Return every followed thing the viewer may read with what others changed since then, or since it was last seen.

    A record that belongs to several followed things stands at each of them.
    """
    wanted: dict[Followed, list[str]] = defaultdict(list)
    starts = {(row.kind, row.public_id): since or row.seen_at for row in follows}
    for kind, public_id in starts:
        wanted[kind].append(public_id)
    found = things(session, viewer, wanted)
    if not found:
        return []
    changes = {one.id: one for one in changed(session, viewer, since=min(starts.values()))}
    belong = _belonging(session, viewer, wanted, sorted(changes))
    return [
        News(
            thing,
            tuple(
                change
                for change in changes.values()
                if change.id in belong[thing.kind, thing.public_id] and change.at > starts[thing.kind, thing.public_id]
            ),
        )
        for thing in found
    ]


def changed(session: orm.Session, viewer: Viewer, *, since: dt.datetime) -> list[Change]:
    """Return the published records that the viewer may read and somebody else changed since then, the latest first."""
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
    columns = (Item.id, Item.kind, Item.public_id, Item.slug, Item.title, Item.language, Item.published_at)
    rows = session.execute(
        sa.select(*columns, Item.network_id, recent.c.at, recent.c.made)
        .join(recent, recent.c.public_id == Item.public_id)
        .where(Item.state == State.PUBLISHED, readable(viewer))
        .order_by(recent.c.at.desc(), Item.id.desc())
        .limit(MOST)
    )
    return [
        Change(
            id=row.id,
            kind=row.kind,
            ref=Ref(row.public_id, row.slug),
            title=row.title,
            language=row.language,
            at=row.at,
            is_new=bool(row.made) or row.published_at > since,
            network_id=row.network_id,
        )
        for row in rows
    ]


_Belonging = dict[tuple[Followed, str], set[int]]


def _belonging(
    session: orm.Session, viewer: Viewer, wanted: dict[Followed, list[str]], ids: Sequence[int]
) -> _Belonging:
    """Return which of these records belong to which followed thing."""
    found: _Belonging = defaultdict(set)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for kind, public_ids in wanted.items():
            for select, item, thing in _SELECTS[kind](viewer):
                for item_id, public_id in session.execute(select.where(item.in_(batch), thing.in_(public_ids))):
                    found[kind, public_id].add(item_id)
    return found


_Select = tuple[sa.Select[int, str], Any, Any]  # records with the things they belong to, and both columns
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
