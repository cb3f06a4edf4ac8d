"""The measure of search: SQLite FTS5 with Porter stemming and BM25, the same words, stop words left out."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from kb.search.analysis import clean, compounds, is_stop

_WEIGHTS = "2.0, 1.0"  # title, text
_SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(title, text, tokenize = 'porter unicode61 remove_diacritics 2');
"""
_RANKED = f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, {_WEIGHTS}), rowid LIMIT ?"  # noqa: S608 - our own numbers


def make(path: Path, rows: Iterable[tuple[int, str, str]]) -> sqlite3.Connection:
    """Return a new index of (id, title, text)."""
    connection = sqlite3.connect(path)
    connection.executescript(_SCHEMA)
    with connection:
        connection.executemany("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    connection.commit()
    return connection


def words(text: str) -> list[str]:
    """Return the words of a query without stop words, each once."""
    found = [word for compound in compounds(clean(text)) for word in compound.parts]
    return list(dict.fromkeys(word.folded for word in found if word.folded and not is_stop(word)))


def any_of(wanted: Sequence[str]) -> str:
    """Return the expression for documents that hold any of the words."""
    return " OR ".join(f'"{word}"' for word in wanted)


def ranked(connection: sqlite3.Connection, text: str, limit: int) -> list[int]:
    """Return the best documents for a question in plain words."""
    wanted = words(text)
    return [row[0] for row in connection.execute(_RANKED, (any_of(wanted), limit))] if wanted else []
