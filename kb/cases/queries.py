"""Reads on case studies."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import rows
from kb.ids import Ref
from kb.items.models import Item, Link
from kb.items.queries import item_by_ref
from kb.items.rules import Kind, LinkType
from kb.networks.models import Network
from kb.permissions import Viewer
from kb.schools.models import School

MOST = 100  # citations on one page
_ORIGIN = (
    sa.select(School.name, School.public_id, School.slug, Network.name, Network.public_id, Network.slug)
    .select_from(Item)
    .outerjoin(School, School.id == Item.school_id)
    .outerjoin(Network, Network.id == Item.network_id)
    .where(Item.id == sa.bindparam("of"))
)
_CITED = (
    sa.select(Link.target_id)
    .where(Link.source_id == sa.bindparam("of"), Link.type == LinkType.CITES)
    .order_by(Link.id)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The school and the network a case study comes from, where it has them."""

    school_name: str
    school_ref: Ref | None
    network_name: str
    network_ref: Ref | None


def case_by_ref(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the case study, NotFoundError or WithdrawnError."""
    return item_by_ref(session, viewer, Kind.CASE, ref)


def origin(session: orm.Session, case: Item) -> Origin:
    """Return where a case study that the caller was allowed to read comes from."""
    row = rows(session, _ORIGIN, {"of": case.id}).one()
    school, school_id, school_slug, network, network_id, network_slug = row
    return Origin(
        school_name=school or "",
        school_ref=None if school_id is None else Ref(school_id, school_slug),
        network_name=network or "",
        network_ref=None if network_id is None else Ref(network_id, network_slug),
    )


def cited_ids(session: orm.Session, case_id: int) -> Sequence[int]:
    """Return the ids of what a case study cites, in its order; whoever shows them decides who may read them."""
    return rows(session, _CITED, {"of": case_id}).scalars().all()
