"""The verbs of items: write what all kinds share, and settle links, edition, revision and publication."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, markup, reach
from kb.accounts.models import Person
from kb.errors import ConflictError, InvalidError
from kb.ids import slugify
from kb.items import revisions
from kb.items.document import ItemDocument, tag_slug
from kb.items.links import lock_lineage, replace_links
from kb.items.models import Credit, Item, ItemTag
from kb.items.rules import ANCESTRY, Kind, Vocabulary
from kb.items.tags import tag_id
from kb.networks.models import Network
from kb.permissions import State
from kb.schools.models import School


@dataclass(slots=True)
class Written:
    """An item whose rows are written, all but what ``settle`` adds when everything it points at exists."""

    item: Item
    document: ItemDocument
    before: ItemDocument | None
    reached: set[int]


class Write(Protocol):
    """The ``write`` of one kind: the shared part by ``write_item``, then its own."""

    def __call__(  # noqa: D102
        self, session: orm.Session, document: Any, *, before: Any, html: dict[str, str], now: dt.datetime
    ) -> Written: ...


def render(document: ItemDocument) -> dict[str, str]:
    """Return the HTML of every text by its name; InvalidError at its field if one is over a limit."""
    return {name: _rendered(name, text) for name, text in document.texts.items()}


def _rendered(name: str, text: str) -> str:
    try:
        return markup.render(text)
    except InvalidError as error:
        raise InvalidError(str(error), field=f"texts.{name}") from error


def save(
    session: orm.Session,
    document: ItemDocument,
    *,
    read: Callable[[orm.Session, Sequence[Item]], dict[int, Any]],
    write: Write,
    by: int | None,
    now: dt.datetime,
    action: str | None = None,
) -> Item:
    """Create or change one item: what the ``save`` of every kind does."""
    html = render(document)
    if needs_lineage(document):
        lock_lineage(session)
    item = session.scalar(sa.select(Item).where(Item.public_id == document.id))
    before = None
    if item is not None and item.kind == document.kind:  # of another kind: write_item says that the id is taken
        before = read(session, [item])[item.id]
    written = write(session, document, before=before, html=html, now=now)
    settle(session, written, by=by, now=now, action=action)
    return written.item


def needs_lineage(document: ItemDocument) -> bool:
    """Say whether writing this may change who descends from whom, so that ``lock_lineage`` comes first."""
    return any(link.type in ANCESTRY for link in document.links) or bool(getattr(document, "previous", None))


def write_item(
    session: orm.Session,
    document: ItemDocument,
    *,
    before: ItemDocument | None,
    html: dict[str, str],
    now: dt.datetime,
) -> Written:
    """Write the item's row, tags and credits. ``before`` is its document as it stands, None for a new one."""
    item = session.scalar(sa.select(Item).where(Item.public_id == document.id))
    if item is not None and item.kind != document.kind:
        message = f"{document.id} is taken by another record. Public ids are never reused: choose a new one."
        raise InvalidError(message, field="id")
    if (item is None) != (before is None):
        message = f"{document.id} was saved by somebody else at the same moment. Try again."
        raise ConflictError(message, field="id")
    if item is not None and item.state is State.ERASED and document.state is not State.ERASED:
        message = f"{document.id} was erased and does not come back."
        raise InvalidError(message, field="id")
    reached: set[int] = set()
    if item is None:
        item = Item(public_id=document.id, kind=Kind(document.kind), edition=0)
    else:
        reached = reach.of_items(session, [item.id])
    _fill(session, item, document, html=html)
    implied = document.published or document.created
    item.updated_at = (document.updated or implied) if before is None else max(document.updated or now, item.updated_at)
    item.edition = revisions.next_edition(item, document, before)
    session.add(item)
    session.flush()
    _replace_tags(session, item, document)
    _replace_credits(session, item, document, is_new=before is None)
    return Written(item, document, before, reached)


def settle(
    session: orm.Session,
    written: Written,
    *,
    by: int | None,
    now: dt.datetime,
    given: Sequence[revisions.RevisionDocument] = (),
    action: str | None = None,
) -> None:
    """Write links, revision and publication, one history row, and name every item this reaches to the change feed.

    ``given`` are revisions that came with the document, from another installation. ``action`` is the word in the
    history; None says "created" or "changed".
    """
    item, document = written.item, written.document
    linked = replace_links(session, item, document.links)
    revisions.keep(session, item, document, written.before, given=given, by=by, now=now)
    history.record(
        session,
        action or ("created" if written.before is None else "changed"),
        kind=item.kind.value,
        public_id=item.public_id,
        by=by,
        now=now,
        touches=written.reached | linked | reach.of_items(session, [item.id]),
        edition=item.edition,
    )


def row_id(session: orm.Session, table: type[Any], public_id: str | None, field: str) -> int | None:
    """Return the id of the row with that public id, None for none; InvalidError if there is no such row."""
    if public_id is None:
        return None
    found: int | None = session.scalar(sa.select(table.id).where(table.public_id == public_id))
    if found is None:
        message = f"There is no {field} {public_id}."
        raise InvalidError(message, field=field)
    return found


def _fill(session: orm.Session, item: Item, document: ItemDocument, *, html: dict[str, str]) -> None:
    school_id = row_id(session, School, document.school, "school")
    network_id = row_id(session, Network, document.network, "network")
    author_id = row_id(session, Person, document.author, "author")
    # all reads stand above: a read in between would write half of the row to the database
    for name in ("title", "summary", "language", "licence", "state", "audience", "shared_with_school", "fictional"):
        setattr(item, name, getattr(document, name))
    item.slug = slugify(document.title)
    item.school_id, item.network_id, item.author_id = school_id, network_id, author_id
    item.created_at = document.created
    item.published_at = document.published
    item.review_by = document.review_by
    item.counts_confirmed = document.small_counts_confirmed
    item.html = html
    item.renderer = markup.RENDERER


def _replace_tags(session: orm.Session, item: Item, document: ItemDocument) -> None:
    wanted = {
        **{(Vocabulary.TOPIC, tag_slug(label)): label for label in document.topics},
        **{(Vocabulary.SUBJECT, tag_slug(label)): label for label in document.subjects},
        **{(Vocabulary.GROUP, tag_slug(label)): label for label in document.groups},
        **{(Vocabulary.GRADE, band.value): band.value for band in document.grades},
    }
    ids = {tag_id(session, vocabulary, slug, label) for (vocabulary, slug), label in wanted.items()}
    present = set(session.scalars(sa.select(ItemTag.tag_id).where(ItemTag.item_id == item.id)))
    if present - ids:
        session.execute(sa.delete(ItemTag).where(ItemTag.item_id == item.id, ItemTag.tag_id.in_(present - ids)))
    session.add_all(ItemTag(item_id=item.id, tag_id=one) for one in sorted(ids - present))


def _replace_credits(session: orm.Session, item: Item, document: ItemDocument, *, is_new: bool) -> None:
    if not is_new:
        session.execute(sa.delete(Credit).where(Credit.item_id == item.id))
    session.add_all(
        Credit(item_id=item.id, position=position, name=entry.name, role=entry.role)
        for position, entry in enumerate(document.credits)
    )
