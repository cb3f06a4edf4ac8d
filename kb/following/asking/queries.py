"""Reads on visitors' questions: what one can be asked about, who relays it, what waits for whom."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Membership, Person, Role
from kb.errors import NotFoundError
from kb.following.asking.models import VisitorQuestion
from kb.following.asking.rules import About
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.networks.queries import networks_of
from kb.permissions import ANONYMOUS, Permission, Viewer, can
from kb.schools.models import School


@dataclass(frozen=True, slots=True)
class Subject:
    """A page that a question can be asked on. ``kind`` and ``ref`` make its address."""

    kind: About
    ref: Ref
    name: str
    language: str
    school_id: int | None
    school_name: str
    network_id: int | None


def subject(session: orm.Session, _viewer: Viewer, kind: str, ref: Ref) -> Subject:
    """Return a public page to ask about, or raise NotFoundError: those who may read more have comments for that."""
    found = _subject(session, About(kind), ref) if kind in set(About) else None
    if found is None:
        raise NotFoundError
    return found


def of_question(session: orm.Session, question: VisitorQuestion) -> Subject | None:
    """Return what a question is about; None where that is no longer public, so that no letter names it."""
    return _subject(session, question.about, Ref(question.about_id))


def _subject(session: orm.Session, kind: About, ref: Ref) -> Subject | None:
    return _school(session, ref) if kind is About.SCHOOL else _record(session, kind, ref)


def _school(session: orm.Session, ref: Ref) -> Subject | None:
    school = session.scalar(sa.select(School).where(School.public_id == ref.public_id))
    if school is None:
        return None
    return Subject(About.SCHOOL, school.ref, school.name, "en", school.id, school.name, None)


def _record(session: orm.Session, kind: About, ref: Ref) -> Subject | None:
    row = session.execute(
        sa.select(Item, School.name)
        .outerjoin(School, School.id == Item.school_id)
        .where(Item.public_id == ref.public_id, Item.kind == kind.value, readable(ANONYMOUS))
    ).first()
    if row is None:
        return None
    item, school = row
    return Subject(kind, item.ref, item.title, item.language, item.school_id, school or "", item.network_id)


def networks_for(session: orm.Session, about: Subject, today: dt.date) -> list[int]:
    """Return the networks whose hub relays a question: that of the record, else those of the school today."""
    if about.network_id is not None:
        return [about.network_id]
    return [] if about.school_id is None else [one.id for one in networks_of(session, about.school_id, today)]


def addresses(
    session: orm.Session, role: Role, *, networks: Collection[int] = (), schools: Collection[int] = ()
) -> Sequence[str]:
    """Return the e-mail addresses of those who have this role in one of these networks or schools."""
    found = session.scalars(
        sa.select(Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.role == role,
            Membership.ended_at.is_(None),
            Person.ended_at.is_(None),
            Person.email.is_not(None),
            sa.or_(Membership.network_id.in_(networks), Membership.school_id.in_(schools)),
        )
        .distinct()
        .order_by(Person.email)
    )
    return [address for address in found if address]


def waiting(session: orm.Session, viewer: Viewer) -> Sequence[VisitorQuestion]:
    """Return the questions that wait for this viewer, the oldest first."""
    forwarded = sa.and_(VisitorQuestion.forwarded_at.is_not(None), VisitorQuestion.school_id.in_(viewer.contributes_to))
    ours = sa.or_(VisitorQuestion.network_id.in_(viewer.curates), forwarded)
    query = sa.select(VisitorQuestion).where(VisitorQuestion.closed_at.is_(None))
    query = query if viewer.is_admin else query.where(ours)
    return session.scalars(query.order_by(VisitorQuestion.created_at, VisitorQuestion.id)).all()


def question_by_id(session: orm.Session, viewer: Viewer, public_id: str) -> VisitorQuestion:
    """Return a question that the viewer may answer, or raise NotFoundError."""
    found = session.scalar(sa.select(VisitorQuestion).where(VisitorQuestion.public_id == public_id))
    if found is None or not can(viewer, Permission.QUESTION_ANSWER, found):
        raise NotFoundError
    return found
