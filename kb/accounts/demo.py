"""Fictional people for the demo, made only when asked for: two who write, one who curates, one who reads, an admin."""

import datetime as dt
import secrets

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb.accounts import actions, sessions
from kb.accounts.models import Person, Role
from kb.accounts.queries import person_by_email
from kb.db import Database
from kb.errors import NotFoundError
from kb.networks.models import Network, SchoolNetwork
from kb.schools.models import School

DOMAIN = "demo.example.org"
LETTERS = "abcdefghjkmnpqrstvwxyz"


def make_accounts(database: Database) -> str:
    """Make the accounts, all with one new password, and return what to say of them."""
    password, now = _new_password(), dt.datetime.now(dt.UTC)
    with database.writing() as session:
        network, schools = _places(session)
        made = [
            _person(session, "Alice", f"writes at {schools[0].name}", now),
            _person(session, "Charlie", f"writes at {schools[1].name}", now),
            _person(session, "Bob", f"reads at {schools[0].name}", now),
            _person(session, "Carla", f"curates {network.name}", now),
            _person(session, "Dana", "may do everything", now),
        ]
        alice, charlie, bob, carla, dana = (person for person, _ in made)
        actions.give_role(session, alice, role=Role.CONTRIBUTOR, school_id=schools[0].id, by=None, now=now)
        actions.give_role(session, charlie, role=Role.CONTRIBUTOR, school_id=schools[1].id, by=None, now=now)
        actions.give_role(session, bob, role=Role.READER, school_id=schools[0].id, by=None, now=now)
        actions.give_role(session, carla, role=Role.CURATOR, network_id=network.id, by=None, now=now)
        actions.make_admin(session, dana, by=None, now=now)
        for person, _ in made:
            actions.set_password(session, person, password, by=None, now=now)
            sessions.end_all(session, person.id, now=now)
        feed.commit(session)
    lines = "\n".join(f"  {person.email:<28} {does}" for person, does in made)
    return f"\nFictional accounts, for this demo only. Password of all of them (not shown again): {password}\n{lines}\n"


def _new_password() -> str:
    """Return four times four letters, which are read aloud and typed without doubt."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def _places(session: orm.Session) -> tuple[Network, list[School]]:
    """Return the largest fictional network and two of its fictional schools."""
    size = sa.select(sa.func.count()).where(SchoolNetwork.network_id == Network.id).scalar_subquery()
    network = session.scalar(sa.select(Network).where(Network.fictional).order_by(size.desc(), Network.id).limit(1))
    members = sa.select(SchoolNetwork.school_id).where(SchoolNetwork.network_id == (network.id if network else 0))
    inside = sa.select(School).where(School.fictional, School.id.in_(members.where(SchoolNetwork.left_on.is_(None))))
    schools = session.scalars(inside.order_by(School.name).limit(2)).all()
    if network is None or len(schools) < 2:  # noqa: PLR2004 - two, so that one may adapt what the other tested
        message = "There is no fictional network with two schools to make accounts for."
        raise NotFoundError(message)
    return network, list(schools)


def _person(session: orm.Session, name: str, does: str, now: dt.datetime) -> tuple[Person, str]:
    email = f"{name.lower()}@{DOMAIN}"
    person = person_by_email(session, email)
    return person or actions.create(session, name=f"{name} (fictional)", email=email, by=None, now=now), does
