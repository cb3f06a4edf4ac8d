"""Reads on comments: only ever those of a record that the viewer may read."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import markup
from kb.accounts.models import Person
from kb.db import rows
from kb.errors import NotFoundError
from kb.following.comments.models import Comment, CommentReport
from kb.following.comments.rules import CommentKind, CommentState
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind
from kb.permissions import Permission, State, Viewer, can

BEGINNING = 140  # characters of a question in a list
MOST = 1000  # of one record that are read at once, the latest
_COLUMNS = (
    Comment.id,
    Comment.public_id,
    Comment.parent_id,
    Comment.kind,
    Comment.author_id,
    Comment.html,
    Comment.created_at,
    Comment.state,
    Comment.reason,
    Person.name,
)
_OF_ITEM = (
    sa.select(*_COLUMNS)
    .outerjoin(Person, Person.id == Comment.author_id)
    .where(Comment.item_id == sa.bindparam("item"))
    .order_by(Comment.created_at.desc(), Comment.id.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Line:
    """A comment as a viewer sees it. ``is_open``: whether its words are for this viewer, else they are left out."""

    public_id: str
    kind: CommentKind
    author: str
    mine: bool
    is_open: bool
    html: str
    created_at: dt.datetime
    state: CommentState
    reason: str
    answers: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said about a record: the latest first, each with its answers in the order they came."""

    lines: Sequence[Line]
    total: int
    may_write: bool
    more: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What ``can`` asks of a comment that is still to be looked up."""

    item: Item
    author_id: int | None = None


def talk(session: orm.Session, viewer: Viewer, item: Item, *, limit: int | None = None) -> Talk:
    """Return what was said about an item that the caller was allowed to read.

    Hidden and removed comments are left out; those who look after the record, and who wrote it, still see them. One
    that has answers keeps its place without its words.
    """
    moderates = can(viewer, Permission.COMMENT_MODERATE, Subject(item))
    found = rows(session, _OF_ITEM, {"item": item.id}).all()
    answers: dict[int, list[Any]] = defaultdict(list)
    for row in reversed(found):
        if row.parent_id is not None:
            answers[row.parent_id].append(row)
    starts = [row for row in found if row.parent_id is None]
    lines = [_line(row, answers[row.id], viewer, moderates=moderates) for row in starts]
    seen = [line for line in lines if line.is_open or line.answers]
    total = sum(1 + len(line.answers) for line in seen)
    more = limit is not None and len(seen) > limit
    return Talk(seen[:limit], total, can(viewer, Permission.ITEM_COMMENT, item), more)


def _line(row: Any, answers: Sequence[Any], viewer: Viewer, *, moderates: bool) -> Line:
    mine = row.author_id is not None and row.author_id == viewer.person_id
    is_open = row.state is CommentState.SHOWN or moderates or mine
    below = tuple(_line(answer, (), viewer, moderates=moderates) for answer in answers)
    return Line(
        public_id=row.public_id,
        kind=row.kind,
        author=(row.name or "") if is_open else "",
        mine=mine,
        is_open=is_open,
        html=row.html if is_open else "",
        created_at=row.created_at,
        state=row.state,
        reason=row.reason if is_open else "",
        answers=tuple(line for line in below if line.is_open),
    )


def thread(session: orm.Session, viewer: Viewer, comment: Comment) -> Line:
    """Return the comment with all that stands in its thread, as the viewer sees it."""
    wanted = comment.public_id
    lines = talk(session, viewer, comment.item).lines
    return next(line for line in lines if wanted in {line.public_id, *(answer.public_id for answer in line.answers)})


def item_for_talk(session: orm.Session, viewer: Viewer, kind: str, ref: Ref) -> Item:
    """Return a published item that the viewer may read, or raise NotFoundError."""
    item = (
        session.scalar(
            sa.select(Item).where(
                Item.public_id == ref.public_id, Item.kind == kind, Item.state == State.PUBLISHED, readable(viewer)
            )
        )
        if kind in set(Kind)
        else None
    )
    if item is None:
        raise NotFoundError
    return item


def comment_by_id(session: orm.Session, viewer: Viewer, public_id: str) -> Comment:
    """Return a comment that the viewer may read, with its item and author, or raise NotFoundError."""
    comment = session.scalar(
        sa.select(Comment)
        .join(Comment.item)
        .where(Comment.public_id == public_id, readable(viewer))
        .options(orm.contains_eager(Comment.item), orm.joinedload(Comment.author))
    )
    if comment is None:
        raise NotFoundError
    allowed = can(viewer, Permission.COMMENT_MODERATE, comment) or can(viewer, Permission.COMMENT_REMOVE, comment)
    if comment.state is not CommentState.SHOWN and not allowed:
        raise NotFoundError
    return comment


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the record it is about and how many answers it has."""

    public_id: str
    html: str
    created_at: dt.datetime
    answers: int
    latest: dt.datetime | None
    kind: Kind
    ref: Ref
    title: str
    language: str

    @property
    def words(self) -> str:
        """How the question begins."""
        words = markup.plain(self.html)
        return words if len(words) <= BEGINNING else f"{words[:BEGINNING].rsplit(' ', 1)[0]} …"


def my_questions(session: orm.Session, viewer: Viewer, *, limit: int) -> list[Asked]:
    """Return the viewer's own questions, the latest first, on records the viewer may still read."""
    return _asked(session, viewer, Comment.author_id == viewer.person_id, limit=limit)


def unanswered(session: orm.Session, viewer: Viewer, *, limit: int) -> list[Asked]:
    """Return questions of others that nobody has answered yet, on records of the viewer's schools and networks."""
    ours = sa.or_(
        Item.author_id == viewer.person_id,
        Item.school_id.in_(viewer.contributes_to),
        Item.network_id.in_(viewer.curates),
    )
    others = sa.or_(Comment.author_id.is_(None), Comment.author_id != viewer.person_id)
    return [one for one in _asked(session, viewer, sa.and_(ours, others), limit=limit * 5) if not one.answers][:limit]


def answered_since(session: orm.Session, viewer: Viewer, since: dt.datetime) -> list[Asked]:
    """Return the viewer's questions that somebody else answered since then."""
    mine = _asked(session, viewer, Comment.author_id == viewer.person_id, limit=100)
    return [one for one in mine if one.latest is not None and one.latest > since]


def _asked(session: orm.Session, viewer: Viewer, condition: sa.ColumnElement[bool], *, limit: int) -> list[Asked]:
    answer = orm.aliased(Comment)
    others = sa.or_(answer.author_id.is_(None), answer.author_id != Comment.author_id)
    joined = sa.and_(answer.parent_id == Comment.id, answer.state == CommentState.SHOWN, others)
    columns = (Comment.public_id, Comment.html, Comment.created_at)
    item = (Item.kind, Item.public_id.label("item"), Item.slug, Item.title, Item.language)
    found = session.execute(
        sa.select(
            *columns, *item, sa.func.count(answer.id).label("answers"), sa.func.max(answer.created_at).label("at")
        )
        .join(Item, Item.id == Comment.item_id)
        .outerjoin(answer, joined)
        .where(Comment.kind == CommentKind.QUESTION, Comment.state == CommentState.SHOWN, readable(viewer), condition)
        .group_by(Comment.id, Item.id)
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(limit)
    )
    return [
        Asked(
            public_id=row.public_id,
            html=row.html,
            created_at=row.created_at,
            answers=row.answers,
            latest=row.at,
            kind=row.kind,
            ref=Ref(row.item, row.slug),
            title=row.title,
            language=row.language,
        )
        for row in found
    ]


def open_reports(session: orm.Session, viewer: Viewer) -> Sequence[CommentReport]:
    """Return reports that nobody has settled, of comments the viewer looks after, the oldest first."""
    ours = (
        sa.true()
        if viewer.is_admin
        else sa.or_(Item.network_id.in_(viewer.curates), Item.school_id.in_(viewer.contributes_to))
    )
    return session.scalars(
        sa.select(CommentReport)
        .join(CommentReport.comment)
        .join(Comment.item)
        .where(CommentReport.settled_at.is_(None), readable(viewer), ours)
        .options(
            orm.contains_eager(CommentReport.comment).contains_eager(Comment.item),
            orm.contains_eager(CommentReport.comment).joinedload(Comment.author),
        )
        .order_by(CommentReport.at, CommentReport.id)
    ).all()
