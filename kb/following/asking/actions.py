"""The verbs of visitors' questions: ask, forward to the school, answer, close, forget.

A question is no record: asking leaves no history and no change number, and nobody but those who relay it learns of it.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts import throttle
from kb.accounts.models import Role
from kb.config import Settings
from kb.errors import InvalidError
from kb.following.asking import queries
from kb.following.asking.models import VisitorQuestion
from kb.following.asking.queries import Subject
from kb.following.asking.rules import KEPT
from kb.ids import new_public_id
from kb.mail import actions as mail

PER_VISITOR = 5  # questions in an hour
PER_SUBJECT = 40  # in a day, whoever asks
HOUR, DAY = 3600, 24 * 3600


def ask(
    session: orm.Session,
    about: Subject,
    *,
    name: str,
    email: str,
    text: str,
    origin: str,
    settings: Settings,
    now: dt.datetime,
) -> VisitorQuestion:
    """Keep a question and tell the curators of the network, or the contact address where there are none.

    The letter does not hold the visitor's name and address: the answer is written here and sent on. ``origin`` is where
    the request comes from, for the throttle alone. Raises TooManyError.
    """
    throttle.allow(session, f"ask:{origin}", limit=PER_VISITOR, seconds=HOUR, now=now)
    throttle.allow(session, f"ask-about:{about.ref.public_id}", limit=PER_SUBJECT, seconds=DAY, now=now)
    networks = queries.networks_for(session, about, now.date())
    row = VisitorQuestion(
        public_id=new_public_id(),
        about=about.kind,
        about_id=about.ref.public_id,
        school_id=about.school_id,
        network_id=networks[0] if networks else None,
        name=name,
        email=email,
        text=text,
        created_at=now,
    )
    session.add(row)
    session.flush()
    hub = queries.addresses(session, Role.CURATOR, networks=networks[:1])
    for address in hub or ([settings.contact_email] if settings.contact_email else []):
        mail.send(
            session,
            to=address,
            subject=f"A visitor asks: {about.name}"[:150],
            text=_letter(row, about, settings, "Please answer it or forward it to the school:"),
            about=row.about_id,
            now=now,
        )
    return row


def forward(
    session: orm.Session,
    question: VisitorQuestion,
    about: Subject | None,
    *,
    settings: Settings,
    by: int,
    now: dt.datetime,
) -> None:
    """Let the contributors of the school read and answer a question, and tell them."""
    if about is None:
        message = "The page this is about is not public any longer. Answer the visitor yourself."
        raise InvalidError(message)
    to = queries.addresses(session, Role.CONTRIBUTOR, schools=[question.school_id or 0])
    if not to:
        message = "Nobody at the school has an account with which they could answer. Ask them, and answer it yourself."
        raise InvalidError(message)
    if question.forwarded_at is not None:
        return
    question.forwarded_at, question.forwarded_by = now, by
    for address in to:
        mail.send(
            session,
            to=address,
            subject=f"A visitor asks your school: {about.name}"[:150],
            text=_letter(question, about, settings, "Your hub passes it on to you. You can answer it here:"),
            about=question.about_id,
            now=now,
        )
    history.record(session, "forwarded", kind="question", public_id=question.public_id, by=by, now=now)


def answer(
    session: orm.Session, question: VisitorQuestion, about: Subject | None, *, text: str, by: int, now: dt.datetime
) -> None:
    """Send an answer to the visitor and close the question. Raises InvalidError if it is closed already."""
    if question.closed_at is not None:
        message = "Somebody has answered or closed this in the meantime."
        raise InvalidError(message)
    if not text:
        message = "Write the answer first."
        raise InvalidError(message, field="text")
    name = about.name if about else "a page that is gone"
    asked = "\n".join(f"> {line}" for line in question.text.splitlines())
    mail.send(
        session,
        to=question.email,
        subject=f"Your question about: {name}"[:150],
        text=f"Hello {question.name},\n\n{text}\n\nThis was your question:\n\n{asked}\n",
        about=question.about_id,
        now=now,
    )
    question.answer = text
    _close(session, question, "answered", by=by, now=now)


def close(session: orm.Session, question: VisitorQuestion, *, by: int, now: dt.datetime) -> None:
    """Take a question off the list without an answer: it was answered otherwise, or is no question."""
    if question.closed_at is None:
        _close(session, question, "closed", by=by, now=now)


def forget_old(session: orm.Session, *, now: dt.datetime) -> int:
    """Delete every question whose time is over; return how many."""
    return len(
        session.scalars(
            sa.delete(VisitorQuestion).where(VisitorQuestion.created_at < now - KEPT).returning(VisitorQuestion.id)
        ).all()
    )


def _close(session: orm.Session, question: VisitorQuestion, action: str, *, by: int, now: dt.datetime) -> None:
    question.closed_at, question.closed_by = now, by
    history.record(session, action, kind="question", public_id=question.public_id, by=by, now=now)


def _letter(question: VisitorQuestion, about: Subject, settings: Settings, what: str) -> str:
    where = settings.link(f"/inbox/questions/{question.public_id}")
    page = settings.link(f"/{about.kind.value}s/{about.ref}")
    return (
        f"Somebody without an account would like to know more about “{about.name}”\n{page}\n\n"
        f"{question.text}\n\n{what}\n{where}\n\n"
        f"The visitor’s name and address are not shown. What you write there is sent on.\n"
    )
