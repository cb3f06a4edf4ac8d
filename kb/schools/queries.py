"""Reads on schools. The register is public; what a school wrote is not read here."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import NotFoundError
from kb.ids import Ref
from kb.permissions import Viewer
from kb.schools.models import School

PAGE = 100


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """One page of the register."""

    schools: Sequence[School]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def school_by_ref(session: orm.Session, _viewer: Viewer, ref: Ref) -> School:
    """Return the school with its facts by year, or raise NotFoundError."""
    school = session.scalar(
        sa.select(School).where(School.public_id == ref.public_id).options(orm.joinedload(School.contexts))
    )
    if school is None:
        raise NotFoundError
    return school


def listed(session: orm.Session, *, words: str = "", number: int = 1) -> SchoolPage:
    """Return a page of the register by name: the schools whose name or district holds every word."""
    query = sa.select(School)
    for word in words.split()[:8]:
        query = query.where(
            sa.or_(School.name.icontains(word, autoescape=True), School.district.icontains(word, autoescape=True))
        )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    number = min(max(1, number), max(1, -(-total // PAGE)))
    schools = session.scalars(query.order_by(School.name, School.id).limit(PAGE).offset((number - 1) * PAGE)).all()
    return SchoolPage(schools, total, number)
