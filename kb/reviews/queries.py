"""Reads for reviews: the queue, and what was said about a write-up."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.items.models import Item, Publication, Revision
from kb.items.rules import Kind, RevisionStatus
from kb.permissions import Permission, State, Viewer, can
from kb.reviews.models import ReviewComment
from kb.schools.models import School

_Rows = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A write-up in the queue. ``is_edit``: of a published record, which stays up as it is meanwhile."""

    kind: Kind
    ref: Ref
    title: str
    school: str
    author: str
    since: dt.datetime
    is_edit: bool
    open_comments: int


@dataclass(frozen=True, slots=True)
class Said:
    """A comment with the name of who wrote it."""

    comment: ReviewComment
    author: str


@dataclass(frozen=True, slots=True)
class Discussed:
    """A comment with its record."""

    item: Item
    comment: ReviewComment


def reviewed_item(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the record for those who review it; for everyone else there is none."""
    return _item(session, viewer, ref, Permission.ITEM_REVIEW)


def discussed_item(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the record for those who review it and those who write it."""
    return _item(session, viewer, ref, Permission.ITEM_REVIEW, Permission.ITEM_EDIT)


def _item(session: orm.Session, viewer: Viewer, ref: Ref, *any_of: Permission) -> Item:
    item = session.scalar(sa.select(Item).where(Item.public_id == ref.public_id).options(orm.undefer(Item.html)))
    if item is None or not any(can(viewer, permission, item) for permission in any_of):
        raise NotFoundError
    waits = item.state is State.REVIEW or is_edited(session, item)
    if not waits and not can(viewer, Permission.ITEM_EDIT, item):
        raise NotFoundError  # what nobody asked to review is read by its audience only
    return item


def is_edited(session: orm.Session, item: Item) -> bool:
    """Say whether an edit of the published record waits for a review."""
    waiting = sa.select(Revision.id).where(Revision.item_id == item.id, Revision.status == RevisionStatus.PROPOSED)
    return session.scalar(waiting.limit(1)) is not None


def queue(session: orm.Session, viewer: Viewer) -> list[Waiting]:
    """Return what waits for a review by this viewer, the longest waiting first."""
    mine: sa.ColumnElement[bool] = Item.network_id.in_(viewer.curates)
    if viewer.is_admin:
        mine = sa.or_(mine, Item.network_id.is_(None))
    comments = _open_comments(session)
    found = [_waiting(row, comments) for row in [*session.execute(_new(mine)), *session.execute(_edits(mine))]]
    return sorted(found, key=lambda one: (one.since, one.ref.public_id))


def _new(mine: sa.ColumnElement[bool]) -> _Rows:
    submitted = (
        sa.select(sa.func.max(Publication.at))
        .where(Publication.item_id == Item.id, Publication.to_state == State.REVIEW)
        .scalar_subquery()
    )
    since = sa.func.coalesce(submitted, Item.updated_at, type_=Publication.at.type)
    query = sa.select(Item, Item.title.label("shown"), since.label("since"), sa.literal(value=False).label("is_edit"))
    return _named(query, Item.author_id).where(mine, Item.state == State.REVIEW)


def _edits(mine: sa.ColumnElement[bool]) -> _Rows:
    title = Revision.content["title"].as_string().label("shown")
    query = sa.select(Item, title, Revision.at.label("since"), sa.literal(value=True).label("is_edit"))
    waiting = sa.and_(Revision.item_id == Item.id, Revision.status == RevisionStatus.PROPOSED)
    return _named(query.join(Revision, waiting), Revision.author_id).where(mine)


def _named(query: _Rows, author: Any) -> _Rows:
    named = query.add_columns(Person.name.label("author"), School.name.label("school"))
    return named.outerjoin(Person, Person.id == author).outerjoin(School, School.id == Item.school_id)


def _waiting(row: Any, comments: dict[int, int]) -> Waiting:
    item: Item = row.Item
    return Waiting(
        kind=item.kind,
        ref=item.ref,
        title=row.shown or item.title,
        school=row.school or "",
        author=row.author or "",
        since=row.since,
        is_edit=row.is_edit,
        open_comments=comments.get(item.id, 0),
    )


def open_comments(session: orm.Session, item: Item) -> int:
    """Return how many comments on this write-up nobody has settled yet."""
    own = sa.select(sa.func.count()).where(ReviewComment.item_id == item.id, ReviewComment.settled_at.is_(None))
    return session.scalar(own) or 0


def _open_comments(session: orm.Session) -> dict[int, int]:
    query = sa.select(ReviewComment.item_id, sa.func.count()).where(ReviewComment.settled_at.is_(None))
    return dict(session.execute(query.group_by(ReviewComment.item_id)).all())


def said(session: orm.Session, item: Item) -> dict[str, list[Said]]:
    """Return the comments on a write-up by field, the oldest first."""
    rows = session.execute(
        sa.select(ReviewComment, Person.name)
        .join(Person, Person.id == ReviewComment.person_id)
        .where(ReviewComment.item_id == item.id)
        .order_by(ReviewComment.at, ReviewComment.id)
    )
    found: dict[str, list[Said]] = defaultdict(list)
    for comment, author in rows:
        found[comment.field].append(Said(comment, author))
    return dict(found)


def discussed_comment(session: orm.Session, viewer: Viewer, ref: Ref, comment_id: int) -> Discussed:
    """Return one comment on a record, for those who review it and those who write it."""
    item = discussed_item(session, viewer, ref)
    found = session.scalar(
        sa.select(ReviewComment).where(ReviewComment.id == comment_id, ReviewComment.item_id == item.id)
    )
    if found is None:
        raise NotFoundError
    return Discussed(item, found)


def last_note(session: orm.Session, item: Item) -> str:
    """Return what the hub wrote when it last sent the write-up back; "" if it did not, or not for this round."""
    waiting = session.scalar(
        sa.select(Revision.note)
        .where(Revision.item_id == item.id, Revision.status == RevisionStatus.RETURNED)
        .order_by(Revision.number.desc())
        .limit(1)
    )
    if waiting is not None:
        return waiting
    return _latest_note(session, item, State.DRAFT)


def word_of_author(session: orm.Session, item: Item) -> str:
    """Return what the author wrote to the hub when sending the write-up that waits now."""
    return _latest_note(session, item, State.REVIEW)


def _latest_note(session: orm.Session, item: Item, state: State) -> str:
    row = session.execute(
        sa.select(Publication.to_state, Publication.note)
        .where(Publication.item_id == item.id)
        .order_by(Publication.id.desc())
        .limit(1)
    ).first()
    return row.note if row is not None and row.to_state is state else ""
