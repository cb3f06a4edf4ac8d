"""Items as they stand in lists: what a card shows, read in three queries for any number of items."""

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.cycles.rules import Decision, ResultStatus, Stage
from kb.db import rows
from kb.evidence.queries import warrants
from kb.evidence.rules import Warrant
from kb.ids import Ref
from kb.items.models import Item, ItemTag, Tag
from kb.items.queries import readable
from kb.items.rules import GradeBand, Kind, Language, Vocabulary
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.schools.models import School

_Idea = orm.aliased(Item, name="tested_idea")
_TAGS = (
    sa.select(ItemTag.item_id, Tag.vocabulary, Tag.slug, Tag.label)
    .join(Tag, Tag.id == ItemTag.tag_id)
    .where(
        ItemTag.item_id.in_(sa.bindparam("items", expanding=True)),
        Tag.vocabulary.in_([Vocabulary.GRADE, Vocabulary.TOPIC]),
    )
    .order_by(Tag.label)
)
_Tags = dict[int, dict[Vocabulary, list[str]]]


@dataclass(frozen=True, slots=True)
class Card:
    """One item of a list. A cycle has stage, result, decision, dates and its idea; an idea has its warrant.

    ``idea_ref`` is None where the viewer may not read the idea. ``grades`` and ``topics`` are the labels of tags.
    """

    id: int
    kind: Kind
    ref: Ref
    title: str
    summary: str
    language: Language
    state: State
    fictional: bool
    published_on: dt.date | None
    school_name: str = ""
    school_ref: Ref | None = None
    network_name: str = ""
    network_ref: Ref | None = None
    grades: tuple[GradeBand, ...] = ()
    topics: tuple[str, ...] = ()
    stage: Stage | None = None
    result: ResultStatus | None = None
    decision: Decision | None = None
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    idea_title: str = ""
    idea_ref: Ref | None = None
    warrant: Warrant | None = None


def cards(session: orm.Session, viewer: Viewer, item_ids: Sequence[int]) -> list[Card]:
    """Return the cards of those items that the viewer may read, in the given order."""
    if not item_ids:
        return []
    found = {row.id: row for row in rows(session, _rows(viewer), {"items": list(item_ids)})}
    tags = _tags(session, found)
    tested = warrants(session, viewer, [row.id for row in found.values() if row.kind is Kind.IDEA])
    return [
        _card(found[item_id], tags[item_id], tested.get(item_id))
        for item_id in dict.fromkeys(item_ids)
        if item_id in found
    ]


@functools.lru_cache(maxsize=64)  # building the statement takes longer than running it
def _rows(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Item.id,
            Item.kind,
            Item.public_id,
            Item.slug,
            Item.title,
            Item.summary,
            Item.language,
            Item.state,
            Item.fictional,
            Item.published_at,
            School.public_id.label("school_id"),
            School.slug.label("school_slug"),
            School.name.label("school_name"),
            Network.public_id.label("network_id"),
            Network.slug.label("network_slug"),
            Network.name.label("network_name"),
            Cycle.stage,
            Cycle.result,
            Cycle.decision,
            Cycle.started_on,
            Cycle.ended_on,
            _Idea.public_id.label("idea_id"),
            _Idea.slug.label("idea_slug"),
            _Idea.title.label("idea_title"),
        )
        .outerjoin(School, School.id == Item.school_id)
        .outerjoin(Network, Network.id == Item.network_id)
        .outerjoin(Cycle, Cycle.item_id == Item.id)
        .outerjoin(_Idea, sa.and_(_Idea.id == Cycle.idea_id, readable(viewer, _Idea)))
        .where(Item.id.in_(sa.bindparam("items", expanding=True)), readable(viewer))
    )


def _tags(session: orm.Session, item_ids: Collection[int]) -> _Tags:
    """Return the labels of each item's topics and the words of its grade bands (those in the order of GradeBand)."""
    found: _Tags = defaultdict(lambda: defaultdict(list))
    for item_id, vocabulary, slug, label in rows(session, _TAGS, {"items": list(item_ids)}):
        found[item_id][vocabulary].append(slug if vocabulary is Vocabulary.GRADE else label)
    return found


def _card(row: Any, tags: dict[Vocabulary, list[str]], tested: Warrant | None) -> Card:
    grades = tags[Vocabulary.GRADE]
    return Card(
        id=row.id,
        kind=row.kind,
        ref=Ref(row.public_id, row.slug),
        title=row.title,
        summary=row.summary,
        language=row.language,
        state=row.state,
        fictional=row.fictional,
        published_on=row.published_at.date() if row.published_at else None,
        school_name=row.school_name or "",
        school_ref=_ref(row.school_id, row.school_slug),
        network_name=row.network_name or "",
        network_ref=_ref(row.network_id, row.network_slug),
        grades=tuple(band for band in GradeBand if band.value in grades),
        topics=tuple(tags[Vocabulary.TOPIC]),
        stage=row.stage,
        result=row.result,
        decision=row.decision,
        started_on=row.started_on,
        ended_on=row.ended_on,
        idea_title=row.idea_title or "",
        idea_ref=_ref(row.idea_id, row.idea_slug),
        warrant=tested,
    )


def _ref(public_id: str | None, slug: str | None) -> Ref | None:
    return None if public_id is None else Ref(public_id, slug or "")
