"""Reads of the history of a record: each revision with who, when and what became of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.items.models import Item, Publication, Revision
from kb.items.rules import RevisionStatus
from kb.permissions import State, Viewer
from kb.writing import diff, kinds, queries
from kb.writing.diff import Piece
from kb.writing.passages import Passage, passages


@dataclass(frozen=True, slots=True)
class Step:
    """A revision in the list."""

    number: int
    status: RevisionStatus
    edition: int | None
    minor: bool
    author: str
    at: dt.datetime
    note: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A change of state."""

    was: State
    state: State
    person: str
    at: dt.datetime
    note: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two revisions tell differently. ``before`` and ``after`` are codes where it has no text."""

    label: Any
    pieces: list[Piece | None]
    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()


def steps(session: orm.Session, item: Item) -> list[Step]:
    """Return the revisions of a record, the newest first."""
    current = queries.current_revision(session, item)
    found = session.execute(
        sa.select(Revision, Person.name)
        .outerjoin(Person, Person.id == Revision.author_id)
        .where(Revision.item_id == item.id)
        .order_by(Revision.number.desc())
    )
    return [
        Step(
            number=row.number,
            status=row.status,
            edition=row.edition,
            minor=row.minor,
            author=name or "",
            at=row.at,
            note=row.note,
            is_current=current is not None and row.number == current.number,
        )
        for row, name in found
    ]


def moves(session: orm.Session, item: Item) -> list[Move]:
    """Return the changes of state of a record, the newest first."""
    found = session.execute(
        sa.select(Publication, Person.name)
        .outerjoin(Person, Person.id == Publication.person_id)
        .where(Publication.item_id == item.id)
        .order_by(Publication.id.desc())
    )
    return [Move(row.from_state, row.to_state, name or "", row.at, row.note) for row, name in found]


def text_of(session: orm.Session, item: Item, number: int) -> Any:
    """Return the document of a revision, None if there is no such revision or its form is no longer known."""
    row = queries.revision(session, item, number)
    return None if row is None else kinds.of_snapshot(row.content)


def differences(session: orm.Session, viewer: Viewer, before: Any, after: Any) -> list[Difference]:
    """Return what differs between two documents, in the order of reading."""
    old = {passage.field: passage for passage in passages(session, viewer, before)}
    new = {passage.field: passage for passage in passages(session, viewer, after)}
    names = [*new, *(name for name in old if name not in new)]
    found = [_difference(old.get(name), new.get(name)) for name in names]
    return [difference for difference in found if difference is not None]


def _difference(old: Passage | None, new: Passage | None) -> Difference | None:
    before, after = old.text if old else "", new.text if new else ""
    codes_before, codes_after = old.words if old else (), new.words if new else ()
    if before == after and codes_before == codes_after:
        return None
    label = (new or old).label  # type: ignore[union-attr]  # one of the two is there
    return Difference(label, diff.shortened(diff.pieces(before, after)), codes_before, codes_after)
