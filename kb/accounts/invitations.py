"""Invitations by mail to a school or a network: sent, listed, revoked and accepted."""

import datetime as dt
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts import actions
from kb.accounts.models import Invitation, Membership, Person, Role
from kb.accounts.queries import person_by_email, token_hash
from kb.accounts.rules import INVITATION_LASTS, checked_email
from kb.db import clock
from kb.errors import InvalidError, NotFoundError
from kb.jobs import actions as jobs
from kb.jobs.registry import Effect, Work, job
from kb.mail import actions as mail
from kb.networks.models import Network
from kb.schools.models import School

KIND = "accounts.invitation"
PATH = "/invitation"
_WORDS = {Role.READER: "read", Role.CONTRIBUTOR: "write", Role.CURATOR: "curate"}


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as it is shown: what is offered, by whom. ``is_over``: the days are gone and nobody came."""

    id: int
    email: str
    role: Role
    place: str
    inviter: str
    expires_at: dt.datetime
    is_over: bool


def invite(
    session: orm.Session,
    *,
    email: str,
    role: Role,
    school_id: int | None = None,
    network_id: int | None = None,
    by: int | None,
    now: dt.datetime,
) -> Invitation:
    """Offer a role at a school or in a network by mail, for 14 days; asked for again, the same offer is renewed.

    Raises InvalidError for what is no address. Whether there is an account with it is told to nobody.
    """
    address = checked_email(email)
    if (school_id is None) == (network_id is None):
        message = "An invitation is for one school or one network."
        raise InvalidError(message)
    if role is (Role.CONTRIBUTOR if school_id is None else Role.CURATOR):
        message = "People write at a school and curate a network."
        raise InvalidError(message, field="role")
    until = clock(session) + INVITATION_LASTS
    row = session.scalar(_open(school_id, network_id).where(Invitation.email == address, Invitation.role == role))
    if row is None:
        row = Invitation(email=address, role=role, school_id=school_id, network_id=network_id, created_at=now)
        session.add(row)
    row.invited_by, row.token_hash, row.expires_at = by, None, until
    session.flush()
    jobs.add(session, KIND, {"invitation": row.id}, now=now)
    _note(session, "invited", row, by, now)
    return row


def revoke(session: orm.Session, invitation: Invitation, *, by: int | None, now: dt.datetime) -> None:
    """Take an offer back; twice is once, and what was accepted stays."""
    if invitation.revoked_at is None and invitation.accepted_at is None:
        invitation.revoked_at = now
        _note(session, "invitation revoked", invitation, by, now)


def pending(session: orm.Session, *, school_id: int | None = None, network_id: int | None = None) -> list[Offer]:
    """Return the offers of one school or one network that nobody has accepted or taken back, the newest first."""
    newest = (Invitation.created_at.desc(), Invitation.id)
    return _shown(session, _open(school_id, network_id).order_by(*newest))


def invitation_of(
    session: orm.Session, invitation_id: int, *, school_id: int | None = None, network_id: int | None = None
) -> Invitation:
    """Return an open offer of this school or network, or raise NotFoundError."""
    row = session.scalar(_open(school_id, network_id).where(Invitation.id == invitation_id))
    if row is None:
        raise NotFoundError
    return row


def by_token(session: orm.Session, token: str, *, lock: bool = False) -> Invitation:
    """Return the invitation of a link, or raise NotFoundError: unknown, revoked and ended are not told apart.

    ``lock``: nobody else accepts it before this transaction ends.
    """
    found = sa.select(Invitation).where(Invitation.token_hash == token_hash(token))
    row = session.scalar(found.with_for_update() if lock else found)
    if row is None or row.revoked_at is not None or (row.accepted_at is None and row.expires_at <= clock(session)):
        message = "This invitation was taken back or is too old. Ask for a new one."
        raise NotFoundError(message)
    return row


def for_email(session: orm.Session, email: str) -> Invitation | None:
    """Return the newest open offer to an address that its owner has proven."""
    found = sa.select(Invitation).where(_is_open(), Invitation.email == email, Invitation.expires_at > clock(session))
    return session.scalar(found.order_by(Invitation.id.desc()).limit(1))


def shown(session: orm.Session, invitation: Invitation) -> Offer:
    """Return the invitation as it is shown."""
    return _shown(session, sa.select(Invitation).where(Invitation.id == invitation.id))[0]


def has_account(session: orm.Session, invitation: Invitation) -> bool:
    """Say, to whoever holds the link, whether there is an account with the address it was sent to."""
    return person_by_email(session, invitation.email) is not None


def accept(session: orm.Session, invitation: Invitation, person: Person, *, now: dt.datetime) -> Membership | None:
    """Give the person the role; once more by the same person changes nothing, by another it is NotFoundError."""
    if invitation.accepted_at is not None:
        if invitation.accepted_by != person.id:
            message = "This invitation was used before. Ask for a new one."
            raise NotFoundError(message)
        return None
    invitation.accepted_at, invitation.accepted_by = now, person.id
    return actions.give_role(
        session,
        person,
        role=invitation.role,
        school_id=invitation.school_id,
        network_id=invitation.network_id,
        by=invitation.invited_by,
        now=now,
    )


def join(session: orm.Session, invitation: Invitation, *, name: str, password: str | None, now: dt.datetime) -> Person:
    """Make the account of whoever the invitation was sent to, with its role; ConflictError where there is one."""
    person = actions.create(session, name=name, email=invitation.email, by=None, now=now)
    if password is not None:
        actions.set_password(session, person, password, by=person.id, now=now)
    accept(session, invitation, person, now=now)
    return person


@job(KIND)
def announce(work: Work) -> Effect | None:
    """Send the mail. The link is made here, so that the token stands nowhere but in the mail."""
    with work.database.reading() as session:
        row = session.get(Invitation, work.payload["invitation"])
    if row is None or row.revoked_at is not None or row.accepted_at is not None:
        return None
    return lambda session: _send(session, row.id, work)


def _send(session: orm.Session, invitation_id: int, work: Work) -> None:
    row, token = session.get_one(Invitation, invitation_id), secrets.token_urlsafe(32)
    row.token_hash = token_hash(token)
    offer = shown(session, row)
    site, address = work.settings.site_name, work.settings.link(f"{PATH}?token={token}")
    text = (
        f"Hello,\n\n{offer.inviter or site} invites you to {_WORDS[row.role]} at {offer.place} on {site}, where "
        f"schools share what they test and what came of it.\n\nTo accept, open this within 14 days:\n\n{address}\n\n"
        "If you did not expect this, do nothing: no account is made."
    )
    mail.send(session, to=row.email, subject=f"Your invitation to {site}", text=text, now=work.now)


def _is_open() -> sa.ColumnElement[bool]:
    return sa.and_(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


def _open(school_id: int | None, network_id: int | None) -> sa.Select[Invitation]:
    place = Invitation.school_id == school_id if school_id is not None else Invitation.network_id == network_id
    return sa.select(Invitation).where(_is_open(), place)


def _shown(session: orm.Session, wanted: sa.Select[Invitation]) -> list[Offer]:
    rows = session.execute(
        wanted.add_columns(sa.func.coalesce(School.name, Network.name, ""), sa.func.coalesce(Person.name, ""))
        .outerjoin(School, School.id == Invitation.school_id)
        .outerjoin(Network, Network.id == Invitation.network_id)
        .outerjoin(Person, Person.id == Invitation.invited_by)
    )
    now = clock(session)
    return [
        Offer(
            id=row.id,
            email=row.email,
            role=row.role,
            place=place,
            inviter=inviter,
            expires_at=row.expires_at,
            is_over=row.expires_at <= now,
        )
        for row, place, inviter in rows
    ]


def _note(session: orm.Session, action: str, row: Invitation, by: int | None, now: dt.datetime) -> None:
    """The address is not kept in the history: whoever did not come has no account here."""
    school = session.get(School, row.school_id) if row.school_id is not None else None
    place = school or session.get_one(Network, row.network_id)
    kind = "school" if school is not None else "network"
    history.record(session, action, kind=kind, public_id=place.public_id, by=by, now=now, role=row.role.value)
