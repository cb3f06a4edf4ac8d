"""Whose account opens for somebody of the provider: by issuer and subject, never by an address alone."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts import invitations
from kb.accounts.models import Identity, Invitation, Person
from kb.accounts.queries import person_by_email
from kb.accounts.single_sign_on.rules import Claims, NoAccountError
from kb.errors import ConflictError


def person_of(session: orm.Session, claims: Claims, *, token: str = "", trust_email: bool, now: dt.datetime) -> Person:
    """Return whose account opens: the one connected before; else one that an invitation or the settings allow.

    ``token`` is the link of the invitation the person came with, "" for none. Raises NoAccountError.
    """
    known = session.get(Identity, (claims.issuer, claims.subject))
    invitation = invitations.by_token(session, token, lock=True) if token else None
    if known is not None:
        person = session.get_one(Person, known.person_id)
        if person.ended_at is not None:
            raise NoAccountError
        if invitation is not None:
            invitations.accept(session, invitation, person, now=now)
        return person
    person = _new(session, claims, invitation, now) or _trusted(session, claims, trust_email=trust_email)
    connect(session, person, claims, now=now)
    return person


def connect(session: orm.Session, person: Person, claims: Claims, *, now: dt.datetime) -> None:
    """Let somebody of the provider open this account from now on; ConflictError if they open another one."""
    known = session.get(Identity, (claims.issuer, claims.subject))
    if known is not None:
        if known.person_id != person.id:
            message = "This account of the provider opens another account here already."
            raise ConflictError(message)
        return
    session.add(Identity(issuer=claims.issuer, subject=claims.subject, person_id=person.id, created_at=now))
    session.flush()
    history.record(
        session, "single sign-on connected", kind="person", public_id=person.public_id, by=person.id, now=now
    )


def disconnect(session: orm.Session, person: Person, *, now: dt.datetime) -> None:
    """Let nobody of the provider open this account any more."""
    session.execute(sa.delete(Identity).where(Identity.person_id == person.id))
    history.record(
        session, "single sign-on disconnected", kind="person", public_id=person.public_id, by=person.id, now=now
    )


def _new(session: orm.Session, claims: Claims, invitation: Invitation | None, now: dt.datetime) -> Person | None:
    """Make the account of who is invited: by the link they hold, or by an address they have proven to the provider."""
    if invitation is None and claims.email and person_by_email(session, claims.email) is None:
        invitation = invitations.for_email(session, claims.email)
    if invitation is None or invitation.accepted_at is not None:
        return None
    if not invitations.has_account(session, invitation):
        return invitations.join(session, invitation, name=claims.name or "New colleague", password=None, now=now)
    if invitation.email != claims.email:
        return None
    person = person_by_email(session, invitation.email)  # the link of its mailbox, and the address proven as well
    if person is not None:
        invitations.accept(session, invitation, person, now=now)
    return person


def _trusted(session: orm.Session, claims: Claims, *, trust_email: bool) -> Person:
    person = person_by_email(session, claims.email) if trust_email and claims.email else None
    if person is None:
        raise NoAccountError
    return person
