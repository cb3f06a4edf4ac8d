"""The verbs of attachments: add, remove, and remove with the record."""

import datetime as dt
import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from kb import history
from kb.accounts.models import Person
from kb.attachments.blobs import BlobStore
from kb.attachments.contents import Content
from kb.attachments.document import AttachmentDocument
from kb.attachments.models import Attachment, Blob
from kb.attachments.rules import ALT_LENGTH, MAX_EACH, FileKind, clean_name
from kb.db import clock
from kb.errors import InvalidError
from kb.ids import new_public_id
from kb.items.models import Item
from kb.jobs import actions as jobs
from kb.permissions import State

CLEAN = "attachments.clean"


def attach(
    session: orm.Session,
    store: BlobStore,
    item: Item,
    content: Content,
    *,
    name: str,
    alt: str,
    by: int | None,
    now: dt.datetime,
) -> Attachment:
    """Add a file that ``contents.accept`` took to a record; a picture needs words that say what it shows.

    The same content twice in one record is one file. The bytes are in the store before the rows are committed.
    """
    words = " ".join(alt.split())
    if content.kind.is_image and not words:
        message = "Say in a few words what the picture shows, for readers who cannot see it."
        raise InvalidError(message, field="alt")
    if len(words) > ALT_LENGTH:
        message = f"Use at most {ALT_LENGTH} characters to say what the file shows."
        raise InvalidError(message, field="alt")
    if item.state is State.ERASED:
        message = "This record was erased. Nothing can be added to it."
        raise InvalidError(message, field="file")
    sha256 = hashlib.sha256(content.data).hexdigest()
    present = {row.sha256: row for row in session.scalars(sa.select(Attachment).where(Attachment.item_id == item.id))}
    if (same := present.get(sha256)) is not None:
        same.alt = words or same.alt
        return _with_blob(session, same)
    if len(present) >= MAX_EACH:
        message = f"A record can hold {MAX_EACH} files. Remove one first."
        raise InvalidError(message, field="file")
    keep(session, store, content, now=now)
    row = Attachment(
        public_id=new_public_id(),
        item_id=item.id,
        sha256=sha256,
        name=clean_name(name, content.kind),
        alt=words,
        person_id=by,
        at=now,
    )
    session.add(row)
    session.flush()
    _record(session, item, "attached", row, by=by, now=now)
    return _with_blob(session, row)


def keep(session: orm.Session, store: BlobStore, content: Content, *, now: dt.datetime) -> None:
    """Keep the bytes, and hold the row of the blob until the commit so that nobody clears it away meanwhile."""
    sha256 = hashlib.sha256(content.data).hexdigest()
    _hold(session, {"sha256": sha256, "size": len(content.data), "kind": content.kind, "touched_at": now})
    store.put(content.data)


def _hold(session: orm.Session, row: dict[str, Any]) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    update = {name: row[name] for name in ("size", "kind", "touched_at")}
    session.execute(insert(Blob).values(row).on_conflict_do_update(index_elements=["sha256"], set_=update))


def save(
    session: orm.Session, document: AttachmentDocument, *, kind: FileKind, size: int, by: int | None, now: dt.datetime
) -> Attachment:
    """Write what an import says of a file whose bytes are in the store already."""
    item = session.scalars(sa.select(Item).where(Item.public_id == document.item)).one()
    row = session.scalar(sa.select(Attachment).where(Attachment.public_id == document.id))
    if row is not None and row.item_id != item.id:
        message = f"{document.id} is a file of another record. Public ids are never reused: choose a new one."
        raise InvalidError(message, field="id")
    if item.state is State.ERASED:
        message = f"{document.item} was erased and takes no file. Delete this one."
        raise InvalidError(message, field="item")
    if kind.is_image and not document.alt:
        message = "is missing. Say in a few words what the picture shows."
        raise InvalidError(message, field="alt")
    sha256 = document.sha256 or ""
    _hold(session, {"sha256": sha256, "size": size, "kind": kind, "touched_at": now})
    row = row or Attachment(public_id=document.id, item_id=item.id)
    row.sha256, row.name, row.alt, row.at = sha256, document.name, document.alt, document.at
    row.person_id = session.scalar(sa.select(Person.id).where(Person.public_id == document.author))
    session.add(row)
    session.flush()
    _record(session, item, "attached", row, by=by, now=now)
    return row


def remove(session: orm.Session, item: Item, attachment: Attachment, *, by: int | None, now: dt.datetime) -> None:
    """Take a file out of a record; its bytes go when no other record uses them."""
    _record(session, item, "removed file", attachment, by=by, now=now)
    session.delete(attachment)
    session.flush()
    _clean_later(session, [attachment.sha256], now)


def erase(session: orm.Session, item: Item) -> None:
    """Take all files out of a record that is erased; their bytes go right after, unless another record uses them."""
    found = session.scalars(sa.select(Attachment.sha256).where(Attachment.item_id == item.id)).all()
    if found:
        session.execute(sa.delete(Attachment).where(Attachment.item_id == item.id))
        _clean_later(session, sorted(set(found)), clock(session))


def clear(session: orm.Session, store: BlobStore, sha256: str, *, now: dt.datetime) -> bool:
    """Remove a blob that no attachment uses, from the store and the database; say whether it went.

    The row is held (and made first, if only the bytes are there) before anybody looks who uses it, so an upload of the
    same bytes waits, and then finds either its attachment counted or nothing left.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"sha256": sha256, "size": 0, "kind": "png", "touched_at": now}
    session.execute(insert(Blob).values(row).on_conflict_do_nothing(index_elements=["sha256"]))
    session.execute(sa.select(Blob.sha256).where(Blob.sha256 == sha256).with_for_update())
    if session.scalar(sa.select(Attachment.id).where(Attachment.sha256 == sha256).limit(1)) is not None:
        return False
    session.execute(sa.delete(Blob).where(Blob.sha256 == sha256))
    store.remove(sha256)
    return True


def _with_blob(session: orm.Session, row: Attachment) -> Attachment:
    orm.attributes.set_committed_value(row, "blob", session.get_one(Blob, row.sha256))
    return row


def _clean_later(session: orm.Session, blobs: list[str], now: dt.datetime) -> None:
    jobs.add(session, CLEAN, {"sha256": blobs}, now=now)


def _record(
    session: orm.Session, item: Item, action: str, attachment: Attachment, *, by: int | None, now: dt.datetime
) -> None:
    history.record(
        session,
        action,
        kind=item.kind.value,
        public_id=item.public_id,
        by=by,
        now=now,
        attachment=attachment.public_id,
    )
