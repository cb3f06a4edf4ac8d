"""Tags that go by two names become one: every record keeps its tag, and the old name still finds it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from kb import history, reach
from kb.errors import InvalidError
from kb.items.models import Item, ItemTag, Tag, TagAlias
from kb.items.rules import Vocabulary
from kb.permissions import State

MERGEABLE = (Vocabulary.TOPIC, Vocabulary.SUBJECT, Vocabulary.GROUP)  # grade bands are fixed


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag with the number of published records that carry it, and the names that were merged into it."""

    id: int
    slug: str
    label: str
    records: int
    before: tuple[str, ...]


def tag_id(session: orm.Session, vocabulary: Vocabulary, slug: str, label: str) -> int:
    """Return the tag's id, making it first if nobody has: also when somebody else makes it at the same moment.

    A name that was merged is the tag it went into.
    """
    find = sa.select(Tag.id).where(Tag.vocabulary == vocabulary, Tag.slug == slug)
    merged = sa.select(TagAlias.tag_id).where(TagAlias.vocabulary == vocabulary, TagAlias.slug == slug)
    found = session.scalar(find) or session.scalar(merged)
    if found is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        row = {"vocabulary": vocabulary, "slug": slug, "label": label}
        session.execute(insert(Tag).values(row).on_conflict_do_nothing())
        found = session.scalars(find).one()
    return found


def uses(session: orm.Session, vocabulary: Vocabulary) -> Sequence[TagUse]:
    """Return the tags of a vocabulary by name, with what they stand on. For those who may merge them."""
    counts = dict(
        session.execute(
            sa.select(ItemTag.tag_id, sa.func.count())
            .join(Item, Item.id == ItemTag.item_id)
            .where(Item.state == State.PUBLISHED)
            .group_by(ItemTag.tag_id)
        ).all()
    )
    before: dict[int, list[str]] = {}
    for into, label in session.execute(sa.select(TagAlias.tag_id, TagAlias.label).order_by(TagAlias.label)):
        before.setdefault(into, []).append(label)
    rows = session.execute(sa.select(Tag.id, Tag.slug, Tag.label).where(Tag.vocabulary == vocabulary)).all()
    return [
        TagUse(row.id, row.slug, row.label, counts.get(row.id, 0), tuple(before.get(row.id, ())))
        for row in sorted(rows, key=lambda row: row.label.casefold())
    ]


def merge(session: orm.Session, tag: Tag, into: Tag, *, by: int | None, now: dt.datetime) -> int:
    """Give every record that carries a tag another one instead; return how many records that are."""
    if tag.vocabulary is not into.vocabulary or tag.vocabulary not in MERGEABLE:
        message = "These two are not of one list. Choose two topics, two subjects or two groups."
        raise InvalidError(message, field="into")
    if tag.id == into.id:
        message = "That is the same one twice. Choose another one to keep."
        raise InvalidError(message, field="into")
    carrying = set(session.scalars(sa.select(ItemTag.item_id).where(ItemTag.tag_id == tag.id)))
    have = sa.select(ItemTag.item_id).where(ItemTag.tag_id == into.id)
    session.execute(
        sa.insert(ItemTag).from_select(
            ["item_id", "tag_id"],
            sa.select(ItemTag.item_id, sa.literal(into.id)).where(
                ItemTag.tag_id == tag.id, ItemTag.item_id.not_in(have)
            ),
        )
    )
    session.execute(sa.delete(ItemTag).where(ItemTag.tag_id == tag.id))
    session.execute(sa.update(TagAlias).where(TagAlias.tag_id == tag.id).values(tag_id=into.id))
    session.add(TagAlias(vocabulary=tag.vocabulary, slug=tag.slug, label=tag.label, tag_id=into.id))
    name = f"{tag.vocabulary.value}:{tag.slug}"
    session.delete(tag)
    session.flush()
    touched = reach.of_items(session, carrying)
    history.record(
        session, "merged", kind="tag", public_id=name, by=by, now=now, touches=touched, into=into.slug,
        records=len(carrying),
    )  # fmt: skip
    return len(carrying)
