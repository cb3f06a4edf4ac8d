"""Reads on privacy problems: where a report goes, and what waits for whom."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import NotFoundError
from kb.following.problems.models import PrivacyProblem
from kb.following.problems.rules import record_of
from kb.items.models import Item
from kb.networks.models import Network, SchoolNetwork
from kb.permissions import Permission, Viewer, can
from kb.schools.models import School


def network_of(session: orm.Session, page: str) -> int | None:
    """Return the network whose hub looks after the page at an address, whether or not the reporter may read it."""
    found = record_of(page)
    if found is None:
        return None
    kind, public_id = found
    if kind == "network":
        return session.scalar(sa.select(Network.id).where(Network.public_id == public_id))
    if kind == "school":
        return session.scalar(_network_of_school(School.public_id == public_id))
    row = session.execute(sa.select(Item.network_id, Item.school_id).where(Item.public_id == public_id)).first()
    if row is None:
        return None
    return row.network_id or session.scalar(_network_of_school(School.id == row.school_id))


def _network_of_school(condition: sa.ColumnElement[bool]) -> sa.Select[int]:
    """Return the select of the network a school joined last, of those it has not left."""
    return (
        sa.select(SchoolNetwork.network_id)
        .join(School, School.id == SchoolNetwork.school_id)
        .where(condition, SchoolNetwork.left_on.is_(None))
        .order_by(SchoolNetwork.joined_on.desc())
        .limit(1)
    )


def waiting(session: orm.Session, viewer: Viewer) -> Sequence[PrivacyProblem]:
    """Return the problems that wait for this viewer, the oldest first."""
    query = sa.select(PrivacyProblem).where(PrivacyProblem.answered_at.is_(None))
    query = query if viewer.is_admin else query.where(PrivacyProblem.network_id.in_(viewer.curates))
    return session.scalars(query.order_by(PrivacyProblem.created_at, PrivacyProblem.id)).all()


def problem_by_id(session: orm.Session, viewer: Viewer, public_id: str) -> PrivacyProblem:
    """Return a problem that the viewer may answer, or raise NotFoundError."""
    found = session.scalar(sa.select(PrivacyProblem).where(PrivacyProblem.public_id == public_id))
    if found is None or not can(viewer, Permission.PROBLEM_ANSWER, found):
        raise NotFoundError
    return found
