"""Reads the documents of networks, with their drivers, from the database."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.drivers.models import Driver
from kb.networks.document import Aim, DriverEntry, MemberEntry, NetworkDocument
from kb.networks.models import Network, SchoolNetwork
from kb.schools.models import School

FIELDS = ("name", "hub", "minimum_group", "review_required", "fictional")


def documents(session: orm.Session, networks: Sequence[Network]) -> dict[int, NetworkDocument]:
    """Return the documents of these networks by row id."""
    ids = [network.id for network in networks]
    members = _members(session, ids)
    drivers = _drivers(session, ids)
    return {network.id: _document(network, members[network.id], drivers[network.id]) for network in networks}


def _document(network: Network, members: list[MemberEntry], drivers: list[DriverEntry]) -> NetworkDocument:
    aim = Aim.model_construct(
        what=network.aim_what, whom=network.aim_whom, how_much=network.aim_how_much, by=network.aim_by
    )
    return NetworkDocument.model_construct(
        kind="network",
        id=network.public_id,
        aim=aim if aim.plain() else None,
        members=members,
        drivers=drivers,
        questions=[question.text for question in sorted(network.questions, key=lambda row: row.position)],
        labels={code: network.labels[code] for code in sorted(network.labels)},
        body=network.about,
        **{name: getattr(network, name) for name in FIELDS},
    )


def _members(session: orm.Session, network_ids: Sequence[int]) -> dict[int, list[MemberEntry]]:
    rows = session.execute(
        sa.select(SchoolNetwork, School.public_id).join(School).where(SchoolNetwork.network_id.in_(network_ids))
    ).all()
    members: dict[int, list[MemberEntry]] = defaultdict(list)
    for row, school in sorted(rows, key=lambda pair: (pair[0].joined_on, pair[1])):
        members[row.network_id].append(MemberEntry.model_construct(school=school, from_=row.joined_on, to=row.left_on))
    return members


def _drivers(session: orm.Session, network_ids: Sequence[int]) -> dict[int, list[DriverEntry]]:
    rows = session.scalars(
        sa.select(Driver).where(Driver.network_id.in_(network_ids)).order_by(Driver.position, Driver.public_id)
    ).all()
    children: dict[int | None, list[Driver]] = defaultdict(list)
    for row in rows:
        children[row.parent_id].append(row)

    def entry(row: Driver) -> DriverEntry:
        return DriverEntry.model_construct(
            id=row.public_id,
            title=row.title,
            description=row.description,
            retired=row.retired_on,
            drivers=[entry(child) for child in children[row.id]],
        )

    tops: dict[int, list[DriverEntry]] = defaultdict(list)
    for row in children[None]:
        tops[row.network_id].append(entry(row))
    return tops
