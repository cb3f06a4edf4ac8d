"""Who belongs to a network: its schools now and before, and people with a role in it or at one of its schools."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts import invitations
from kb.accounts.models import Invitation, Membership, Person, Role
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.networks.models import Network, SchoolNetwork
from kb.networks.queries import members
from kb.schools.models import School

MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class MemberSchool:
    """A school's time in the network; ``left_on`` may lie ahead."""

    id: int
    public_id: str
    name: str
    ref: Ref
    joined_on: dt.date
    left_on: dt.date | None


@dataclass(frozen=True, slots=True)
class MemberPerson:
    """A role of a person; no school: in the network itself."""

    membership_id: int
    name: str
    role: Role
    school_name: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Offered:
    """An invitation that nobody has accepted or taken back."""

    id: int
    email: str
    place: str
    expires_at: dt.datetime


def times(session: orm.Session, network_id: int) -> list[MemberSchool]:
    """Return every school's time in the network, by name and then by date."""
    rows = session.execute(
        sa.select(School.id, School.public_id, School.slug, School.name, SchoolNetwork.joined_on, SchoolNetwork.left_on)
        .join(SchoolNetwork, SchoolNetwork.school_id == School.id)
        .where(SchoolNetwork.network_id == network_id)
        .order_by(School.name, School.id, SchoolNetwork.joined_on)
    )
    return [
        MemberSchool(row.id, row.public_id, row.name, Ref(row.public_id, row.slug), row.joined_on, row.left_on)
        for row in rows
    ]


def people(session: orm.Session, network: Network, schools: Sequence[School]) -> list[MemberPerson]:
    """Return who has a role in the network or at one of these schools."""
    rows = session.execute(
        sa.select(Membership.id, Person.name, Membership.role, School.name.label("school"), Membership.created_at)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(School, School.id == Membership.school_id)
        .where(
            Membership.ended_at.is_(None),
            Person.ended_at.is_(None),
            sa.or_(Membership.network_id == network.id, Membership.school_id.in_([school.id for school in schools])),
        )
        .order_by(School.name.is_not(None), School.name, Person.name, Membership.id)
    )
    return [MemberPerson(row.id, row.name, row.role, row.school or "", row.created_at.date()) for row in rows]


def membership_of(session: orm.Session, network: Network, membership_id: int, today: dt.date) -> Membership:
    """Return a role that the network's hub looks after, or raise NotFoundError."""
    row = session.get(Membership, membership_id)
    schools = {school.id for school in members(session, network.id, today)}
    if row is None or (row.network_id != network.id and row.school_id not in schools):
        raise NotFoundError
    return row


def offers(session: orm.Session, network: Network, schools: Sequence[School]) -> list[Offered]:
    """Return the open invitations to the network and to these schools, the newest first."""
    rows = session.execute(
        sa.select(Invitation.id, Invitation.email, School.name, Invitation.expires_at)
        .outerjoin(School, School.id == Invitation.school_id)
        .where(
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            sa.or_(Invitation.network_id == network.id, Invitation.school_id.in_([school.id for school in schools])),
        )
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    return [Offered(row.id, row.email, row.name or network.name, row.expires_at) for row in rows]


def invitation_of(session: orm.Session, network: Network, number: int, today: dt.date) -> Invitation:
    """Return an open invitation that the network's hub looks after, or raise NotFoundError."""
    row = session.get(Invitation, number)
    schools = {school.id for school in members(session, network.id, today)}
    if row is None or (row.network_id != network.id and row.school_id not in schools):
        raise NotFoundError
    return invitations.invitation_of(session, number, school_id=row.school_id, network_id=row.network_id)


def other_curators(session: orm.Session, network_id: int, but: Membership) -> bool:
    """Say whether somebody else curates the network."""
    found = session.scalar(
        sa.select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.network_id == network_id,
            Membership.role == Role.CURATOR,
            Membership.ended_at.is_(None),
            Person.ended_at.is_(None),
            Membership.person_id != but.person_id,
        )
        .limit(1)
    )
    return found is not None


def school_by_id(session: orm.Session, public_id: str) -> School:
    """Return a school of the register, or raise NotFoundError."""
    school = session.scalar(sa.select(School).where(School.public_id == public_id))
    if school is None:
        raise NotFoundError
    return school


def namesakes(session: orm.Session, name: str) -> Sequence[School]:
    """Return schools of the register with this very name, whatever the case."""
    same = sa.func.lower(School.name) == name.lower()
    return session.scalars(sa.select(School).where(same).order_by(School.district, School.id).limit(10)).all()
