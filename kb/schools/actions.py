"""The verbs of schools."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, history, markup, reach
from kb.ids import slugify
from kb.schools.document import FIELDS, SchoolDocument
from kb.schools.models import School, SchoolContext

_BATCH = 500


def save(
    session: orm.Session, documents: Sequence[SchoolDocument], *, by: int | None, now: dt.datetime
) -> list[School]:
    """Create or change schools, a history row each; every item of theirs is named to the change feed."""
    rows = _existing(session, [document.id for document in documents])
    saved = []
    for document in documents:
        row = rows.get(document.id)
        is_new = row is None
        if row is None:
            row = School(public_id=document.id)
            session.add(row)
        _fill(row, document)
        saved.append(row)
        action = "created" if is_new else "changed"
        history.record(session, action, kind="school", public_id=document.id, by=by, now=now)
    feed.touch(session, reach.of_schools(session, [row.id for row in rows.values()]))
    return saved


def _existing(session: orm.Session, public_ids: Sequence[str]) -> dict[str, School]:
    found: dict[str, School] = {}
    for start in range(0, len(public_ids), _BATCH):
        batch = public_ids[start : start + _BATCH]
        query = sa.select(School).where(School.public_id.in_(batch)).options(orm.selectinload(School.contexts))
        found.update({row.public_id: row for row in session.scalars(query)})
    return found


def _fill(row: School, document: SchoolDocument) -> None:
    for name in FIELDS:
        setattr(row, name, getattr(document, name))
    row.slug = slugify(document.name)
    row.nces_id = document.nces
    row.about = document.body
    row.about_html = markup.render(document.body)
    contexts = {context.year: context for context in row.contexts}
    row.contexts = [
        _context(contexts.get(entry.year) or SchoolContext(year=entry.year), dict(entry)) for entry in document.context
    ]


def _context(row: SchoolContext, facts: dict[str, object]) -> SchoolContext:
    for name, value in facts.items():
        setattr(row, name, value)
    return row
