"""The verbs of privacy problems: report, answer, forget. A report leaves no history: it may hold what must go."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts import throttle
from kb.accounts.models import Role
from kb.config import Settings
from kb.following.asking.queries import addresses
from kb.following.problems import queries
from kb.following.problems.models import PrivacyProblem
from kb.following.problems.rules import KEPT
from kb.ids import new_public_id
from kb.mail import actions as mail

PER_VISITOR = 10  # reports in an hour
HOUR = 3600


def report(
    session: orm.Session,
    *,
    page: str,
    text: str,
    email: str,
    origin: str,
    settings: Settings,
    now: dt.datetime,
) -> PrivacyProblem:
    """Keep a report and tell the contact address and the curators of the record's network. Raises TooManyError.

    The letter says which page, and not what was written: that may repeat the private fact.
    """
    throttle.allow(session, f"problem:{origin}", limit=PER_VISITOR, seconds=HOUR, now=now)
    network_id = queries.network_of(session, page)
    row = PrivacyProblem(
        public_id=new_public_id(), page=page, network_id=network_id, text=text, email=email, created_at=now
    )
    session.add(row)
    session.flush()
    hub = addresses(session, Role.CURATOR, networks=[network_id]) if network_id is not None else []
    contact = [settings.contact_email] if settings.contact_email else []
    for address in dict.fromkeys([*contact, *hub]):
        mail.send(
            session,
            to=address,
            subject="Somebody reports a privacy problem",
            text=(
                f"A reader thinks that somebody can be recognized on this page:\n{page}\n\n"
                f"Please look at it at once. What they wrote, and what you can do:\n"
                f"{settings.link(f'/inbox/problems/{row.public_id}')}\n"
            ),
            now=now,
        )
    return row


def answer(session: orm.Session, problem: PrivacyProblem, *, text: str, by: int, now: dt.datetime) -> None:
    """Mark a problem as answered; what is written goes to the reporter, if an address was left.

    The words of the report are forgotten at once: they may repeat what had to go.
    """
    if problem.answered_at is not None:
        return
    if text and problem.email:
        body = f"Thank you for your report.\n\n{text}\n\nThe page you wrote about:\n{problem.page}\n"
        mail.send(session, to=problem.email, subject="Your report of a privacy problem", text=body, now=now)
    problem.text = ""
    problem.answer, problem.answered_at, problem.answered_by = text, now, by
    history.record(session, "answered", kind="problem", public_id=problem.public_id, by=by, now=now)


def forget_old(session: orm.Session, *, now: dt.datetime) -> int:
    """Delete every report that was answered long ago; return how many."""
    old = sa.delete(PrivacyProblem).where(PrivacyProblem.answered_at < now - KEPT)
    return len(session.scalars(old.returning(PrivacyProblem.id)).all())
