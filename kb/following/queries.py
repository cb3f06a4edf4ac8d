"""Reads on what people follow. What a person may no longer read is not named to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.drivers.models import Driver
from kb.errors import NotFoundError
from kb.following.models import Follow
from kb.following.rules import Followed
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind, Language
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.schools.models import School


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be followed. ``page`` stands in the address of its page: for a driver that of its network."""

    kind: Followed
    public_id: str
    name: str
    page: Ref
    language: Language = Language.EN


def thing(session: orm.Session, viewer: Viewer, kind: str, ref: Ref) -> Thing:
    """Return what the viewer wants to follow, or raise NotFoundError: also where it may not be read."""
    if kind not in set(Followed):
        raise NotFoundError
    found = things(session, viewer, {Followed(kind): [ref.public_id]})
    if not found:
        raise NotFoundError
    return found[0]


def is_following(session: orm.Session, viewer: Viewer, kind: Followed, public_id: str) -> bool | None:
    """Say whether the viewer follows it; None for a visitor without an account, who cannot."""
    if viewer.is_anonymous:
        return None
    return public_id in followed_ids(session, viewer, kind, [public_id])


def followed_ids(
    session: orm.Session, viewer: Viewer, kind: Followed, among: Collection[str] | None = None
) -> frozenset[str]:
    """Return the public ids of this kind that the viewer follows."""
    if viewer.is_anonymous:
        return frozenset()
    query = sa.select(Follow.public_id).where(Follow.person_id == viewer.person_id, Follow.kind == kind)
    return frozenset(session.scalars(query if among is None else query.where(Follow.public_id.in_(among))))


def follows_of(session: orm.Session, viewer: Viewer) -> Sequence[Follow]:
    """Return everything the viewer follows, the oldest first."""
    return session.scalars(sa.select(Follow).where(Follow.person_id == viewer.person_id).order_by(Follow.id)).all()


def things(session: orm.Session, viewer: Viewer, wanted: dict[Followed, list[str]]) -> list[Thing]:
    """Return those of the things that the viewer may read, by name."""
    found: list[Thing] = []
    if ids := wanted.get(Followed.IDEA):
        found += _ideas(session, viewer, ids)
    for kind, table in ((Followed.SCHOOL, School), (Followed.NETWORK, Network)):
        if ids := wanted.get(kind):
            rows = session.execute(sa.select(table.public_id, table.slug, table.name).where(table.public_id.in_(ids)))
            found += [Thing(kind, row.public_id, row.name, Ref(row.public_id, row.slug)) for row in rows]
    if ids := wanted.get(Followed.DRIVER):
        found += _drivers(session, ids)
    return sorted(found, key=lambda one: (list(Followed).index(one.kind), one.name.casefold(), one.public_id))


def _ideas(session: orm.Session, viewer: Viewer, ids: Sequence[str]) -> list[Thing]:
    rows = session.execute(
        sa.select(Item.public_id, Item.slug, Item.title, Item.language).where(
            Item.public_id.in_(ids), Item.kind == Kind.IDEA, Item.state == State.PUBLISHED, readable(viewer)
        )
    )
    return [Thing(Followed.IDEA, row.public_id, row.title, Ref(row.public_id, row.slug), row.language) for row in rows]


def _drivers(session: orm.Session, ids: Sequence[str]) -> list[Thing]:
    rows = session.execute(
        sa.select(Driver.public_id, Driver.title, Network.public_id.label("network_id"), Network.slug)
        .join(Network, Network.id == Driver.network_id)
        .where(Driver.public_id.in_(ids), Driver.retired_on.is_(None))
    )
    return [Thing(Followed.DRIVER, row.public_id, row.title, Ref(row.network_id, row.slug)) for row in rows]
