"""Keeps editions, revisions and publications: what was published when, word for word."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.documents import Document, Moment, PublicId, Text, Word
from kb.items.document import ItemDocument, PublicationEntry
from kb.items.models import Item, Publication, Revision
from kb.items.rules import RevisionStatus
from kb.permissions import State

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class RevisionDocument(Document):
    """A revision as files hold it. ``content`` is the document of the item as it was."""

    kind: Literal["revision"] = "revision"
    item: PublicId
    number: Number
    base: Number | None = None
    edition: Number | None = None
    minor: bool = False
    status: Word[RevisionStatus]
    author: PublicId | None = None
    at: Moment
    note: Text = ""
    content: dict[str, Any]


def next_edition(item: Item, document: ItemDocument, before: ItemDocument | None) -> int:
    """Return the edition the item has when this document is written.

    A published record whose words change gets the next one unless the change is marked minor.
    """
    told = document.natural_edition if document.edition is None else document.edition
    if before is None or told > item.edition:
        return told
    changed = before.words() != document.words()
    is_next = document.state is State.PUBLISHED and changed and not document.minor
    return item.edition + 1 if is_next else item.edition


def natural(item: Item, document: ItemDocument) -> list[RevisionDocument]:
    """Return the revisions that a file implies when none come with it: the published text, if it ever was."""
    if item.edition == 0 or document.state is State.ERASED:
        return []
    at = document.published or document.created
    return [_revision(document, number=1, base=None, edition=item.edition, minor=False, at=at)]


def keep(
    session: orm.Session,
    item: Item,
    document: ItemDocument,
    before: ItemDocument | None,
    *,
    given: Sequence[RevisionDocument],
    by: int | None,
    now: dt.datetime,
) -> None:
    """Write the revisions and publications that are new with this document."""
    latest = 0 if before is None else _latest_number(session, item)
    new = [revision for revision in given if revision.number > latest]
    if not new and before is None:
        new = natural(item, document)
    elif not new and document.state is State.PUBLISHED and before is not None and _needs_revision(before, document):
        minor = before.state is State.PUBLISHED and document.minor
        base = latest or None
        new = [_revision(document, number=latest + 1, base=base, edition=item.edition, minor=minor, at=now)]
    people = _people(session, [entry.author for entry in new] + [entry.by for entry in document.publications])
    session.add_all(_revision_row(item, entry, people.get(entry.author, by)) for entry in new)
    session.add_all(
        Publication(
            item_id=item.id,
            from_state=entry.was,
            to_state=entry.state,
            edition=entry.edition,
            at=entry.at,
            person_id=people.get(entry.by, by),
            note=entry.note,
        )
        for entry in _new_publications(item, document, before, now)
    )


def _needs_revision(before: ItemDocument, document: ItemDocument) -> bool:
    was_published = (before.natural_edition if before.edition is None else before.edition) > 0
    return not was_published or before.words() != document.words()


def _new_publications(
    item: Item, document: ItemDocument, before: ItemDocument | None, now: dt.datetime
) -> list[PublicationEntry]:
    told = document.publications or document.natural_publications
    if before is None:
        return told
    known = before.publications or before.natural_publications
    if len(told) > len(known) and told[: len(known)] == known:
        return told[len(known) :]
    if before.state is document.state:
        return []
    return [PublicationEntry(was=before.state, state=document.state, edition=item.edition, at=now)]


def _revision(
    document: ItemDocument, *, number: int, base: int | None, edition: int, minor: bool, at: dt.datetime
) -> RevisionDocument:
    return RevisionDocument(
        item=document.id,
        number=number,
        base=base,
        edition=edition,
        minor=minor,
        status=RevisionStatus.PUBLISHED,
        at=at,
        content=document.snapshot(),
    )


def _revision_row(item: Item, entry: RevisionDocument, author_id: int | None) -> Revision:
    return Revision(
        item_id=item.id,
        number=entry.number,
        base=entry.base,
        edition=entry.edition,
        minor=entry.minor,
        status=entry.status,
        author_id=author_id,
        at=entry.at,
        note=entry.note,
        content=entry.content,
    )


def _latest_number(session: orm.Session, item: Item) -> int:
    return session.scalar(sa.select(sa.func.max(Revision.number)).where(Revision.item_id == item.id)) or 0


def _people(session: orm.Session, public_ids: Sequence[str | None]) -> dict[str | None, int]:
    wanted = {public_id for public_id in public_ids if public_id is not None}
    if not wanted:
        return {}
    rows = session.execute(sa.select(Person.public_id, Person.id).where(Person.public_id.in_(wanted)))
    return {public_id: person_id for public_id, person_id in rows}  # noqa: C416 - a row is no pair for mypy
