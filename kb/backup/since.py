"""What was taken back since a backup was made stays taken back: withdrawn records, ended accounts, ended roles.

Known only where the present database is there to be asked: a restore over it.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.actions import end, end_role
from kb.accounts.models import Membership, Person
from kb.items.models import Item
from kb.networks.models import Network
from kb.permissions import State
from kb.schools.models import School
from kb.writing.actions import withdraw

Held = tuple[str, str, str]
"""A person, a school or network, and a role there."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Public ids of what was taken back."""

    records: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    roles: frozenset[Held] = frozenset()


def noted(connection: sa.Connection) -> TakenBack:
    """Return what this database knows to be taken back; nothing where it has no records yet."""
    if not sa.inspect(connection).has_table(Item.__tablename__):
        return TakenBack()
    records = connection.scalars(sa.select(Item.public_id).where(Item.state == State.WITHDRAWN))
    people = connection.scalars(sa.select(Person.public_id).where(Person.ended_at.is_not(None)))
    ended = {held for _, held in _roles(connection, ended=True)}
    current = {held for _, held in _roles(connection, ended=False)}
    return TakenBack(frozenset(records), frozenset(people), frozenset(ended - current))


def take_back(session: orm.Session, since: TakenBack, *, now: dt.datetime) -> int:
    """Take back again what is here once more; return how much."""
    up = sa.select(Item).where(Item.public_id.in_(since.records), Item.state == State.PUBLISHED)
    records = session.scalars(up).all()
    for item in records:
        withdraw(session, item, by=None, now=now)
    there = sa.select(Person).where(Person.public_id.in_(since.people), Person.ended_at.is_(None))
    people = session.scalars(there).all()
    for person in people:
        person.is_admin = False  # also where no other admin is left: `kb user create-admin` makes one
        end(session, person, by=None, now=now)
    roles = [number for number, held in _roles(session.connection(), ended=False) if held in since.roles]
    for number in roles:
        end_role(session, session.get_one(Membership, number), by=None, now=now)
    return len(records) + len(people) + len(roles)


def _roles(connection: sa.Connection, *, ended: bool) -> list[tuple[int, Held]]:
    """Return memberships with their people and places by public id."""
    place = sa.func.coalesce(School.public_id, Network.public_id)
    rows = connection.execute(
        sa.select(Membership.id, Person.public_id, place, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(School, School.id == Membership.school_id)
        .outerjoin(Network, Network.id == Membership.network_id)
        .where(Membership.ended_at.is_not(None) if ended else Membership.ended_at.is_(None))
    )
    return [(number, (person, where, role.value)) for number, person, where, role in rows]
