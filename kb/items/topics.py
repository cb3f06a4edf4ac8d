"""The words to browse by: each tag with the number of ideas that carry it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.items.models import Item, ItemTag, Tag
from kb.items.queries import readable
from kb.items.rules import Kind, Vocabulary
from kb.permissions import State, Viewer


@dataclass(frozen=True, slots=True)
class Topic:
    """A tag and how many published ideas that the viewer may read carry it."""

    slug: str
    label: str
    ideas: int


def topics(session: orm.Session, viewer: Viewer, vocabulary: Vocabulary) -> list[Topic]:
    """Return the tags of a vocabulary that some idea carries, the most used first."""
    ideas = sa.func.count()
    rows = session.execute(
        sa.select(Tag.slug, Tag.label, ideas)
        .join(ItemTag, ItemTag.tag_id == Tag.id)
        .join(Item, Item.id == ItemTag.item_id)
        .where(
            Tag.vocabulary == vocabulary,
            Item.kind == Kind.IDEA,
            Item.state == State.PUBLISHED,
            readable(viewer),
        )
        .group_by(Tag.id, Tag.slug, Tag.label)
        .order_by(ideas.desc(), Tag.label)
    )
    return [Topic(slug, label, count) for slug, label, count in rows]
