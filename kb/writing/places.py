"""Where somebody may write something new: their schools with the networks of these, and the networks they curate."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.networks.models import Network, SchoolNetwork
from kb.permissions import Place, Viewer
from kb.schools.models import School


@dataclass(frozen=True, slots=True)
class WritingPlace:
    """A place with its names. ``key`` is what a form sends."""

    place: Place
    school: str | None
    school_name: str
    network: str | None
    network_name: str

    @property
    def key(self) -> str:
        """The public ids of school and network."""
        return f"{self.school or ''}.{self.network or ''}"

    @property
    def words(self) -> str:
        """What people read."""
        return " · ".join(filter(None, (self.school_name, self.network_name)))


def places(session: orm.Session, viewer: Viewer, today: dt.date) -> list[WritingPlace]:
    """Return every place at which the viewer may write."""
    found = session.execute(
        sa.select(School.id, School.public_id, School.name, Network.id, Network.public_id, Network.name)
        .select_from(School)
        .outerjoin(SchoolNetwork, sa.and_(SchoolNetwork.school_id == School.id, SchoolNetwork.current(today)))
        .outerjoin(Network, Network.id == SchoolNetwork.network_id)
        .where(School.id.in_(viewer.contributes_to))
        .order_by(School.name, Network.name)
    )
    at_schools = [
        WritingPlace(Place(school_id, network_id), school, name, network, network_name or "")
        for school_id, school, name, network_id, network, network_name in found
    ]
    hubs = session.execute(
        sa.select(Network.id, Network.public_id, Network.name)
        .where(Network.id.in_(viewer.curates))
        .order_by(Network.name)
    )
    return at_schools + [WritingPlace(Place(None, row.id), None, "", row.public_id, row.name) for row in hubs]


def place_of(session: orm.Session, viewer: Viewer, today: dt.date, key: str | None) -> WritingPlace | None:
    """Return the place a form names, the only one there is, or None."""
    found = places(session, viewer, today)
    if len(found) == 1:
        return found[0]
    return next((one for one in found if one.key == key), None)
