"""More like this: a search for the most telling words of a record, from what the viewer may read of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.ids import Ref
from kb.items.models import Item, ItemTag, Tag
from kb.items.queries import readable
from kb.items.rules import Kind, Language, Vocabulary
from kb.permissions import Viewer
from kb.search.analysis import clean, compounds
from kb.search.columns import Columns, rows_of
from kb.search.engine import Term
from kb.search.matching import Found
from kb.search.query import Clause
from kb.search.terms import Synonyms, build

MOST_WORDS = 16
LEAST_COVERED = 0.3  # of the weight of all words that stand in any other record
_NO_SYNONYMS = Synonyms()
_Idea = orm.aliased(Item, name="tested_idea")


@dataclass(frozen=True, slots=True)
class Seed:
    """The record that others are to be like, and the terms to look for."""

    id: int
    kind: Kind
    ref: Ref
    title: str
    language: Language
    terms: tuple[Term, ...]


def seed(session: orm.Session, viewer: Viewer, public_id: str) -> Seed | None:
    """Return the record if the viewer may read it; a hidden one is as unknown as nonsense."""
    row = session.execute(
        sa.select(
            Item.id, Item.kind, Item.public_id, Item.slug, Item.title, Item.language, Item.summary,
            _Idea.id.label("idea_id"), _Idea.title.label("idea_title"),
        )
        .outerjoin(Cycle, Cycle.item_id == Item.id)
        .outerjoin(_Idea, sa.and_(_Idea.id == Cycle.idea_id, readable(viewer, _Idea)))
        .where(Item.public_id == public_id, readable(viewer))
    ).first()  # fmt: skip
    if row is None:
        return None
    texts = [row.title, *_tags(session, [row.id, row.idea_id or row.id]), row.idea_title or "", row.summary]
    return Seed(row.id, row.kind, Ref(row.public_id, row.slug), row.title, row.language, _terms(texts))


def typed(texts: Sequence[str]) -> Seed:
    """Return a record that is only being typed."""
    return Seed(0, Kind.IDEA, Ref(""), "", Language.EN, _terms(texts))


def _tags(session: orm.Session, ids: Sequence[int]) -> Sequence[str]:
    """Return topics and subjects; never student groups, which a small test must not tell."""
    told = (Vocabulary.TOPIC, Vocabulary.SUBJECT)
    select = sa.select(Tag.label).join(ItemTag).where(ItemTag.item_id.in_(ids), Tag.vocabulary.in_(told))
    return session.scalars(select.distinct().order_by(Tag.label)).all()


def _terms(texts: Sequence[str]) -> tuple[Term, ...]:
    """Return the words that stand in several of the texts first, then in the order of the texts."""
    words = [
        Clause(text[one.parts[0].start : one.parts[-1].end].lower())
        for text in map(clean, texts)
        for one in compounds(text)
    ]
    terms = build(words, _NO_SYNONYMS)
    return tuple(sorted(terms, key=lambda term: -term.weight)[:MOST_WORDS])


def closest(found: Found, terms: Sequence[Term], like: Seed, held: Columns) -> Found:
    """Return of the results those that share enough of the telling words; the record itself is none of them.

    How telling a word is follows from the visible records that hold it. A word no other record holds counts for
    nothing.
    """
    hits = found.hits.copy()
    own = rows_of(held, [like.id])
    hits[own[own >= 0]] = False
    holds = np.stack([found.mask >> np.uint32(bit) & np.uint32(1) for bit in range(len(terms))]).astype(np.float32)
    records = (holds * hits).sum(axis=1)
    rare = np.log1p(len(hits) / np.maximum(records, 1)) * (records > 0)
    weights = rare * np.array([term.weight for term in terms])
    covered = (weights @ holds / max(float(weights.sum()), 1e-9)).astype(np.float32)
    return replace(found, hits=hits & (covered >= LEAST_COVERED), scores=found.scores * covered, dropped=())
