"""The verbs of driver diagrams: a network is saved together with its drivers."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, reach
from kb.drivers.models import Driver, DriverIdea
from kb.errors import InvalidError
from kb.networks import actions as networks
from kb.networks.document import DriverEntry, NetworkDocument
from kb.networks.models import Network


def save(session: orm.Session, document: NetworkDocument, *, by: int | None, now: dt.datetime) -> Network:
    """Create or change a network with its drivers; every item it reaches is named to the change feed.

    A driver that is no longer named goes; InvalidError if an idea still acts on it (retire it instead).
    """
    before = session.scalar(sa.select(Network.id).where(Network.public_id == document.id))
    network = networks.write(session, document)
    reached = _replace_drivers(session, network, document)
    history.record(
        session,
        "created" if before is None else "changed",
        kind="network",
        public_id=document.id,
        by=by,
        now=now,
        touches=reached | reach.of_network(session, network.id),
    )
    return network


def _replace_drivers(session: orm.Session, network: Network, document: NetworkDocument) -> set[int]:
    """Write the drivers and return what their ideas reach."""
    rows = {row.public_id: row for row in session.scalars(sa.select(Driver).where(Driver.network_id == network.id))}
    ids = [row.id for row in rows.values()]
    ideas = session.execute(sa.select(DriverIdea.driver_id, DriverIdea.idea_id).where(DriverIdea.driver_id.in_(ids)))
    used = {(driver_id, idea_id) for driver_id, idea_id in ideas}
    gone = [row for public_id, row in rows.items() if public_id not in set(document.driver_ids())]
    _refuse_used(gone, {driver_id for driver_id, _ in used})
    _refuse_foreign(session, network, document)
    _write(session, network, rows, document.drivers, parent=None)
    for row in gone:
        row.parent_id = None
    session.flush()
    for row in gone:
        session.delete(row)
    session.flush()
    return reach.of_items(session, {idea_id for _, idea_id in used})


def _refuse_used(gone: Sequence[Driver], used: set[int]) -> None:
    for row in gone:
        if row.id in used:
            message = (
                f"The driver {row.public_id} (“{row.title}”) is missing, but ideas act on it. "
                "Put it back and write “retired:” with a date."
            )
            raise InvalidError(message, field="drivers")


def _refuse_foreign(session: orm.Session, network: Network, document: NetworkDocument) -> None:
    taken = session.scalar(
        sa.select(Driver.public_id).where(Driver.public_id.in_(document.driver_ids()), Driver.network_id != network.id)
    )
    if taken is not None:
        message = f"The driver id {taken} belongs to another network. Public ids are never reused: choose a new one."
        raise InvalidError(message, field="drivers")


def _write(
    session: orm.Session,
    network: Network,
    rows: dict[str, Driver],
    entries: Sequence[DriverEntry],
    *,
    parent: Driver | None,
) -> None:
    for position, entry in enumerate(entries):
        row = rows.get(entry.id)
        if row is None:
            row = Driver(public_id=entry.id, network_id=network.id)
            session.add(row)
        told = (entry.title, entry.description, entry.retired, parent.id if parent else None)
        if row.row_version and told != (row.title, row.description, row.retired_on, row.parent_id):
            row.row_version += 1
        row.parent_id = parent.id if parent else None
        row.position = position
        row.title, row.description, row.retired_on = entry.title, entry.description, entry.retired
        session.flush()
        _write(session, network, rows, entry.drivers, parent=row)
