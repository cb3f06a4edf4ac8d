"""Reads on attachments."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.attachments.models import Attachment
from kb.attachments.rules import images_without_words, named_in
from kb.errors import NotFoundError
from kb.items.models import Item
from kb.permissions import Permission, State, Viewer, can

_WITH_BLOB = orm.joinedload(Attachment.blob)


def attachments_of(session: orm.Session, item: Item) -> Sequence[Attachment]:
    """Return the files of a record with their blobs, in the order they were added."""
    find = sa.select(Attachment).where(Attachment.item_id == item.id).options(_WITH_BLOB)
    return session.scalars(find.order_by(Attachment.id)).all()


def by_public_id(session: orm.Session, public_id: str) -> Attachment:
    """Return the attachment with its blob, or raise NotFoundError."""
    found = session.scalar(sa.select(Attachment).where(Attachment.public_id == public_id).options(_WITH_BLOB))
    if found is None:
        raise NotFoundError
    return found


def item_of(session: orm.Session, viewer: Viewer, public_id: str, name: str) -> Item:
    """Return the record a file belongs to, if the viewer may have the file; else raise NotFoundError: this decides.

    A file of a published record that its published text does not show (it waits with an edit, or was taken out of the
    text) is for those who write or review the record.
    """
    statement = sa.select(Item, Attachment.name).join(Attachment, Attachment.item_id == Item.id)
    found = session.execute(statement.where(Attachment.public_id == public_id).options(orm.undefer(Item.html))).first()
    if found is None or found.name != name:
        raise NotFoundError
    item: Item = found.Item
    is_shown = item.state is not State.PUBLISHED or any(public_id in named_in(html) for html in item.html.values())
    reads = can(viewer, Permission.ITEM_READ, item)
    if (reads and is_shown) or can(viewer, Permission.ITEM_EDIT, item):
        return item
    if reads and (can(viewer, Permission.ITEM_REVIEW, item) or can(viewer, Permission.ITEM_HISTORY, item)):
        return item
    raise NotFoundError


def texts_beside(session: orm.Session, item: Item, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what else the privacy guard must read: the words of files these texts show, where a text has others."""
    whole = "\n".join(texts.values())
    shown = named_in(whole)
    files = attachments_of(session, item) if shown else []
    return {
        f"attachments.{file.public_id}": file.alt
        for file in files
        if file.public_id in shown and file.alt and file.alt not in whole
    }


def images_without_alt(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the addresses of pictures without words, by the field of the text they stand in."""
    found = {field: list(images_without_words(text)) for field, text in texts.items()}
    return {field: addresses for field, addresses in found.items() if addresses}
