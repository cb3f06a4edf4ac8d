"""The steps of editing a driver diagram: one change each, nothing deleted, everything in the history."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, reach
from kb.drivers.models import Driver, DriverIdea
from kb.drivers.rules import DEEPEST, Move, Node, below, depth, moved, places
from kb.errors import ConflictError, InvalidError
from kb.ids import new_public_id
from kb.items.models import Item
from kb.networks import actions as networks
from kb.networks.models import Network
from kb.permissions import State

MOST = 200


def nodes(session: orm.Session, network_id: int) -> list[Node]:
    """Return the outline of a network's diagram, retired drivers too."""
    rows = session.execute(
        sa.select(Driver.id, Driver.parent_id, Driver.retired_on)
        .where(Driver.network_id == network_id)
        .order_by(Driver.position, Driver.id)
    )
    return [Node(row.id, row.parent_id, row.retired_on is not None) for row in rows]


def add(
    session: orm.Session, network: Network, title: str, *, under: Driver | None, by: int | None, now: dt.datetime
) -> Driver:
    """Add a driver as the last one below another, or as a primary driver."""
    networks.lock(session, network)
    held = nodes(session, network.id)
    if under is not None:
        session.refresh(under)
        if under.retired_on is not None or depth(held, under.id) >= DEEPEST:
            message = f"Nothing can be added below “{under.title}”. Choose another place."
            raise InvalidError(message, field="under")
    if len(held) >= MOST:
        message = f"A diagram holds at most {MOST} drivers. Join some of them."
        raise InvalidError(message, field="title")
    parent_id = under.id if under else None
    if _title_taken(session, network, parent_id, title):
        message = f"“{title}” stands there already."
        raise InvalidError(message, field="title")
    row = Driver(
        public_id=new_public_id(),
        network_id=network.id,
        parent_id=parent_id,
        position=1 + max((place for above, place in places(held).values() if above == parent_id), default=-1),
        title=title,
    )
    session.add(row)
    _record(session, network, row, "added", (), by=by, now=now)
    return row


def _title_taken(session: orm.Session, network: Network, parent_id: int | None, title: str) -> bool:
    """Say whether a driver in use has this title in this place, as after a form that was sent twice."""
    found = session.scalar(
        sa.select(Driver.id).where(
            Driver.network_id == network.id,
            Driver.parent_id.is_not_distinct_from(parent_id),
            Driver.retired_on.is_(None),
            sa.func.lower(Driver.title) == title.lower(),
        )
    )
    return found is not None


def describe(
    session: orm.Session,
    network: Network,
    driver: Driver,
    *,
    title: str,
    description: str,
    version: int,
    by: int | None,
    now: dt.datetime,
) -> None:
    """Give a driver another title and description; ConflictError if it was changed since that version."""
    _take(session, network, driver, version)
    if (driver.title, driver.description) == (title, description):
        return
    driver.title, driver.description = title, description
    driver.row_version += 1
    _record(session, network, driver, "renamed", below(nodes(session, network.id), driver.id), by=by, now=now)


def move(
    session: orm.Session,
    network: Network,
    driver: Driver,
    where: Move,
    *,
    version: int,
    by: int | None,
    now: dt.datetime,
) -> None:
    """Move a driver; at the end of its list nothing happens. ConflictError if it was changed since that version."""
    _take(session, network, driver, version)
    before = nodes(session, network.id)
    after = moved(before, driver.id, where)
    if after is None:
        return
    rows = {row.id: row for row in session.scalars(sa.select(Driver).where(Driver.network_id == network.id))}
    for driver_id, (parent_id, position) in places(after).items():
        rows[driver_id].parent_id, rows[driver_id].position = parent_id, position
    driver.row_version += 1
    reached = below(after, driver.id) if where in (Move.IN, Move.OUT) else ()
    _record(session, network, driver, "moved", reached, by=by, now=now, where=where.value)


def retire(
    session: orm.Session, network: Network, driver: Driver, *, version: int, by: int | None, now: dt.datetime
) -> None:
    """Take a driver out of the diagram; its ideas and its history stay. Twice is once."""
    _take(session, network, driver, version)
    if driver.retired_on is not None:
        return
    held = nodes(session, network.id)
    if any(node.parent == driver.id and not node.retired for node in held):
        message = f"Drivers stand below “{driver.title}”. Move them out or retire them first."
        raise InvalidError(message)
    driver.retired_on = now.date()
    driver.row_version += 1
    _record(session, network, driver, "retired", [driver.id], by=by, now=now)


def bring_back(
    session: orm.Session, network: Network, driver: Driver, *, version: int, by: int | None, now: dt.datetime
) -> None:
    """Put a retired driver back in its place. Twice is once."""
    _take(session, network, driver, version)
    if driver.retired_on is None:
        return
    above = session.get(Driver, driver.parent_id) if driver.parent_id else None
    if above is not None and above.retired_on is not None:
        message = f"It stands below “{above.title}”, which is retired. Bring that one back first."
        raise InvalidError(message)
    driver.retired_on = None
    driver.row_version += 1
    _record(session, network, driver, "brought back", [driver.id], by=by, now=now)


def link(
    session: orm.Session, network: Network, driver: Driver, idea: Item, *, by: int | None, now: dt.datetime
) -> None:
    """Say that an idea of the network is meant to move a driver. Twice is once."""
    networks.lock(session, network)
    if session.get(DriverIdea, (idea.id, driver.id)) is None:
        session.add(DriverIdea(idea_id=idea.id, driver_id=driver.id))
        _record(session, network, driver, "idea linked", [driver.id], by=by, now=now, idea=idea.public_id)


def unlink(
    session: orm.Session, network: Network, driver: Driver, idea: Item, *, by: int | None, now: dt.datetime
) -> None:
    """Take that back; a published idea keeps at least one driver. Twice is once."""
    networks.lock(session, network)
    row = session.get(DriverIdea, (idea.id, driver.id))
    if row is None:
        return
    others = session.scalar(
        sa.select(sa.func.count())
        .select_from(DriverIdea)
        .where(DriverIdea.idea_id == idea.id, DriverIdea.driver_id != driver.id)
    )
    if not others and idea.state is not State.DRAFT:
        message = "This is the only driver of the idea. Link it to another one first."
        raise InvalidError(message)
    reached = reach.of_items(session, [idea.id])
    session.delete(row)
    _record(session, network, driver, "idea unlinked", [driver.id], by=by, now=now, also=reached, idea=idea.public_id)


def _take(session: orm.Session, network: Network, driver: Driver, version: int) -> None:
    """Lock the diagram and read the driver again; ConflictError if somebody changed it since."""
    networks.lock(session, network)
    session.refresh(driver)
    if driver.row_version != version:
        message = f"Somebody else changed “{driver.title}” in the meantime."
        raise ConflictError(message)


def _record(
    session: orm.Session,
    network: Network,
    driver: Driver,
    action: str,
    reached: Sequence[int],
    *,
    by: int | None,
    now: dt.datetime,
    also: Collection[int] = (),
    **facts: Any,
) -> None:
    """Write the history row; the ideas of the drivers ``reached``, and what tests them, are read again."""
    session.flush()
    ideas = session.scalars(sa.select(DriverIdea.idea_id).where(DriverIdea.driver_id.in_(reached))).all()
    touched = reach.of_items(session, set(ideas)) | set(also)
    facts["network"] = network.public_id
    history.record(session, action, kind="driver", public_id=driver.public_id, by=by, now=now, touches=touched, **facts)
