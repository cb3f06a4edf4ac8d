"""Reads of the privacy guard: which hits in a record nobody has confirmed yet."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cells import DEFAULT_MINIMUM
from kb.items.document import ItemDocument
from kb.items.models import Item
from kb.networks.models import Network
from kb.privacy.models import Confirmation
from kb.privacy.rules import Hit, hits

NOT_TEXT = frozenset(  # ids, codes and dates; credits name adults, and students by role only
    (
        *("kind", "id", "network", "school", "author", "state", "audience", "language", "licence", "credits"),
        *("publications", "context", "idea", "previous", "method", "method_version", "target", "drivers", "type"),
        *("lock_hash", "corrects", "topics", "subjects", "grades"),
    )
)


def texts_of(document: ItemDocument) -> dict[str, str]:
    """Return every text of a document that readers read, by its place: "title", "texts.plan.why", "links.0.reason"."""
    return dict(_texts(document.plain(), ""))


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in NOT_TEXT:
                yield from _texts(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{place}.{index}")


def minimum_of(session: orm.Session, network_id: int | None) -> int:
    """Return the smallest group a network shows numbers of."""
    found = session.scalar(sa.select(Network.minimum_group).where(Network.id == network_id))
    return DEFAULT_MINIMUM if found is None else found


def confirmed(session: orm.Session, item: Item, *, as_curator: bool) -> Collection[str]:
    """Return the fingerprints somebody confirmed for the record, as its author or as a curator."""
    return set(
        session.scalars(
            sa.select(Confirmation.fingerprint).where(
                Confirmation.item_id == item.id, Confirmation.as_curator == as_curator
            )
        )
    )


def open_hits(session: orm.Session, item: Item, texts: Mapping[str, str], *, as_curator: bool) -> list[Hit]:
    """Return the hits in these texts of the record that its author (or a curator) has yet to confirm or to rewrite."""
    found = hits(texts, minimum=minimum_of(session, item.network_id))
    known = confirmed(session, item, as_curator=as_curator) if found else ()
    return [hit for hit in found if hit.fingerprint not in known]
