"""Reads on whose a record is."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.ids import Ref
from kb.items.models import Item
from kb.networks.models import Network, SchoolNetwork
from kb.schools.models import School


@dataclass(frozen=True, slots=True)
class Whose:
    """The school and the network of a record; ``member``: the school is in the network today."""

    school: str
    school_ref: Ref | None
    network: str
    network_ref: Ref | None
    member: bool


def whose(session: orm.Session, item: Item, today: dt.date) -> Whose:
    """Return whose the record is."""
    school = session.get(School, item.school_id) if item.school_id is not None else None
    network = session.get(Network, item.network_id) if item.network_id is not None else None
    member = school is not None and session.scalar(
        sa.select(sa.true())
        .where(SchoolNetwork.school_id == school.id, SchoolNetwork.network_id == item.network_id)
        .where(SchoolNetwork.current(today))
        .limit(1)
    )
    return Whose(
        school=school.name if school else "",
        school_ref=school.ref if school else None,
        network=network.name if network else "",
        network_ref=network.ref if network else None,
        member=bool(member),
    )
