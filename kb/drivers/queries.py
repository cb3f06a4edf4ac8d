"""Reads on drivers: those an idea acts on, and the diagram of a network with its ideas."""

from collections import defaultdict
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import rows
from kb.drivers.models import Driver, DriverIdea
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind, Language
from kb.networks.models import Network
from kb.permissions import Viewer

_Parent = orm.aliased(Driver, name="parent")
_DRIVERS_OF = (
    sa.select(
        Driver.public_id,
        Driver.title,
        _Parent.title.label("primary"),
        Network.name,
        Network.public_id.label("network_id"),
        Network.slug,
    )
    .join(DriverIdea, DriverIdea.driver_id == Driver.id)
    .join(Network, Network.id == Driver.network_id)
    .outerjoin(_Parent, _Parent.id == Driver.parent_id)
    .where(DriverIdea.idea_id == sa.bindparam("of"), Driver.retired_on.is_(None))
    .order_by(Driver.position, Driver.id)
)


@dataclass(frozen=True, slots=True)
class DriverLine:
    """A driver of an idea: its own title, the primary driver above it, and the network whose diagram it is in."""

    public_id: str
    title: str
    primary: str
    network_name: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class DriverIdeaLine:
    """An idea under a driver."""

    id: int
    ref: Ref
    title: str
    language: Language
    kind: Kind = Kind.IDEA


@dataclass(frozen=True, slots=True)
class Branch:
    """A driver of the diagram with what hangs below it."""

    id: int
    public_id: str
    title: str
    description: str
    branches: list["Branch"] = field(default_factory=list)
    ideas: list[DriverIdeaLine] = field(default_factory=list)


def drivers_of(session: orm.Session, idea_id: int) -> list[DriverLine]:
    """Return the drivers of an idea that the caller was allowed to read, without the retired ones."""
    found = rows(session, _DRIVERS_OF, {"of": idea_id})
    return [
        DriverLine(row.public_id, row.title, row.primary or "", row.name, Ref(row.network_id, row.slug))
        for row in found
    ]


def diagram(session: orm.Session, viewer: Viewer, network_id: int) -> list[Branch]:
    """Return the primary drivers of a network, each with its secondary drivers and the ideas the viewer may read."""
    drivers = session.execute(
        sa.select(Driver.id, Driver.parent_id, Driver.public_id, Driver.title, Driver.description)
        .where(Driver.network_id == network_id, Driver.retired_on.is_(None))
        .order_by(Driver.position, Driver.id)
    ).all()
    ideas = _ideas(session, viewer, network_id)
    made = {row.id: Branch(row.id, row.public_id, row.title, row.description, ideas=ideas[row.id]) for row in drivers}
    for row in drivers:
        if row.parent_id in made:
            made[row.parent_id].branches.append(made[row.id])
    return [made[row.id] for row in drivers if row.parent_id not in made]


def _ideas(session: orm.Session, viewer: Viewer, network_id: int) -> dict[int, list[DriverIdeaLine]]:
    found: dict[int, list[DriverIdeaLine]] = defaultdict(list)
    ideas = session.execute(
        sa.select(DriverIdea.driver_id, Item.id, Item.public_id, Item.slug, Item.title, Item.language)
        .join(Driver, Driver.id == DriverIdea.driver_id)
        .join(Item, Item.id == DriverIdea.idea_id)
        .where(Driver.network_id == network_id, readable(viewer))
        .order_by(Item.title)
    )
    for row in ideas:
        found[row.driver_id].append(DriverIdeaLine(row.id, Ref(row.public_id, row.slug), row.title, row.language))
    return found


def primary_drivers(session: orm.Session) -> list[DriverLine]:
    """Return the primary drivers of all networks, to browse by."""
    found = session.execute(
        sa.select(Driver.public_id, Driver.title, Network.name, Network.public_id.label("network_id"), Network.slug)
        .join(Network, Network.id == Driver.network_id)
        .where(Driver.parent_id.is_(None), Driver.retired_on.is_(None))
        .order_by(Network.name, Driver.position, Driver.id)
        .limit(60)
    )
    return [DriverLine(row.public_id, row.title, "", row.name, Ref(row.network_id, row.slug)) for row in found]
