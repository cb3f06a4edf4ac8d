"""Keeps every text that was saved as a revision, and finds the text a form was opened on."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.items.models import Item, Revision
from kb.items.rules import RevisionStatus
from kb.permissions import State
from kb.writing import kinds, queries

_TOUCHED = "kb.touched"


def keep(
    session: orm.Session, item: Item, document: Any, *, status: RevisionStatus, by: int | None, now: dt.datetime
) -> Revision:
    """Add a revision that is not (yet) the published text."""
    latest = session.scalar(sa.select(sa.func.max(Revision.number)).where(Revision.item_id == item.id)) or 0
    current = queries.current_revision(session, item)
    content = document if status is RevisionStatus.SAVED else document.model_copy(update={"state": State.DRAFT})
    row = Revision(
        item_id=item.id,
        number=latest + 1,
        base=current.number if current else None,
        edition=None,
        status=status,
        author_id=by,
        at=now,
        content=content.snapshot(),
    )
    session.add(row)
    session.flush()
    return row


def keep_first(session: orm.Session, item: Item, *, by: int | None, now: dt.datetime) -> None:
    """Keep the text of a record that came without revisions before it is changed for the first time."""
    if queries.current_revision(session, item) is None:
        document = kinds.document_of(session, item)
        row = keep(session, item, document, status=RevisionStatus.SAVED, by=item.author_id or by, now=now)
        if item.state in (State.PUBLISHED, State.WITHDRAWN):
            row.status, row.edition = RevisionStatus.PUBLISHED, item.edition
        row.at = item.updated_at
        session.flush()


def version(base: str) -> int:
    """Return the version of the item that a form was opened on; 0, which no item has, for what is no base."""
    number = base.partition(".")[0]
    return int(number) if number.isdecimal() and len(number) <= 9 else 0  # noqa: PLR2004 - more digits are no version


def text_of_base(session: orm.Session, item: Item, base: str) -> Any:
    """Return the text a form was opened on, None if it is not known."""
    number = base.partition(".")[2]
    if not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - more digits are no number of a revision
        return None
    row = queries.revision(session, item, max(1, int(number)))
    return None if row is None else kinds.of_snapshot(row.content)


def rehearse(session: orm.Session, document: Any, *, by: int | None, now: dt.datetime) -> None:
    """Write a text and undo it, so that whatever the database refuses is said now and not at its acceptance."""
    touched = session.info.get(_TOUCHED)
    kept = None if touched is None else set(touched)
    trial = session.begin_nested()
    try:
        kinds.save(session, document.model_copy(update={"state": State.DRAFT}), by=by, now=now)
    finally:
        trial.rollback()
        session.info.pop(_TOUCHED, None)
        if kept is not None:
            session.info[_TOUCHED] = kept
