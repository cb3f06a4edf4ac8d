"""Judges the product's own search on a collection with known answers, beside SQLite FTS5 in the same run.

Documents go the whole way of a record: files, importer, database, index. Each query is asked as the plain words it is
made of, without the signs of the grammar (" -dash " excludes nothing) and whole, though the search box takes 200 signs.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, schema
from kb.bench import fts5, relevance_collection
from kb.bench.relevance_collection import Collection
from kb.bench.relevance_measures import CUT, average_precision, ndcg
from kb.config import Settings
from kb.db import Database
from kb.errors import KbError
from kb.importer.load import import_path
from kb.items.models import Item
from kb.permissions import ANONYMOUS
from kb.search.analysis import clean, compounds
from kb.search.query import PAGE_SIZE, Clause, Query
from kb.search.service import Search

DEEPEST = 200  # results of a query that count for MAP
Progress = Callable[[str], None]
Ranker = Callable[[str], Sequence[str]]


class NotLoadedError(KbError):
    """A document of the collection was refused."""

    title = "The collection could not be loaded"
    advice = "The message names the document; correct or remove it."


@dataclass(slots=True)
class Loaded:
    """The collection as records of a database; ``ids`` gives the document of each item."""

    database: Database
    search: Search
    ids: Mapping[int, str]


def measure(folder: Path, progress: Progress) -> dict[str, Any]:
    """Return the report as ``--json`` writes it."""
    collection = relevance_collection.read(folder)
    with tempfile.TemporaryDirectory(prefix="kb-bench") as temporary:
        progress(f"loading {len(collection.texts):,} documents")
        with loaded(collection, Path(temporary)) as held, held.database.reading() as session:
            progress(f"asking {len(collection.queries):,} queries")
            own = _judged(collection, lambda text: _ask(held, session, text))
        progress("asking FTS5")
        beside = _judged(collection, _fts5(collection, Path(temporary)))
    return {
        "collection": folder.name,
        "documents": len(collection.texts),
        "queries": len(collection.queries),
        "search": own,
        "fts5": beside,
        "ratio_ndcg_to_fts5": round(own[_NDCG] / beside[_NDCG], 4) if beside[_NDCG] else None,
    }


_NDCG, _MAP = f"ndcg@{CUT}", "map"


@contextmanager
def loaded(collection: Collection, folder: Path) -> Iterator[Loaded]:
    """Give the collection as records in a temporary database, indexed."""
    settings = Settings(data_dir=folder)
    database = Database(settings.database)
    schema.upgrade(database)
    files = folder / "records"
    files.mkdir()
    known = relevance_collection.write_records(collection, files)
    report = import_path(database, files)
    if report.problems:
        raise NotLoadedError(str(report.problems[0]))
    search = Search(database, settings)
    search.rebuild()
    with database.reading() as session:
        ids = {item: known[public_id] for item, public_id in session.execute(sa.select(Item.id, Item.public_id))}
    yield Loaded(database, search, ids)
    database.close()


def _ask(held: Loaded, session: orm.Session, text: str) -> list[str]:
    """Return the documents on the first result pages."""
    query = Query(text, tuple(_words(text)))
    number = feed.latest(session)
    ranked: list[str] = []
    for page in range(1, DEEPEST // PAGE_SIZE + 1):
        found = held.search.search(session, ANONYMOUS, query.with_page(page), number)
        if found.problem or found.unused or page > found.pages:
            break
        ranked += [held.ids[item] for item in found.ids]
    return ranked


def _words(text: str) -> Iterator[Clause]:
    plain = clean(text)
    for compound in compounds(plain):
        yield Clause(plain[compound.parts[0].start : compound.parts[-1].end])


def _fts5(collection: Collection, folder: Path) -> Ranker:
    rows = ((number, text.title, text.text) for number, text in enumerate(collection.texts))
    index = fts5.make(folder / "fts5.db", rows)
    return lambda text: [collection.texts[number].id for number in fts5.ranked(index, text, DEEPEST)]


def _judged(collection: Collection, ranker: Ranker) -> dict[str, float]:
    ranked = {query: ranker(text) for query, text in collection.queries.items()}
    count = len(ranked)
    return {
        _NDCG: round(sum(ndcg(found, collection.relevant[query]) for query, found in ranked.items()) / count, 4),
        _MAP: round(
            sum(average_precision(found, collection.relevant[query]) for query, found in ranked.items()) / count, 4
        ),
    }


def as_text(report: Mapping[str, Any]) -> str:
    """Return the report in words."""
    lines = [f"{report['collection']}: {report['documents']:,} documents, {report['queries']:,} queries"]
    lines += [
        f"{name:8}{_NDCG} {report[name][_NDCG]:.4f}   MAP {report[name][_MAP]:.4f}" for name in ("search", "fts5")
    ]
    return "\n".join(lines)
