"""Reads on people: who a viewer is."""

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Identity, Membership, Password, Person, Role, SignIn
from kb.ids import Ref
from kb.networks.models import Network, SchoolNetwork
from kb.permissions import ANONYMOUS, Viewer
from kb.schools.models import School


def viewer_of(session: orm.Session, person_id: int | None, *, today: dt.date) -> Viewer:
    """Return who the person is today; an unknown or ended account looks with the eyes of an anonymous visitor.

    A person is in a network by a direct role or through a school that is a member of it on ``today``.
    """
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or person.ended_at is not None:
        return ANONYMOUS
    memberships = session.scalars(
        sa.select(Membership).where(Membership.person_id == person.id, Membership.ended_at.is_(None))
    ).all()
    schools = frozenset(row.school_id for row in memberships if row.school_id is not None)
    through_schools = session.scalars(
        sa.select(SchoolNetwork.network_id).where(SchoolNetwork.school_id.in_(schools), SchoolNetwork.current(today))
    )
    direct = frozenset(row.network_id for row in memberships if row.network_id is not None)
    networks = direct | frozenset(through_schools)
    open_rule = sa.select(Network.id).where(Network.id.in_(networks), Network.review_required.is_(False))
    return Viewer(
        person_id=person.id,
        schools=schools,
        contributes_to=frozenset(
            row.school_id for row in memberships if row.school_id is not None and row.role is Role.CONTRIBUTOR
        ),
        networks=networks,
        curates=frozenset(
            row.network_id for row in memberships if row.network_id is not None and row.role is Role.CURATOR
        ),
        unreviewed=frozenset(session.scalars(open_rule)) if networks else frozenset(),
        is_admin=person.is_admin,
    )


def person_by_email(session: orm.Session, email: str) -> Person | None:
    """Return whose account has the address, None if nobody's or an ended one's."""
    return session.scalar(sa.select(Person).where(Person.email == email, Person.ended_at.is_(None)))


def password_of(session: orm.Session, person: Person | None) -> Password | None:
    """Return what is kept of the person's password; None for nobody and for people without one."""
    return session.scalar(sa.select(Password).where(Password.person_id == (person.id if person else 0)))


def is_connected(session: orm.Session, person: Person) -> bool:
    """Say whether somebody at a provider of single sign-on opens this account."""
    return session.scalar(sa.select(Identity.subject).where(Identity.person_id == person.id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person: at which school, or in which network."""

    role: Role
    membership_id: int
    school: Ref | None
    network: Ref | None
    place: str


def roles_of(session: orm.Session, person: Person) -> list[HeldRole]:
    """Return what the person is and where, the oldest first."""
    rows = session.execute(
        sa.select(Membership, School.public_id, School.slug, School.name, Network.public_id, Network.slug, Network.name)
        .outerjoin(School, School.id == Membership.school_id)
        .outerjoin(Network, Network.id == Membership.network_id)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return [
        HeldRole(
            role=held.role,
            membership_id=held.id,
            school=Ref(school_id, school_slug) if school_id else None,
            network=Ref(network_id, network_slug) if network_id else None,
            place=school or network or "",
        )
        for held, school_id, school_slug, school, network_id, network_slug, network in rows
    ]


def roles_in_words(session: orm.Session, person: Person) -> list[str]:
    """Return what the person is and where, for the terminal: "contributor at Ashgrove"."""
    held = [f"{one.role.value} at {one.place}" for one in roles_of(session, person)]
    return ["admin", *held] if person.is_admin else held


def token_hash(token: str) -> str:
    """Return what the database keeps of a session token: its SHA-256, so that a stolen table opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner_of_token(session: orm.Session, token: str) -> int | None:
    """Return the id of the person whose session this is or was, None if it never was one."""
    row = session.get(SignIn, token_hash(token))
    return None if row is None else row.person_id


def person_of_token(session: orm.Session, token: str, *, now: dt.datetime) -> int | None:
    """Return the id of the person whose session this is, None if it is unknown, ended or over."""
    row = session.get(SignIn, token_hash(token))
    if row is None or row.ended_at is not None or row.expires_at <= now:
        return None
    return row.person_id
