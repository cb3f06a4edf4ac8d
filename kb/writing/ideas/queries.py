"""Reads for the form of an idea: the drivers to choose from, and the ideas it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.drivers.models import Driver
from kb.ids import PUBLIC_ID
from kb.items.models import Item
from kb.items.queries import visible_items
from kb.items.rules import Kind
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.writing import kinds


@dataclass(frozen=True, slots=True)
class Parent:
    """An idea that another one comes from, as the form names it."""

    item: Item
    document: Any


def driver_choices(session: orm.Session, networks: Iterable[str | None], kept: Sequence[str]) -> list[tuple[str, str]]:
    """Return the drivers of the networks in the order of their diagrams, and those that the idea has already."""
    upper = orm.aliased(Driver)
    wanted = [network for network in networks if network]
    found = session.execute(
        sa.select(Driver.public_id, Driver.title, upper.title, Network.name)
        .join(Network, Network.id == Driver.network_id)
        .outerjoin(upper, upper.id == Driver.parent_id)
        .where(
            sa.or_(
                sa.and_(Network.public_id.in_(wanted), Driver.retired_on.is_(None)),
                Driver.public_id.in_(kept),
            )
        )
        .order_by(
            Network.name, sa.func.coalesce(upper.position, Driver.position), upper.id.is_not(None), Driver.position
        )
    ).all()
    several = len({network for _, _, _, network in found}) > 1
    return [
        (public_id, ": ".join(filter(None, (network if several else "", above, title))))
        for public_id, title, above, network in found
    ]


def secondary(session: orm.Session, public_ids: Sequence[str]) -> set[str]:
    """Return those of these drivers that stand below another one."""
    below = sa.select(Driver.public_id).where(Driver.public_id.in_(public_ids), Driver.parent_id.is_not(None))
    return set(session.scalars(below))


def parents(session: orm.Session, viewer: Viewer, public_ids: Iterable[str]) -> list[Parent]:
    """Return the published ideas with these ids that the viewer may read, in the order of the ids."""
    wanted = [one for one in dict.fromkeys(public_ids) if PUBLIC_ID.fullmatch(one)][:8]
    found = {
        item.public_id: item
        for item in session.scalars(
            visible_items(viewer).where(
                Item.public_id.in_(wanted), Item.kind == Kind.IDEA, Item.state == State.PUBLISHED
            )
        )
    }
    return [Parent(found[one], kinds.document_of(session, found[one])) for one in wanted if one in found]


def titles(session: orm.Session, viewer: Viewer, public_ids: Iterable[str]) -> dict[str, str]:
    """Return the titles of the items among these that the viewer may read."""
    found = visible_items(viewer).with_only_columns(Item.public_id, Item.title).where(Item.public_id.in_(public_ids))
    return dict(session.execute(found).all())
