"""The corpus of the search benchmark: seeded records, the same in SQLite FTS5, and the queries drawn from them."""

import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, schema
from kb.accounts.models import Membership, Role
from kb.accounts.queries import viewer_of
from kb.bench import fts5_search, search_queries, seed
from kb.bench.places import TODAY
from kb.bench.search_queries import Asked, Corpus, Filter
from kb.bench.size import Size
from kb.db import Database
from kb.items.models import Item
from kb.permissions import Viewer
from kb.search import documents
from kb.search.catalogue import Catalogue, Snapshot

SEED = 7
FACETS = ("kind", "topic", "grade", "result", "decision", "year")
_FILTERS = ("kind", "topic", "grade", "result")  # those that queries choose from
_QUERIES, _FTS5 = "queries.json", "fts5.db"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the folder holds beside the database."""

    records: int
    words: float
    fts5_cpu_seconds: float
    fts5_bytes: int
    queries: tuple[Asked, ...]


def fill(database: Database, records: int) -> None:
    """Seed the database, if it is empty."""
    schema.upgrade(database)
    with database.reading() as session:
        filled = session.scalar(sa.select(sa.func.count()).select_from(Item))
    if not filled:
        seed.seed(database, Size.of_records(records), SEED)


def member(session: orm.Session) -> Viewer:
    """Return the one viewer of the benchmark: a contributor of the first school."""
    first = (
        sa.select(Membership.person_id)
        .where(Membership.role == Role.CONTRIBUTOR)
        .order_by(Membership.school_id, Membership.person_id)
    )
    return viewer_of(session, session.scalar(first.limit(1)), today=TODAY.date())


def prepare(database: Database, folder: Path) -> None:
    """Write the records into FTS5 and draw the queries, unless the folder holds both."""
    if (folder / _QUERIES).is_file():
        return
    (folder / _FTS5).unlink(missing_ok=True)
    with database.reading() as session:
        viewer = member(session)
        snapshot = Catalogue().at(session, feed.latest(session))
        other = fts5_search.create(folder / _FTS5)
        corpus, cpu = _Reading(snapshot, viewer), 0.0
        for part in _batches(database):
            corpus.read(part)
            began = time.process_time()
            fts5_search.add_texts(other, [_columns(source) for source in part])
            cpu += time.process_time() - began
        began = time.process_time()
        fts5_search.add_items(other, _items(session), _values(snapshot, viewer))
        cpu += time.process_time() - began
        other.close()
    facts = {
        "records": corpus.records,
        "words": round(corpus.words / max(1, corpus.records)),
        "fts5_cpu_seconds": round(cpu, 2),
        "fts5_bytes": (folder / _FTS5).stat().st_size,
        "queries": [asdict(asked) for asked in search_queries.draw(corpus.corpus, SEED)],
    }
    (folder / _QUERIES).write_text(json.dumps(facts))


def read(folder: Path) -> Prepared:
    """Return what was prepared."""
    facts = json.loads((folder / _QUERIES).read_text())
    queries = [
        Asked(one["kind"], one["text"], tuple((name, value) for name, value in one["filters"]))
        for one in facts.pop("queries")
    ]
    return Prepared(**facts, queries=tuple(queries))


def fts5(folder: Path, viewer: Viewer) -> fts5_search.Fts5:
    """Open the same records in SQLite FTS5."""
    return fts5_search.Fts5(folder / _FTS5, viewer)


class _Reading:
    """Counts words while the records go by; queries are drawn from what the viewer may see."""

    def __init__(self, snapshot: Snapshot, viewer: Viewer) -> None:
        self._snapshot = snapshot
        self._picture = snapshot.picture(viewer)
        self._step = max(1, int(self._picture.allowed.sum()) // search_queries.SAMPLE)
        self.corpus = Corpus()
        self.records = self.words = 0

    def read(self, sources: Sequence[documents.Source]) -> None:
        for source in sources:
            self.records += 1
            texts = [text for _, text in source.texts]
            self.words += sum(len(text.split()) for text in texts)
            if self._picture.allowed[source.id]:
                keep = self.corpus.records % self._step == 0
                self.corpus.add(texts, self._filters(source.id) if keep else (), keep=keep)

    def _filters(self, item: int) -> tuple[Filter, ...]:
        row = self._snapshot.columns.row_of[item]
        found = []
        for name in _FILTERS:
            values = self._picture.facets[name]
            named = self._snapshot.registers.by_facet[name].values
            found += [(name, named[code]) for code in values.codes[values.rows == row].tolist() if code in named]
        return tuple(found)


def _batches(database: Database) -> Iterator[list[documents.Source]]:
    held: list[documents.Source] = []
    for source in documents.every(database):
        held.append(source)
        if len(held) == documents.BATCH:
            yield held
            held = []
    yield held


def _columns(source: documents.Source) -> tuple[int, str, str, str]:
    """Return id, title, summary and all other text of a record, as the product weighs them."""
    parts: dict[float, list[str]] = {}
    for weight, text in source.texts:
        own = weight if weight in {documents.TITLE, documents.SUMMARY} else documents.BODY
        parts.setdefault(own, []).append(text)
    title, summary, rest = (
        "\n".join(parts.get(own, ())) for own in (documents.TITLE, documents.SUMMARY, documents.BODY)
    )
    return source.id, title, summary, rest


def _items(session: orm.Session) -> Iterator[tuple[Any, ...]]:
    """Yield the columns that the access rule and the order need."""
    moment = sa.func.coalesce(Item.published_at, Item.created_at, type_=Item.created_at.type)
    rows = session.execute(
        sa.select(
            Item.id,
            sa.type_coerce(Item.state, sa.String),
            sa.type_coerce(Item.audience, sa.String),
            Item.author_id,
            Item.school_id,
            Item.network_id,
            Item.shared_with_school,
            moment,
        ).execution_options(yield_per=5_000)
    )
    for *values, at in rows:
        yield *values, int(at.timestamp() if isinstance(at, dt.datetime) else at)


def _values(snapshot: Snapshot, viewer: Viewer) -> Iterator[tuple[int, int, int]]:
    """Yield (item, facet, value) as the viewer sees them, so that both sides count the same."""
    picture, ids = snapshot.picture(viewer), snapshot.columns.rows["id"]
    for number, name in enumerate(FACETS):
        values = picture.facets[name]
        items = ids[values.rows].tolist()
        yield from zip(items, [number] * len(items), values.codes.tolist(), strict=True)
