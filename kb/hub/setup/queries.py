"""What a hub looks at: schools that have been silent, and the words a network may rename."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.glossary.models import Term
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.networks.models import SchoolNetwork
from kb.permissions import State, Viewer
from kb.schools.models import School

SILENT_AFTER = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class SilentSchool:
    """A member that has published nothing for a while; ``last`` is the day of the latest, None for never."""

    name: str
    ref: Ref
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class TermWord:
    """A term of the glossary and the network's own word for it."""

    code: str
    title: str
    word: str


def silent_schools(session: orm.Session, viewer: Viewer, network_id: int, today: dt.date) -> list[SilentSchool]:
    """Return the members that published nothing the viewer may read for 60 days, the longest silent first."""
    latest = (
        sa.select(Item.school_id, sa.func.max(Item.published_at).label("at"))
        .where(Item.state == State.PUBLISHED, readable(viewer))
        .group_by(Item.school_id)
        .subquery()
    )
    since = dt.datetime.combine(today - SILENT_AFTER, dt.time(), dt.UTC)
    rows = session.execute(
        sa.select(School.name, School.public_id, School.slug, latest.c.at)
        .join(SchoolNetwork, SchoolNetwork.school_id == School.id)
        .outerjoin(latest, latest.c.school_id == School.id)
        .where(
            SchoolNetwork.network_id == network_id,
            SchoolNetwork.current(today),
            SchoolNetwork.joined_on <= today - SILENT_AFTER,
            sa.or_(latest.c.at.is_(None), latest.c.at < since),
        )
        .order_by(latest.c.at.is_not(None), latest.c.at, School.name)
    )
    return [SilentSchool(row.name, Ref(row.public_id, row.slug), row.at and row.at.date()) for row in rows]


def term_words(session: orm.Session, labels: dict[str, str]) -> Sequence[TermWord]:
    """Return every term with the network's word for it, by title."""
    terms = session.execute(sa.select(Term.code, Term.title).order_by(Term.title))
    return [TermWord(code, title, labels.get(code, "")) for code, title in terms]
