"""The same search in SQLite alone: FTS5, the access rule, facets and snippets in SQL, over the same records."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.dialects import sqlite

from kb.bench import fts5
from kb.bench.search_queries import Asked
from kb.items.queries import readable
from kb.permissions import Viewer
from kb.search.query import PAGE_SIZE
from kb.search.terms import ALL_UP_TO

_TABLES = """
CREATE VIRTUAL TABLE words USING fts5(title, summary, text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TABLE item (
    id INTEGER PRIMARY KEY, state TEXT, audience TEXT, author_id INTEGER, school_id INTEGER, network_id INTEGER,
    shared_with_school INTEGER, moment INTEGER
);
CREATE TABLE carries (item INTEGER, facet INTEGER, value INTEGER, PRIMARY KEY (item, facet, value)) WITHOUT ROWID;
"""
_SCORED = "bm25(words, 3.0, 2.0, 1.0)"
_COUNT = "SELECT facet, value, count(*) FROM {hits} CROSS JOIN carries ON carries.item = hit.id {where} GROUP BY 1, 2"
_FILTERED = "(SELECT id FROM hit WHERE EXISTS (SELECT 1 FROM carries WHERE item = id AND facet = ? AND value = ?))"
_SNIPPET = "SELECT snippet(words, -1, '<mark>', '</mark>', '…', 32) FROM words WHERE words MATCH ? AND rowid = ?"
Value = tuple[int, int]  # facet and value, as numbers


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found; ``counts`` by facet and value."""

    ids: tuple[int, ...]
    total: int
    counts: dict[Value, int]
    snippets: int


def create(path: Path) -> sqlite3.Connection:
    """Return an empty database, for bulk writing."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
    return connection


def add_texts(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, str]]) -> None:
    """Add (id, title, summary, all other text)."""
    connection.executemany("INSERT INTO words (rowid, title, summary, text) VALUES (?, ?, ?, ?)", rows)


def add_items(
    connection: sqlite3.Connection, items: Iterable[Sequence[object]], values: Iterable[tuple[int, int, int]]
) -> None:
    """Add the columns of items and (item, facet, value), then finish."""
    connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", items)
    connection.executemany("INSERT OR IGNORE INTO carries VALUES (?, ?, ?)", values)
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()


class Fts5:
    """An open database, for one viewer."""

    def __init__(self, path: Path, viewer: Viewer) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._connection.execute("CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY, score REAL, moment INTEGER)")
        rule = readable(viewer).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        self._match = (
            f"INSERT INTO hit SELECT item.id, {_SCORED}, moment FROM words JOIN item ON item.id = words.rowid "  # noqa: S608 - the rule is ours
            f"WHERE words MATCH ? AND ({rule})"
        )

    def search(self, asked: Asked, chosen: Sequence[Value]) -> Answer:
        """Return the first page with counts on all facets; a chosen value does not narrow its own facet."""
        expression = _expression(asked)
        run = self._connection.execute
        run("DELETE FROM hit")
        run(self._match, (expression,))
        if not chosen:
            (total,) = run("SELECT count(*) FROM hit").fetchone()
            counts = {row[:2]: row[2] for row in run(_COUNT.format(hits="hit", where=""))}
            best = run(f"SELECT id FROM hit ORDER BY score, moment DESC LIMIT {PAGE_SIZE}").fetchall()  # noqa: S608
        else:
            facet, value = chosen[0]
            (total,) = run(f"SELECT count(*) FROM {_FILTERED}", (facet, value)).fetchone()  # noqa: S608
            others = _COUNT.format(hits=f"{_FILTERED} AS hit", where="WHERE facet <> ?")
            counts = {row[:2]: row[2] for row in run(others, (facet, value, facet))}
            own = run(_COUNT.format(hits="hit", where="WHERE facet = ?"), (facet,))
            counts.update({row[:2]: row[2] for row in own})
            best = run(
                f"SELECT id FROM hit WHERE id IN {_FILTERED} ORDER BY score, moment DESC LIMIT {PAGE_SIZE}",  # noqa: S608
                (facet, value),
            ).fetchall()
        ids = tuple(row[0] for row in best)
        marked = [run(_SNIPPET, (expression, item)).fetchone() for item in ids]
        return Answer(ids, total, counts, len(marked))

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def _expression(asked: Asked) -> str:
    """Return the query as FTS5 writes it: all words up to three, any of more; the last word of a prefix goes on."""
    words = fts5.words(asked.text)
    if asked.kind == "phrase":
        return f'"{" ".join(words)}"'
    quoted = [f'"{word}"' for word in words]
    if asked.kind == "prefix":
        quoted[-1] += "*"
    return (" AND " if len(quoted) <= ALL_UP_TO else " OR ").join(quoted) or '""'
