"""Reads for a person's own page: what they write and what came back to them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.ids import Ref
from kb.items.models import Item, Publication, Revision
from kb.items.queries import readable
from kb.items.rules import Kind, RevisionStatus
from kb.permissions import State, Viewer
from kb.schools.models import School
from kb.writing import drafts
from kb.writing.models import Draft

MOST = 40


@dataclass(frozen=True, slots=True)
class WriteUp:
    """A write-up that is not published, or whose edit came back. ``mine``: this person began it."""

    kind: Kind
    ref: Ref
    title: str
    language: str
    state: State
    school: str
    updated_at: dt.datetime
    mine: bool
    returned: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """Something a person typed and did not save. ``title`` is that of the record, "" for a new one."""

    form: str
    title: str
    at: dt.datetime


def write_ups(session: orm.Session, viewer: Viewer) -> list[WriteUp]:
    """Return the drafts and submitted write-ups the person may continue, and published ones whose edit came back.

    What waits for changes comes first, then the latest.
    """
    sent_back = sa.exists().where(Publication.item_id == Item.id, Publication.from_state == State.REVIEW)
    edit_back = sa.exists().where(
        Revision.item_id == Item.id,
        Revision.status == RevisionStatus.RETURNED,
        Revision.author_id == viewer.person_id,
    )
    theirs = sa.or_(
        Item.author_id == viewer.person_id,
        sa.and_(Item.shared_with_school, Item.school_id.in_(viewer.contributes_to)),
    )
    returned = sa.or_(sa.and_(Item.state == State.DRAFT, sent_back), edit_back)
    rows = session.execute(
        sa.select(Item, School.name, returned.label("returned"))
        .outerjoin(School, School.id == Item.school_id)
        .where(readable(viewer), sa.or_(sa.and_(Item.state.in_([State.DRAFT, State.REVIEW]), theirs), edit_back))
        .order_by(returned.desc(), Item.updated_at.desc(), Item.id.desc())
        .limit(MOST)
    )
    return [
        WriteUp(
            kind=item.kind,
            ref=item.ref,
            title=item.title,
            language=item.language,
            state=item.state,
            school=school or "",
            updated_at=item.updated_at,
            mine=item.author_id == viewer.person_id,
            returned=bool(is_back),
        )
        for item, school, is_back in rows
    ]


def typed(session: orm.Session, viewer: Viewer) -> list[Typed]:
    """Return what the person typed and did not save, the latest first; not of records that are closed to them now."""
    if viewer.person_id is None:
        return []
    found: Sequence[Draft] = drafts.of_person(session, viewer.person_id)[:MOST]
    ids = [draft.item_id for draft in found if draft.item_id is not None]
    rows = session.execute(sa.select(Item.id, Item.title).where(Item.id.in_(ids), readable(viewer)))
    titles = {row.id: row.title for row in rows}
    return [
        Typed(draft.form, titles[draft.item_id] if draft.item_id is not None else "", draft.at)
        for draft in found
        if draft.item_id is None or draft.item_id in titles
    ]
