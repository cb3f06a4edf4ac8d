"""What stands in the margin of an item's page: its tags and the people who did the work."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import rows
from kb.items.models import Credit, ItemTag, Tag
from kb.items.rules import CreditRole, GradeBand, Vocabulary

_OF = sa.bindparam("of", type_=sa.Integer)
_TAGS = (
    sa.select(Tag.vocabulary, Tag.slug, Tag.label)
    .join(ItemTag, ItemTag.tag_id == Tag.id)
    .where(ItemTag.item_id == _OF)
    .order_by(Tag.label)
)
_PEOPLE = sa.select(Credit.role, Credit.name).where(Credit.item_id == _OF).order_by(Credit.position)


@dataclass(frozen=True, slots=True)
class TagWord:
    """A tag as a link needs it: the slug for the address, the label for people."""

    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class CreditLine:
    """Somebody who did the work; without a name where only the role may be said."""

    role: CreditRole
    name: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """The tags of an item by vocabulary, its grade bands in their own order, and its credits as they are named."""

    topics: tuple[TagWord, ...]
    subjects: tuple[TagWord, ...]
    groups: tuple[TagWord, ...]
    grades: tuple[GradeBand, ...]
    credits: tuple[CreditLine, ...]


def imprint(session: orm.Session, item_id: int) -> Imprint:
    """Return the imprint of an item that the caller was allowed to read."""
    tags = rows(session, _TAGS, {"of": item_id}).all()
    people = rows(session, _PEOPLE, {"of": item_id})
    slugs = {row.slug for row in tags if row.vocabulary is Vocabulary.GRADE}
    return Imprint(
        topics=_words(tags, Vocabulary.TOPIC),
        subjects=_words(tags, Vocabulary.SUBJECT),
        groups=_words(tags, Vocabulary.GROUP),
        grades=tuple(band for band in GradeBand if band.value in slugs),
        credits=tuple(CreditLine(role, name or "") for role, name in people),
    )


def _words(tags: Sequence[sa.Row[Vocabulary, str, str]], vocabulary: Vocabulary) -> tuple[TagWord, ...]:
    return tuple(TagWord(slug, label) for found, slug, label in tags if found is vocabulary)
