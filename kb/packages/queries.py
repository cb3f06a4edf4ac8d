"""Reads on change packages. What is in one is read as cards, so nobody sees more of a record than they may."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import rows
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.networks.models import Network
from kb.packages.models import Package, PackageEntry
from kb.permissions import Permission, Viewer, can

_HOLDING = (  # built once: that takes longer than running it
    sa.select(Package.public_id, Package.slug, Package.title)
    .join(PackageEntry, PackageEntry.package_id == Package.id)
    .where(
        PackageEntry.item_id == sa.bindparam("item"),
        sa.or_(Package.is_public, Package.network_id.in_(sa.bindparam("curates", expanding=True))),
    )
    .order_by(Package.title, Package.id)
)


class Holding(NamedTuple):
    """A package that holds a record."""

    ref: Ref
    title: str


def visible_packages(viewer: Viewer) -> sa.Select[Package]:
    """Return the select of all packages the viewer may read; the SQL twin of ``PACKAGE_READ``."""
    return sa.select(Package).where(sa.or_(Package.is_public, Package.network_id.in_(viewer.curates)))


def package_by_ref(session: orm.Session, viewer: Viewer, ref: Ref) -> Package:
    """Return the package, or raise NotFoundError."""
    found = session.scalar(sa.select(Package).where(Package.public_id == ref.public_id))
    if found is None or not can(viewer, Permission.PACKAGE_READ, found):
        raise NotFoundError
    return found


def packages(session: orm.Session, viewer: Viewer, network_id: int | None = None) -> Sequence[Package]:
    """Return the packages the viewer may read, of one network or of all, by title."""
    query = visible_packages(viewer).order_by(Package.title, Package.id)
    return session.scalars(query if network_id is None else query.where(Package.network_id == network_id)).all()


def editable(session: orm.Session, viewer: Viewer) -> Sequence[Package]:
    """Return the packages the viewer may edit, the latest first."""
    query = sa.select(Package).where(Package.network_id.in_(viewer.curates))
    return session.scalars(query.order_by(Package.updated_at.desc(), Package.id)).all()


def entries(session: orm.Session, viewer: Viewer, package: Package) -> list[tuple[int, str]]:
    """Return the item id and the note of every entry the viewer may read, in order."""
    found = session.execute(
        sa.select(PackageEntry.item_id, PackageEntry.note)
        .join(Item, Item.id == PackageEntry.item_id)
        .where(PackageEntry.package_id == package.id, readable(viewer))
        .order_by(PackageEntry.position)
    )
    return [(item_id, note) for item_id, note in found]


def network_of(session: orm.Session, package: Package) -> Network:
    """Return the network whose package it is."""
    return session.get_one(Network, package.network_id)


def curated_networks(session: orm.Session, viewer: Viewer) -> Sequence[Network]:
    """Return the networks the viewer curates, by name."""
    return session.scalars(sa.select(Network).where(Network.id.in_(viewer.curates)).order_by(Network.name)).all()


def holding(session: orm.Session, viewer: Viewer, item_id: int) -> list[Holding]:
    """Return the packages the viewer may read that hold this record, by title."""
    found = rows(session, _HOLDING, {"item": item_id, "curates": list(viewer.curates)})
    return [Holding(Ref(row.public_id, row.slug), row.title) for row in found]
