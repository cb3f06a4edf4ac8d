"""The verbs of comments: say, report, hide, show again, take back. Words are kept, whatever becomes of a comment."""

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, markup
from kb.accounts import throttle
from kb.accounts.models import Person
from kb.errors import InvalidError
from kb.following.comments.document import CommentDocument
from kb.following.comments.models import Comment, CommentReport
from kb.following.comments.rules import LONGEST, CommentKind, CommentState
from kb.ids import new_public_id
from kb.items.actions import row_id
from kb.items.models import Item
from kb.permissions import Audience

AT_ONCE = 20  # comments of one person
IN = 600  # seconds
_TWICE = dt.timedelta(minutes=10)


def say(
    session: orm.Session,
    item: Item,
    *,
    kind: CommentKind,
    text: str,
    by: int,
    now: dt.datetime,
    parent: Comment | None = None,
) -> Comment:
    """Add a comment or a question to an item, or an answer to a comment of it.

    The same words sent twice in ten minutes are one comment. Raises InvalidError without words or with too many,
    TooManyError after many in a short time.
    """
    text = markup.normalise(text)
    _check(text, kind, parent, item)
    if known := _same(session, item, kind, text, parent, by=by, now=now):
        return known
    throttle.allow(session, f"comment:{by}", limit=AT_ONCE, seconds=IN, now=now)
    row = Comment(
        public_id=new_public_id(),
        item_id=item.id,
        item=item,
        parent_id=parent and parent.id,
        kind=kind,
        author_id=by,
        text=text,
        html=markup.render(text),
        created_at=now,
    )
    session.add(row)
    session.flush()
    history.record(session, "said", kind="comment", public_id=row.public_id, by=by, now=now, on=item.public_id)
    return row


def save(session: orm.Session, document: CommentDocument, *, by: int | None, now: dt.datetime) -> Comment:
    """Write a comment that comes from a file: said elsewhere, or here before a restore."""
    row = session.scalar(sa.select(Comment).where(Comment.public_id == document.id))
    parent = row_id(session, Comment, document.answers, "answers")
    item_id = row_id(session, Item, document.item, "item")
    author, decider = (row_id(session, Person, one, "author") for one in (document.author, document.state_by))
    row = row or Comment(public_id=document.id)
    row.item_id, row.parent_id, row.kind = item_id or 0, parent, document.says
    row.author_id, row.created_at = author, document.at
    row.text, row.html = document.body, markup.render(document.body)
    row.state, row.state_at, row.state_by = document.state, document.state_at, decider
    row.reason = document.reason
    session.add(row)
    session.flush()
    history.record(session, "imported", kind="comment", public_id=row.public_id, by=by, now=now, on=document.item)
    return row


def report(session: orm.Session, comment: Comment, *, reason: str, by: int, now: dt.datetime) -> CommentReport:
    """Tell those who look after the record that a comment should not stand there; once a person."""
    row = session.scalar(
        sa.select(CommentReport).where(CommentReport.comment_id == comment.id, CommentReport.person_id == by)
    )
    if row is None:
        row = CommentReport(comment_id=comment.id, person_id=by, reason=reason, at=now)
        session.add(row)
    elif row.settled_at is not None:
        row.reason, row.at, row.settled_at, row.settled_by = reason, now, None, None
    session.flush()
    return row


def hide(session: orm.Session, comment: Comment, *, reason: str, by: int, now: dt.datetime) -> None:
    """Let readers no longer see a comment; who wrote it sees the reason."""
    _become(session, comment, CommentState.HIDDEN, reason=reason, by=by, now=now)
    settle(session, comment, by=by, now=now)


def show(session: orm.Session, comment: Comment, *, by: int, now: dt.datetime) -> None:
    """Let readers see a hidden comment again. One that was taken back by who wrote it stays so."""
    if comment.state is CommentState.REMOVED and comment.author_id != by:
        message = "Who wrote this took it back. Only they can bring it back."
        raise InvalidError(message)
    if comment.state is CommentState.HIDDEN and comment.author_id == by and comment.state_by != by:
        message = "This was hidden by the people who look after the record. Ask them if you think it should be seen."
        raise InvalidError(message)
    _become(session, comment, CommentState.SHOWN, reason="", by=by, now=now)
    settle(session, comment, by=by, now=now)


def remove(session: orm.Session, comment: Comment, *, by: int, now: dt.datetime) -> None:
    """Take back one's own comment. One that was hidden stays hidden."""
    if comment.state is not CommentState.HIDDEN:
        _become(session, comment, CommentState.REMOVED, reason="", by=by, now=now)


def settle(session: orm.Session, comment: Comment, *, by: int, now: dt.datetime) -> None:
    """Note that the reports about a comment were looked at."""
    session.execute(
        sa.update(CommentReport)
        .where(CommentReport.comment_id == comment.id, CommentReport.settled_at.is_(None))
        .values(settled_at=now, settled_by=by)
    )


def erase_words(session: orm.Session, comment: Comment, *, by: int | None, now: dt.datetime) -> None:
    """Remove the words of a hidden comment for good: what a privacy problem asks for."""
    if comment.state is not CommentState.HIDDEN:
        message = "Hide the comment first."
        raise InvalidError(message)
    comment.text = comment.html = comment.reason = ""
    session.execute(sa.update(CommentReport).where(CommentReport.comment_id == comment.id).values(reason=""))
    history.record(session, "erased", kind="comment", public_id=comment.public_id, by=by, now=now)


def move(session: orm.Session, source: Item, target: Item, *, only: Collection[int] | None = None) -> list[int]:
    """Let what was said about one item stand at another (some of it with ``only``); return the comments.

    They stay where they are if the other item is for people who may not read the first.
    """
    place = ("audience", "network_id", "school_id", "author_id")
    alike = all(getattr(source, name) == getattr(target, name) for name in place)
    if source.audience is not Audience.PUBLIC and not alike:
        return []
    chosen = sa.select(Comment.id).where(Comment.item_id == source.id)
    ids = list(session.scalars(chosen if only is None else chosen.where(Comment.id.in_(only))))
    session.execute(sa.update(Comment).where(Comment.id.in_(ids)).values(item_id=target.id))
    return ids


def _check(text: str, kind: CommentKind, parent: Comment | None, item: Item) -> None:
    if not text:
        message = "Write something first."
        raise InvalidError(message, field="words")
    if len(text) > LONGEST:
        message = f"This is longer than {LONGEST:,} characters. Make it shorter, or send it in two parts."
        raise InvalidError(message, field="words")
    fits = parent is not None and parent.item_id == item.id and parent.parent_id is None
    if (kind is CommentKind.ANSWER) != (parent is not None) or (parent is not None and not fits):
        message = "An answer belongs to a comment or a question on the same record."
        raise InvalidError(message)


def _same(
    session: orm.Session,
    item: Item,
    kind: CommentKind,
    text: str,
    parent: Comment | None,
    *,
    by: int,
    now: dt.datetime,
) -> Comment | None:
    """Return the comment that this one repeats: a form that was sent twice."""
    recent = sa.select(Comment).where(
        Comment.item_id == item.id,
        Comment.author_id == by,
        Comment.kind == kind,
        Comment.created_at > now - _TWICE,
        Comment.state == CommentState.SHOWN,
    )
    parent_id = parent and parent.id
    return next((row for row in session.scalars(recent) if (row.text, row.parent_id) == (text, parent_id)), None)


def _become(
    session: orm.Session, comment: Comment, state: CommentState, *, reason: str, by: int, now: dt.datetime
) -> None:
    if comment.state is state:
        return
    comment.state, comment.state_at, comment.state_by, comment.reason = state, now, by, reason
    history.record(session, state.value, kind="comment", public_id=comment.public_id, by=by, now=now)
