"""The document form of an attachment: what a file beside the bytes says of them."""

from collections.abc import Sequence
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.attachments.models import Attachment
from kb.attachments.rules import ALT_LENGTH, NAME_LENGTH, FileKind
from kb.documents import Document, Moment, PublicId, Text
from kb.items.models import Item

_SUFFIXES = "|".join(sorted({kind.suffix[1:] for kind in FileKind}))


def _one_line(text: str) -> str:
    return " ".join(text.split())


class AttachmentDocument(Document):
    """A file of an idea, cycle or case study; the bytes lie in the folder ``<id>`` beside, under ``name``."""

    kind: Literal["attachment"] = "attachment"
    id: PublicId
    item: PublicId
    name: Annotated[str, StringConstraints(pattern=rf"^[a-z0-9][a-z0-9-]*\.(?:{_SUFFIXES})$", max_length=NAME_LENGTH)]
    alt: Annotated[Text, Field(max_length=ALT_LENGTH), AfterValidator(_one_line)] = ""
    author: PublicId | None = None
    at: Moment
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None


def documents(session: orm.Session, attachments: Sequence[Attachment]) -> dict[int, AttachmentDocument]:
    """Return the documents of these attachments by their row's id."""
    ids = [row.id for row in attachments]
    named = sa.select(Attachment.id, Item.public_id, Person.public_id).select_from(Attachment)
    named = named.join(Item).outerjoin(Person, Person.id == Attachment.person_id).where(Attachment.id.in_(ids))
    found = {row_id: (item, author) for row_id, item, author in session.execute(named)}
    return {
        row.id: AttachmentDocument.model_construct(
            kind="attachment",
            id=row.public_id,
            item=found[row.id][0],
            name=row.name,
            alt=row.alt,
            author=found[row.id][1],
            at=row.at,
            sha256=row.sha256,
        )
        for row in attachments
    }
