"""The verbs of reviews: say something at a field, settle it, take a write-up in or send it back with a message."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts.models import Person
from kb.accounts.queries import viewer_of
from kb.errors import InvalidError
from kb.items.models import Item
from kb.mail import actions as mail
from kb.permissions import Permission, can
from kb.reviews.models import ReviewComment
from kb.writing import actions as writing
from kb.writing.queries import open_edit

LONGEST = 4000


def comment(session: orm.Session, item: Item, *, field: str, text: str, by: int, now: dt.datetime) -> ReviewComment:
    """Say something at a field of a write-up, or about all of it."""
    if not text.strip():
        message = "Write what you want to say."
        raise InvalidError(message, field="text")
    if len(text) > LONGEST:
        message = f"Write it in at most {LONGEST} characters."
        raise InvalidError(message, field="text")
    row = ReviewComment(item_id=item.id, field=field[:120], text=text.strip(), person_id=by, at=now)
    session.add(row)
    _record(session, item, "review comment", by=by, now=now)
    return row


def settle(session: orm.Session, item: Item, row: ReviewComment, *, by: int, now: dt.datetime) -> None:
    """Note that a comment is dealt with. Twice is once."""
    if row.settled_at is None:
        row.settled_at, row.settled_by_id = now, by
        _record(session, item, "review comment settled", by=by, now=now)


def accept(
    session: orm.Session, item: Item, *, minor: bool, note: str, address: str, by: int, now: dt.datetime
) -> None:
    """Publish a write-up or take an edit in, and tell its author. BlockedError says what is missing."""
    writer = _writer(session, item)
    writing.publish(session, item, minor=minor, note=note, by=by, now=now)
    session.execute(
        sa.update(ReviewComment)
        .where(ReviewComment.item_id == item.id, ReviewComment.settled_at.is_(None))
        .values(settled_at=now, settled_by_id=by)
    )
    text = f"“{item.title}” is published.\n\n{note}\n\n{address}\n"
    _tell(session, item, writer, subject="Your write-up is published", text=text, by=by, now=now)


def send_back(session: orm.Session, item: Item, *, note: str, address: str, by: int, now: dt.datetime) -> None:
    """Ask for changes and tell the author what for. InvalidError without a word about it."""
    if not note.strip():
        message = "Say what should change, so that the writer knows what to do next."
        raise InvalidError(message, field="note")
    title, writer = item.title, _writer(session, item)
    writing.ask_for_changes(session, item, note=note.strip(), by=by, now=now)
    text = f"The hub read “{title}” and asks for changes:\n\n{note.strip()}\n\nGo on writing here:\n{address}\n"
    _tell(session, item, writer, subject="The hub asks for changes", text=text, by=by, now=now)


def _writer(session: orm.Session, item: Item) -> int | None:
    """Return whose words wait: of an edit those of whoever made it, which need not be who wrote the record first."""
    waiting = open_edit(session, item)
    return item.author_id if waiting is None else waiting.author_id


def _tell(
    session: orm.Session, item: Item, writer: int | None, *, subject: str, text: str, by: int, now: dt.datetime
) -> None:
    """Send a letter to the writer, who may have left the school meanwhile: then nothing of the record is told."""
    person = session.get(Person, writer) if writer is not None else None
    viewer = viewer_of(session, writer, today=now.date())
    may_know = can(viewer, Permission.ITEM_READ, item) or can(viewer, Permission.ITEM_EDIT, item)
    if person is not None and person.email and may_know and person.id != by:
        mail.send(session, to=person.email, subject=subject, text=text, about=item.public_id, now=now)


def _record(session: orm.Session, item: Item, action: str, *, by: int, now: dt.datetime) -> None:
    history.record(session, action, kind=item.kind.value, public_id=item.public_id, by=by, now=now)
