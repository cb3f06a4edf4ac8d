"""Reads on networks. The register is public; what the members wrote is not read here."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import NotFoundError
from kb.ids import Ref
from kb.networks.models import Network, OpenQuestion, SchoolNetwork
from kb.permissions import Viewer
from kb.schools.models import School


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question and the network that asks it."""

    text: str
    network_name: str
    ref: Ref


def network_by_ref(session: orm.Session, _viewer: Viewer, ref: Ref) -> Network:
    """Return the network with its open questions, or raise NotFoundError."""
    network = session.scalar(
        sa.select(Network).where(Network.public_id == ref.public_id).options(orm.joinedload(Network.questions))
    )
    if network is None:
        raise NotFoundError
    return network


def networks(session: orm.Session) -> Sequence[Network]:
    """Return all networks by name."""
    return session.scalars(sa.select(Network).order_by(Network.name, Network.id)).all()


def members(session: orm.Session, network_id: int, today: dt.date) -> Sequence[School]:
    """Return the schools that are members today, by name."""
    return session.scalars(
        sa.select(School)
        .where(
            School.id.in_(
                sa.select(SchoolNetwork.school_id).where(
                    SchoolNetwork.network_id == network_id, SchoolNetwork.current(today)
                )
            )
        )
        .order_by(School.name, School.id)
    ).all()


def member_counts(session: orm.Session, today: dt.date) -> dict[int, int]:
    """Return how many schools each network has today."""
    rows = session.execute(
        sa.select(SchoolNetwork.network_id, sa.func.count(sa.distinct(SchoolNetwork.school_id)).label("schools"))
        .where(SchoolNetwork.current(today))
        .group_by(SchoolNetwork.network_id)
    )
    return {row.network_id: row.schools for row in rows}


def networks_of(session: orm.Session, school_id: int, today: dt.date) -> Sequence[Network]:
    """Return the networks the school is a member of today, by name."""
    return session.scalars(
        sa.select(Network)
        .where(
            Network.id.in_(
                sa.select(SchoolNetwork.network_id).where(
                    SchoolNetwork.school_id == school_id, SchoolNetwork.current(today)
                )
            )
        )
        .order_by(Network.name, Network.id)
    ).all()


def open_questions(session: orm.Session, limit: int) -> list[Asked]:
    """Return open questions of all networks, the first of each network first."""
    rows = session.execute(
        sa.select(OpenQuestion.text, Network.name, Network.public_id, Network.slug)
        .join(Network, Network.id == OpenQuestion.network_id)
        .order_by(OpenQuestion.position, Network.name)
        .limit(limit)
    )
    return [Asked(text, name, Ref(public_id, slug)) for text, name, public_id, slug in rows]
