"""Reads the shared part of items' documents from the database."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.items.document import (
    AdaptationEntry,
    CreditEntry,
    LinkEntry,
    PublicationEntry,
    grade_bands,
    in_order,
    unique_labels,
)
from kb.items.models import Credit, Item, ItemTag, Link, Publication, Tag
from kb.items.rules import GradeBand, Vocabulary
from kb.networks.models import Network
from kb.permissions import State
from kb.schools.models import School

_BATCH = 500


def shared_fields(session: orm.Session, items: Sequence[Item]) -> dict[int, dict[str, Any]]:
    """Return the shared fields of each item's document by item id, with a constant number of queries a batch."""
    fields: dict[int, dict[str, Any]] = {}
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        reader = _Reader(session, batch)
        fields.update({item.id: reader.fields(item) for item in batch})
    return fields


class _Reader:
    """What stands around a batch of items, read at once."""

    def __init__(self, session: orm.Session, items: Sequence[Item]) -> None:
        ids = [item.id for item in items]
        self._schools = _public_ids(session, School, {item.school_id for item in items})
        self._networks = _public_ids(session, Network, {item.network_id for item in items})
        publications = session.scalars(
            sa.select(Publication).where(Publication.item_id.in_(ids)).order_by(Publication.id)
        ).all()
        people = {item.author_id for item in items} | {row.person_id for row in publications}
        self._people = _public_ids(session, Person, people)
        self._publications = _grouped(publications, "item_id")
        self._credits = _grouped(
            session.scalars(sa.select(Credit).where(Credit.item_id.in_(ids)).order_by(Credit.position)), "item_id"
        )
        self._links = _grouped(
            session.scalars(
                sa.select(Link)
                .where(Link.source_id.in_(ids))
                .options(orm.joinedload(Link.target), orm.joinedload(Link.adaptation))
            ),
            "source_id",
        )
        self._tags: dict[int, dict[Vocabulary, list[str]]] = defaultdict(lambda: defaultdict(list))
        tags = sa.select(ItemTag.item_id, Tag.vocabulary, Tag.label).join(Tag).where(ItemTag.item_id.in_(ids))
        for item_id, vocabulary, label in session.execute(tags):
            self._tags[item_id][vocabulary].append(label)

    def fields(self, item: Item) -> dict[str, Any]:
        natural = item.published_at or item.created_at
        fields: dict[str, Any] = {
            "kind": item.kind.value,
            "id": item.public_id,
            "title": "",
            "language": item.language,
            "licence": item.licence,
            "state": item.state,
            "audience": item.audience,
            "network": self._networks.get(item.network_id),
            "school": self._schools.get(item.school_id),
            "created": item.created_at,
            "updated": None if item.updated_at == natural else item.updated_at,
            "published": item.published_at,
            "fictional": item.fictional,
            "publications": [self._publication(row) for row in self._publications[item.id]],
            "edition": item.edition,
        }
        return fields if item.state is State.ERASED else fields | self._words(item)

    def _words(self, item: Item) -> dict[str, Any]:
        tags = self._tags[item.id]
        return {
            "title": item.title,
            "summary": item.summary,
            "author": self._people.get(item.author_id),
            "shared_with_school": item.shared_with_school,
            "review_by": item.review_by,
            "small_counts_confirmed": item.counts_confirmed,
            "topics": unique_labels(tags[Vocabulary.TOPIC]),
            "subjects": unique_labels(tags[Vocabulary.SUBJECT]),
            "groups": unique_labels(tags[Vocabulary.GROUP]),
            "grades": grade_bands([GradeBand(label) for label in tags[Vocabulary.GRADE]]),
            "credits": [CreditEntry.model_construct(name=row.name, role=row.role) for row in self._credits[item.id]],
            "links": in_order([_link(row) for row in self._links[item.id]]),
        }

    def _publication(self, row: Publication) -> PublicationEntry:
        return PublicationEntry.model_construct(
            was=row.from_state,
            state=row.to_state,
            edition=row.edition,
            at=row.at,
            by=self._people.get(row.person_id),
            note=row.note,
        )


def _link(row: Link) -> LinkEntry:
    adaptation = None
    if row.adaptation is not None:
        facts = {name: getattr(row.adaptation, name) for name in AdaptationEntry.model_fields}
        adaptation = AdaptationEntry.model_construct(**facts)
    return LinkEntry.model_construct(
        type=row.type,
        target=row.target.public_id,
        edition=row.target_edition,
        reason=row.reason,
        adaptation=adaptation,
    )


def _public_ids(session: orm.Session, table: type[Any], ids: set[int | None]) -> dict[int | None, str]:
    wanted = sorted(row_id for row_id in ids if row_id is not None)
    if not wanted:
        return {}
    rows = session.execute(sa.select(table.id, table.public_id).where(table.id.in_(wanted)))
    return {row_id: public_id for row_id, public_id in rows}  # noqa: C416 - a row is no pair for mypy


def _grouped(rows: Any, column: str) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, column)].append(row)
    return groups
