"""Who belongs to a school, and all people with an account."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Membership, Person, Role, SignIn
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.networks.queries import networks_of
from kb.permissions import Viewer
from kb.schools.queries import school_by_ref

PAGE = 100


@dataclass(frozen=True, slots=True)
class Team:
    """The people of a school, as a thing one may look after: its school, and the networks it is in today."""

    school_id: int
    network_ids: frozenset[int]
    name: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class Member:
    """A role somebody has at a school."""

    membership_id: int
    person_id: int
    name: str
    role: Role
    since: dt.datetime


def team(session: orm.Session, viewer: Viewer, ref: Ref) -> Team:
    """Return the team of a school, or raise NotFoundError."""
    school = school_by_ref(session, viewer, ref)
    today = dt.datetime.now(dt.UTC).date()
    networks = networks_of(session, school.id, today)
    return Team(school.id, frozenset(network.id for network in networks), school.name, school.ref)


def members(session: orm.Session, school_id: int) -> list[Member]:
    """Return who has a role at the school, by name."""
    rows = session.execute(
        sa.select(Membership.id, Person.id, Person.name, Membership.role, Membership.created_at)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.school_id == school_id, Membership.ended_at.is_(None), Person.ended_at.is_(None))
        .order_by(Person.name, Membership.id)
    )
    return [Member(*row) for row in rows]


def membership_of(session: orm.Session, school_id: int, membership_id: int) -> Membership:
    """Return a role at the school, or raise NotFoundError."""
    row = session.get(Membership, membership_id)
    if row is None or row.school_id != school_id:
        raise NotFoundError
    return row


def people(session: orm.Session, *, words: str = "") -> tuple[Sequence[Person], int]:
    """Return the first 100 people with an account whose name or address holds every word, and how many there are."""
    query = sa.select(Person).where(Person.ended_at.is_(None), Person.email.is_not(None))
    for word in words.split()[:8]:
        query = query.where(
            sa.or_(Person.name.icontains(word, autoescape=True), Person.email.icontains(word, autoescape=True))
        )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    return session.scalars(query.order_by(Person.name, Person.id).limit(PAGE)).all(), total


def person_by_id(session: orm.Session, _viewer: Viewer, public_id: str) -> Person:
    """Return a person with an account, or raise NotFoundError."""
    person = session.scalar(sa.select(Person).where(Person.public_id == public_id, Person.email.is_not(None)))
    if person is None:
        raise NotFoundError
    return person


def last_seen(session: orm.Session, person_ids: Sequence[int]) -> dict[int, dt.datetime]:
    """Return when each person was last seen."""
    rows = session.execute(
        sa.select(SignIn.person_id, sa.func.max(SignIn.seen_at).label("seen"))
        .where(SignIn.person_id.in_(person_ids), SignIn.seen_at.is_not(None))
        .group_by(SignIn.person_id)
    )
    return {row.person_id: row.seen for row in rows}
