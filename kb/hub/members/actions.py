"""The verbs of a hub about people: end a role, but never leave a network without a curator."""

import datetime as dt

from sqlalchemy import orm

from kb.accounts import actions as accounts
from kb.accounts.models import Membership, Role
from kb.errors import InvalidError
from kb.hub.members.queries import other_curators
from kb.networks.actions import lock
from kb.networks.models import Network


def end_role(
    session: orm.Session, network: Network, membership: Membership, *, by: int | None, now: dt.datetime
) -> None:
    """End a role in the network or at one of its schools; InvalidError for the last curator. Twice is once."""
    lock(session, network)
    session.refresh(membership)
    is_last = membership.role is Role.CURATOR and not other_curators(session, network.id, membership)
    if is_last and membership.ended_at is None:
        message = "Nobody else curates this network. Invite another curator first."
        raise InvalidError(message)
    accounts.end_role(session, membership, by=by, now=now)
