"""Writing: each batch is one transaction that reads the posting rows it touches, changes them and puts them back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from kb.search.engine import Document
from kb.search.postgres.packing import (
    NOTHING,
    Entry,
    Packed,
    block_of,
    changed,
    checksum,
    joined,
    key,
    number_of,
    parted,
)

Row = tuple[bytes, int]  # of search_posting: token and block
Connection = psycopg.Connection[tuple[Any, ...]]

# A batch knows its rows: without statistics the planner may want to read the whole table to find them.
_BY_KEY = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"
_HELD = "SELECT item_id, tokens FROM search_document WHERE generation = %s AND item_id = ANY(%s) AND length IS NOT NULL"
_STORED = """
SELECT token, block, documents, weights, places
FROM unnest(%b::bytea[], %b::int[]) AS wanted (token, block) JOIN search_posting USING (token, block)
WHERE generation = %s
"""
_TAKE = """
DELETE FROM search_posting USING unnest(%b::bytea[], %b::int[]) AS gone (token, block)
WHERE generation = %s AND search_posting.token = gone.token AND search_posting.block = gone.block
"""
_PUT = """
COPY search_posting (generation, token, block, documents, weights, places, checksum) FROM STDIN (FORMAT binary)
"""
_PUT_TYPES = ("int4", "bytea", "int4", "bytea", "bytea", "bytea", "bytea")
_FORGET = "DELETE FROM search_document WHERE generation = %s AND item_id = ANY(%s)"
_NOTE = """
COPY search_document (generation, item_id, version, seq, length, words, tokens) FROM STDIN (FORMAT binary)
"""
_NOTE_TYPES = ("int4", "int4", "int8", "int8", "float8", "int4", "bytea")


def write(
    connection: Connection, generation: int, documents: Iterable[Document], removed: Iterable[int], *, version: int
) -> int:
    """Replace and remove documents in the transaction of the caller, who holds the row of the index.

    Returns how many documents there are more than before.
    """
    fresh = {document.id: document for document in documents}
    gone = set(removed) - set(fresh)
    if not fresh and not gone:
        return 0
    with connection.cursor(binary=True) as cursor:
        connection.execute(_BY_KEY)
        held = cursor.execute(_HELD, (generation, [*fresh, *gone])).fetchall()
        entries: dict[Row, list[Entry]] = defaultdict(list)
        for document in fresh.values():
            _enter(entries, document)
        leaving: dict[Row, list[int]] = defaultdict(list)
        for item, tokens in held:
            for token in parted(tokens):
                leaving[token, block_of(item)].append(number_of(item))
        _put(cursor, generation, entries, leaving)
        _note(cursor, generation, version, fresh, [item for item, _ in held if item in gone])
    return len(fresh) - len(held)


def _enter(entries: dict[Row, list[Entry]], document: Document) -> None:
    block, number = block_of(document.id), number_of(document.id)
    for token, weight in document.words.items():
        entries[key(token), block].append((number, weight, document.places.get(token, ())))


def _put(
    cursor: psycopg.Cursor[Any], generation: int, entries: Mapping[Row, list[Entry]], leaving: Mapping[Row, list[int]]
) -> None:
    rows = sorted({*entries, *leaving})
    cursor.execute(_STORED, (*_columns(rows), generation))
    stored = {(token, block): Packed(*packed) for token, block, *packed in cursor}
    put, taken = [], []
    for row in rows:
        old = stored.get(row, NOTHING)
        new = changed(old, leaving.get(row, ()), entries.get(row, ()))
        if new != old and row in stored:
            taken.append(row)
        if new != old and new.documents:
            put.append((generation, *row, *new, checksum(new)))
    if taken:
        cursor.execute(_TAKE, (*_columns(taken), generation))
    _copy(cursor, _PUT, _PUT_TYPES, put)


def _note(
    cursor: psycopg.Cursor[Any], generation: int, version: int, fresh: Mapping[int, Document], removed: Sequence[int]
) -> None:
    rows: list[tuple[Any, ...]] = [(generation, item, version, 0, None, 0, b"") for item in removed]
    for one in fresh.values():
        keys = [key(token) for token in one.words]
        rows.append((generation, one.id, version, one.seq, one.length, len(keys), joined(keys)))
    cursor.execute(_FORGET, (generation, [*fresh, *removed]))
    _copy(cursor, _NOTE, _NOTE_TYPES, rows)


def _copy(cursor: psycopg.Cursor[Any], statement: str, types: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _columns(rows: Sequence[Row]) -> tuple[list[bytes], list[int]]:
    return [token for token, _ in rows], [block for _, block in rows]
