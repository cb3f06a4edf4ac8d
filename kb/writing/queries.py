"""Reads for people who write: the record they work on, its open edit, its revisions."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Membership, Person, Role
from kb.errors import InvalidError, NotFoundError, WithdrawnError
from kb.ids import Ref
from kb.items.models import Item, Revision
from kb.items.queries import visible_items
from kb.items.rules import FOLDERS, Kind, RevisionStatus
from kb.permissions import Permission, State, Viewer, can
from kb.schools.models import School
from kb.writing import kinds

OPEN = (RevisionStatus.PROPOSED, RevisionStatus.RETURNED)
KINDS = {folder: kind for kind, folder in FOLDERS.items()}
_MANAGING = (
    Permission.ITEM_READ,
    Permission.ITEM_EDIT,
    Permission.ITEM_HISTORY,
    Permission.ITEM_WITHDRAW,
    Permission.ITEM_ERASE,
    Permission.ITEM_REASSIGN,
)


def record_by_ref(session: orm.Session, viewer: Viewer, folder: str, ref: Ref) -> Item:
    """Return the item of an address like ``/ideas/<ref>/…`` for whoever may read it or has anything to do with it."""
    return work_by_ref(session, viewer, KINDS[folder], ref)


def idea_work(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the idea to work on."""
    return work_by_ref(session, viewer, Kind.IDEA, ref)


def cycle_work(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the cycle to work on."""
    return work_by_ref(session, viewer, Kind.CYCLE, ref)


def case_work(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the case study to work on."""
    return work_by_ref(session, viewer, Kind.CASE, ref)


def work_by_ref(session: orm.Session, viewer: Viewer, kind: Kind, ref: Ref) -> Item:
    """Return the item with its HTML; NotFoundError if the viewer may neither read nor do anything with it."""
    item = session.scalar(
        sa.select(Item).where(Item.public_id == ref.public_id, Item.kind == kind).options(orm.undefer(Item.html))
    )
    if item is not None and any(can(viewer, permission, item) for permission in _MANAGING):
        return item
    if item is not None and can(viewer, Permission.ITEM_TOMBSTONE, item):
        raise WithdrawnError(kind=item.kind, public_id=item.public_id, date=item.updated_at.date())
    raise NotFoundError


def refuse_hidden(session: orm.Session, viewer: Viewer, before: Any, document: Any) -> None:
    """Refuse new links to records the writer may not read; what was there stays. InvalidError names none of them."""
    known = {link.target for link in before.links}
    new = {link.target for link in document.links} - known
    named = {getattr(document, name, None) for name in ("idea", "previous")}
    new |= named - {getattr(before, name, None) for name in ("idea", "previous")} - {None}
    if not new:
        return
    readable = visible_items(viewer).with_only_columns(sa.func.count()).where(Item.public_id.in_(new))
    if session.scalar(readable) != len(new):
        raise InvalidError("It names a record that is not there.", field="links")


def open_edit(session: orm.Session, item: Item) -> Revision | None:
    """Return the edit of a published record that waits for a review or was sent back, None for none."""
    return session.scalar(
        sa.select(Revision)
        .where(Revision.item_id == item.id, Revision.status.in_(OPEN))
        .order_by(Revision.number.desc())
        .limit(1)
    )


def working_document(session: orm.Session, item: Item) -> Any:
    """Return the text that whoever edits the item goes on with: the open edit if there is one, else what stands."""
    waiting = open_edit(session, item)
    return kinds.document_of(session, item) if waiting is None else kinds.of_snapshot(waiting.content)


def current_revision(session: orm.Session, item: Item) -> Revision | None:
    """Return the revision that holds ``working_document``, None if none does yet."""
    waiting = open_edit(session, item)
    if waiting is not None:
        return waiting
    is_up = item.state in (State.PUBLISHED, State.WITHDRAWN)
    status = RevisionStatus.PUBLISHED if is_up else RevisionStatus.SAVED
    return session.scalar(
        sa.select(Revision)
        .where(Revision.item_id == item.id, Revision.status == status)
        .order_by(Revision.number.desc())
        .limit(1)
    )


def base_of(session: orm.Session, item: Item) -> str:
    """Return what a form keeps as its ``base``: the version of the item and the number of the revision it shows."""
    current = current_revision(session, item)
    return f"{item.row_version}.{current.number if current else 0}"


def revision(session: orm.Session, item: Item, number: int) -> Revision | None:
    """Return one revision of an item."""
    return session.scalar(sa.select(Revision).where(Revision.item_id == item.id, Revision.number == number))


def revisions(session: orm.Session, item: Item) -> Sequence[Revision]:
    """Return all revisions of an item, the newest first."""
    return session.scalars(
        sa.select(Revision).where(Revision.item_id == item.id).order_by(Revision.number.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """A draft as a hub may know of it: whose and where, and no word of it."""

    kind: Kind
    ref: Ref
    school: str
    author: str
    has_left: bool
    in_review: bool
    changed: dt.datetime


def drafts_of_hub(session: orm.Session, viewer: Viewer) -> list[WaitingDraft]:
    """Return the drafts and write-ups in review whose author the viewer may change, those of people who left first."""
    writes_there = (
        sa.select(Membership.id)
        .where(
            Membership.person_id == Item.author_id,
            Membership.school_id == Item.school_id,
            Membership.role == Role.CONTRIBUTOR,
            Membership.ended_at.is_(None),
        )
        .exists()
    )
    decides: sa.ColumnElement[bool] = Item.network_id.in_(viewer.curates)
    if viewer.is_admin:
        decides = sa.or_(decides, Item.network_id.is_(None))
    found = session.execute(
        sa.select(Item, School.name, Person.name, Person.ended_at, writes_there)
        .join(School, School.id == Item.school_id)
        .outerjoin(Person, Person.id == Item.author_id)
        .where(Item.state.in_((State.DRAFT, State.REVIEW)), decides)
        .order_by(Item.updated_at)
    )
    drafts = [
        WaitingDraft(
            kind=item.kind,
            ref=Ref(item.public_id),
            school=school,
            author=author or "",
            has_left=ended is not None or not writes,
            in_review=item.state is State.REVIEW,
            changed=item.updated_at,
        )
        for item, school, author, ended, writes in found
    ]
    return sorted(drafts, key=lambda draft: not draft.has_left)


def contributors(session: orm.Session, school_id: int | None) -> Sequence[Person]:
    """Return who writes for a school."""
    return session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.school_id == school_id,
            Membership.role == Role.CONTRIBUTOR,
            Membership.ended_at.is_(None),
            Person.ended_at.is_(None),
        )
        .order_by(Person.name)
    ).all()
