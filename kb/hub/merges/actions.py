"""Merges a duplicate idea into another, and takes the two apart again.

Cycles, links, drivers, followers, comments and places in change packages move to the idea that is kept; it "supersedes"
the duplicate, whose address leads to it. A link that both have stays with the duplicate, where nobody sees it. Whatever
moved is noted by id, without a word of the records, so that it can move back.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, reach
from kb.cycles.models import Cycle
from kb.drivers.models import DriverIdea
from kb.errors import ConflictError, InvalidError, LoopError
from kb.following.comments import actions as comments
from kb.following.models import Follow
from kb.following.rules import Followed
from kb.ideas.models import IdeaMerge
from kb.items.links import lock_lineage, refuse_loop
from kb.items.models import Item, Link
from kb.items.rules import ANCESTRY, Kind, LinkType
from kb.packages.models import PackageEntry
from kb.permissions import State
from kb.writing import actions as writing

NOTHING: dict[str, Any] = {
    "cycles": [],
    "links": [],
    "drivers": [],
    "packages": [],
    "followers": [],
    "supersedes": False,
}


def merge(session: orm.Session, duplicate: Item, kept: Item, *, by: int, now: dt.datetime) -> IdeaMerge:
    """Merge a published idea into another one; LoopError where the kept one would become its own ancestor."""
    _lock(session, duplicate, kept)
    if duplicate.id == kept.id or {duplicate.kind, kept.kind} != {Kind.IDEA}:
        message = "Choose another idea."
        raise InvalidError(message, field="into")
    if {duplicate.state, kept.state} != {State.PUBLISHED}:
        message = "Only two published ideas can be merged. One of them is not published any more."
        raise ConflictError(message, field="into")
    reached = reach.of_items(session, [duplicate.id, kept.id]) | _linked(session, duplicate)
    writing.withdraw(session, duplicate, by=by, now=now)
    moved: dict[str, Any] = {
        "cycles": _move_cycles(session, duplicate, kept),
        "links": _move_links(session, duplicate, kept),
        "drivers": _add_drivers(session, duplicate, kept),
        "packages": _move_entries(session, duplicate, kept),
        "followers": _move_followers(session, duplicate, kept),
        "comments": comments.move(session, duplicate, kept),
        "supersedes": _supersede(session, duplicate, kept),
    }
    if (stale := session.get(IdeaMerge, duplicate.id)) is not None:  # its school put it up again since
        session.delete(stale)
        session.flush()
    row = IdeaMerge(idea_id=duplicate.id, into_id=kept.id, at=now, person_id=by, moved=moved)
    session.add(row)
    session.flush()
    _refuse_loop(session, kept)
    touched = reached | reach.of_items(session, [duplicate.id, kept.id])
    history.record(
        session, "merged", kind="idea", public_id=duplicate.public_id, by=by, now=now, touches=touched,
        into=kept.public_id, cycles=len(moved["cycles"]), links=len(moved["links"]),
    )  # fmt: skip
    return row


def take_apart(session: orm.Session, row: IdeaMerge, *, by: int, now: dt.datetime) -> Item:
    """Undo a merge: the duplicate is published again, with what came from it and is still where the merge put it."""
    duplicate, kept = session.get_one(Item, row.idea_id), session.get_one(Item, row.into_id)
    _lock(session, duplicate, kept)
    if session.get(IdeaMerge, kept.id) is not None:
        message = "The idea it went into was merged too. Take that merge apart first."
        raise ConflictError(message)
    if duplicate.state is State.ERASED:
        message = "The merged idea was erased and does not come back."
        raise ConflictError(message)
    moved: dict[str, Any] = {**NOTHING, **row.moved}  # a merge that came with an import moved nothing here
    reached = reach.of_items(session, [duplicate.id, kept.id]) | _linked(session, kept)
    _return_cycles(session, moved["cycles"], duplicate, kept)
    _return_links(session, moved, duplicate, kept)
    _delete(session, DriverIdea, DriverIdea.idea_id == kept.id, DriverIdea.driver_id.in_(moved["drivers"]))
    for package_id in moved["packages"]:
        _rename_entry(session, package_id, kept, duplicate)
    _return_followers(session, moved["followers"], duplicate, now)
    comments.move(session, kept, duplicate, only=row.moved.get("comments", ()))
    session.delete(row)
    session.flush()
    session.expire_all()
    writing.publish_again(session, duplicate, by=by, now=now)  # unless its school has done so already
    _refuse_loop(session, duplicate)
    touched = reached | reach.of_items(session, [duplicate.id, kept.id])
    history.record(
        session, "taken apart", kind="idea", public_id=duplicate.public_id, by=by, now=now, touches=touched,
        out_of=kept.public_id,
    )  # fmt: skip
    return duplicate


def _lock(session: orm.Session, *items: Item) -> None:
    lock_lineage(session)
    for item in sorted(items, key=lambda item: item.id):
        session.refresh(item, with_for_update=True)


def _linked(session: orm.Session, item: Item) -> set[int]:
    """Return every item that a link of this one begins or ends at."""
    pairs = session.execute(
        sa.select(Link.source_id, Link.target_id).where(sa.or_(Link.source_id == item.id, Link.target_id == item.id))
    )
    return {one for pair in pairs for one in pair}


def _edition(item: Item) -> int:
    return max(1, item.edition)


def _move_cycles(session: orm.Session, duplicate: Item, kept: Item) -> list[list[int]]:
    """Let every test of the duplicate be one of the kept idea as it stands; return cycle and edition of each."""
    tests = session.execute(sa.select(Cycle.item_id, Cycle.idea_edition).where(Cycle.idea_id == duplicate.id)).all()
    session.execute(
        sa.update(Cycle).where(Cycle.idea_id == duplicate.id).values(idea_id=kept.id, idea_edition=_edition(kept))
    )
    return [[row.item_id, row.idea_edition] for row in tests]


def _return_cycles(session: orm.Session, moved: Iterable[list[int]], duplicate: Item, kept: Item) -> None:
    for cycle_id, edition in moved:
        session.execute(
            sa.update(Cycle)
            .where(Cycle.item_id == cycle_id, Cycle.idea_id == kept.id)
            .values(idea_id=duplicate.id, idea_edition=edition)
        )


def _move_links(session: orm.Session, duplicate: Item, kept: Item) -> list[list[Any]]:
    """Move each link but those between the two and those both have; return other end, direction, type and edition."""
    both = sa.or_(Link.source_id == duplicate.id, Link.target_id == duplicate.id)
    moved = []
    for link in session.scalars(sa.select(Link).where(both).order_by(Link.id)).all():
        is_outgoing = link.source_id == duplicate.id
        other = link.target_id if is_outgoing else link.source_id
        if other == kept.id or _link(session, kept.id, other, link.type, outgoing=is_outgoing) is not None:
            continue
        moved.append([other, is_outgoing, link.type.value, link.target_edition])
        if is_outgoing:
            link.source_id = kept.id
        else:
            link.target_id, link.target_edition = kept.id, _edition(kept)
    session.flush()
    return moved


def _return_links(session: orm.Session, moved: dict[str, Any], duplicate: Item, kept: Item) -> None:
    for other, is_outgoing, kind, edition in moved["links"]:
        link = _link(session, kept.id, other, LinkType(kind), outgoing=is_outgoing)
        if link is None or _link(session, duplicate.id, other, LinkType(kind), outgoing=is_outgoing) is not None:
            continue
        if is_outgoing:
            link.source_id = duplicate.id
        else:
            link.target_id, link.target_edition = duplicate.id, edition
    if moved["supersedes"]:
        _delete(
            session,
            Link,
            Link.source_id == kept.id,
            Link.target_id == duplicate.id,
            Link.type == LinkType.SUPERSEDES,
        )
    session.flush()


def _link(session: orm.Session, one: int, other: int, kind: LinkType, *, outgoing: bool) -> Link | None:
    source, target = (one, other) if outgoing else (other, one)
    return session.scalar(sa.select(Link).where(Link.source_id == source, Link.target_id == target, Link.type == kind))


def _supersede(session: orm.Session, duplicate: Item, kept: Item) -> bool:
    """Link the kept idea to the duplicate; return whether the link is new."""
    if _link(session, kept.id, duplicate.id, LinkType.SUPERSEDES, outgoing=True) is not None:
        return False
    session.add(
        Link(
            source_id=kept.id,
            target_id=duplicate.id,
            target_edition=_edition(duplicate),
            type=LinkType.SUPERSEDES,
        )
    )
    return True


def _add_drivers(session: orm.Session, duplicate: Item, kept: Item) -> list[int]:
    """Let the kept idea act on the duplicate's drivers too; return those that are new to it."""
    held = sa.select(DriverIdea.driver_id).where(DriverIdea.idea_id == kept.id)
    new = session.scalars(
        sa.select(DriverIdea.driver_id).where(DriverIdea.idea_id == duplicate.id, DriverIdea.driver_id.not_in(held))
    ).all()
    session.add_all(DriverIdea(idea_id=kept.id, driver_id=driver_id) for driver_id in new)
    session.flush()
    return list(new)


def _move_entries(session: orm.Session, duplicate: Item, kept: Item) -> list[int]:
    """Put the kept idea in the duplicate's place in change packages that have only the one; return these packages."""
    held = sa.select(PackageEntry.package_id).where(PackageEntry.item_id == kept.id)
    packages = session.scalars(
        sa.select(PackageEntry.package_id).where(
            PackageEntry.item_id == duplicate.id, PackageEntry.package_id.not_in(held)
        )
    ).all()
    for package_id in packages:
        _rename_entry(session, package_id, duplicate, kept)
    return list(packages)


def _rename_entry(session: orm.Session, package_id: int, one: Item, other: Item) -> None:
    session.execute(
        sa.update(PackageEntry)
        .where(PackageEntry.package_id == package_id, PackageEntry.item_id == one.id)
        .values(item_id=other.id)
    )


def _move_followers(session: orm.Session, duplicate: Item, kept: Item) -> list[int]:
    """Let whoever follows the duplicate follow the kept idea; return the people."""
    followers = session.scalars(sa.select(Follow).where(*_follows(duplicate))).all()
    already = set(session.scalars(sa.select(Follow.person_id).where(*_follows(kept))))
    for row in followers:
        if row.person_id in already:
            session.delete(row)
        else:
            row.public_id = kept.public_id
    session.flush()
    return [row.person_id for row in followers]


def _return_followers(session: orm.Session, people: Iterable[int], duplicate: Item, now: dt.datetime) -> None:
    """Let them follow both: which of the two they meant nobody knows any more."""
    held = set(session.scalars(sa.select(Follow.person_id).where(*_follows(duplicate))))
    session.add_all(
        Follow(person_id=person, kind=Followed.IDEA, public_id=duplicate.public_id, created_at=now, seen_at=now)
        for person in people
        if person not in held
    )


def _follows(item: Item) -> tuple[sa.ColumnElement[bool], ...]:
    return (Follow.kind == Followed.IDEA, Follow.public_id == item.public_id)


def _delete(session: orm.Session, table: type[Any], *conditions: sa.ColumnElement[bool]) -> None:
    session.execute(sa.delete(table).where(*conditions))


def _refuse_loop(session: orm.Session, item: Item) -> None:
    parents = set(session.scalars(sa.select(Link.target_id).where(Link.source_id == item.id, Link.type.in_(ANCESTRY))))
    try:
        refuse_loop(session, item, parents)
    except LoopError as error:
        message = "One of the two descends from the other through a third idea, so they are not the same idea."
        raise LoopError(message, field="into") from error
