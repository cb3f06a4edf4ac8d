"""Indexes in the database: which one is in use, how one is made beside it and swapped in, and whether it is whole."""

import datetime as dt
from typing import Any

from kb.search import analysis
from kb.search.engine import IndexUnavailableError
from kb.search.postgres.packing import BLOCK_BITS, CHECKSUM_SQL
from kb.search.postgres.reader import Connection, State
from kb.search.postgres.tables import FORMAT

_CURRENT = "SELECT generation, version FROM search_index WHERE ready ORDER BY generation DESC LIMIT 1 FOR UPDATE"
_NOTE = """
UPDATE search_index SET last = %s, version = version + 1, documents = documents + %s WHERE generation = %s
"""
_BEGIN = """
INSERT INTO search_index (ready, format, analysis, last, version, documents, made)
VALUES (false, %s, %s, -1, 0, 0, %s) RETURNING generation
"""
_USED = "SELECT generation FROM search_index WHERE ready ORDER BY generation DESC LIMIT 1"
_TABLES = ("search_index", "search_document", "search_posting")
_DAMAGED = f"SELECT count(*) FROM search_posting WHERE generation = %s AND checksum <> {CHECKSUM_SQL}"  # noqa: S608 - our own constant
_DOCUMENTS = "SELECT count(*) FROM search_document WHERE generation = %s AND length IS NOT NULL"
_INCOMPLETE = """
SELECT count(*) FROM (
    SELECT item_id >> %(bits)s AS block, sum(words) AS words
    FROM search_document WHERE generation = %(generation)s AND length IS NOT NULL GROUP BY 1
) AS wanted FULL JOIN (
    SELECT block, sum(octet_length(documents) / 2) AS words
    FROM search_posting WHERE generation = %(generation)s GROUP BY 1
) AS found USING (block) WHERE coalesce(wanted.words, 0) <> coalesce(found.words, 0)
"""


def current(connection: Connection) -> tuple[int, int]:
    """Return generation and version of the index in use, and keep its row until the end of the transaction."""
    row = connection.execute(_CURRENT).fetchone() or connection.execute(_CURRENT).fetchone()  # swapped while waiting
    if row is None:
        message = "There is no search index yet."
        raise IndexUnavailableError(message)
    generation, version = row
    return generation, version


def note(connection: Connection, generation: int, *, last: int, more: int) -> None:
    """Count a commit: up to which change the index is complete, and how many more documents it holds."""
    connection.execute(_NOTE, (last, more, generation))


def begin(connection: Connection) -> int:
    """Begin an index that is not in use yet and return its generation."""
    made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    (generation,) = _one(connection, _BEGIN, FORMAT, analysis.VERSION, made)
    return int(generation)


def use(connection: Connection, generation: int, *, last: int) -> None:
    """Make this the index in use, in one step; a batch in hand on the one before is finished first."""
    with connection.transaction():
        connection.execute("DELETE FROM search_index WHERE ready")
        connection.execute("UPDATE search_index SET ready = true, last = %s WHERE generation = %s", (last, generation))


def tidy(connection: Connection) -> None:
    """Remove the rows of indexes not in use: older ones and what a killed rebuild left."""
    row = connection.execute(_USED).fetchone()
    used = row[0] if row is not None else -1
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table} WHERE generation <> %s", (used,))  # noqa: S608 - our own names
        connection.execute(f"ANALYZE {table}")


def faults(connection: Connection, state: State) -> list[str]:
    """Compare rows with their checksums and with each other; each fault in one sentence."""
    (damaged,) = _one(connection, _DAMAGED, state.generation)
    (documents,) = _one(connection, _DOCUMENTS, state.generation)
    given = {"bits": BLOCK_BITS, "generation": state.generation}
    (incomplete,) = connection.execute(_INCOMPLETE, given).fetchone() or (0,)
    found = []
    if damaged:
        found.append(f"{damaged:,} rows of search_posting differ from their checksums.")
    if documents != state.documents:
        found.append(f"search_document holds {documents:,} documents where {state.documents:,} are noted.")
    if incomplete:
        found.append(f"Rows are missing from search_document or search_posting in {incomplete:,} blocks.")
    return found


def _one(connection: Connection, statement: str, *given: Any) -> tuple[Any, ...]:
    row = connection.execute(statement, given).fetchone()
    assert row is not None  # noqa: S101 - these statements always give a row
    return row
