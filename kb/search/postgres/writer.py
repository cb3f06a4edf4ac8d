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
FROM unnest(%s::bytea[], %s::int[]) AS wanted (token, block) JOIN search_posting USING (token, block)
WHERE generation = %s
"""
_PUT = """
INSERT INTO search_posting (generation, token, block, documents, weights, places, checksum)
SELECT %s, * FROM unnest(%s::bytea[], %s::int[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[])
ON CONFLICT (generation, token, block) DO UPDATE SET documents = excluded.documents, weights = excluded.weights,
    places = excluded.places, checksum = excluded.checksum
"""
_TAKE = """
DELETE FROM search_posting USING unnest(%s::bytea[], %s::int[]) AS gone (token, block)
WHERE generation = %s AND search_posting.token = gone.token AND search_posting.block = gone.block
"""
_NOTE = """
INSERT INTO search_document (generation, item_id, version, seq, length, words, tokens)
SELECT %s, item_id, %s, seq, length, words, tokens
FROM unnest(%s::int[], %s::bigint[], %s::float8[], %s::int[], %s::bytea[])
    AS fresh (item_id, seq, length, words, tokens)
ON CONFLICT (generation, item_id) DO UPDATE SET version = excluded.version, seq = excluded.seq,
    length = excluded.length, words = excluded.words, tokens = excluded.tokens
"""


def write(
    connection: Connection, generation: int, documents: Iterable[Document], removed: Iterable[int], *, version: int
) -> int:
    """Replace and remove documents in the transaction of the caller, who holds the row of the index.

    Returns how many documents there are more than before.
    """
    fresh = {document.id: document for document in documents}
    gone = set(removed) - set(fresh)
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
        entries[key(token), block].append(Entry(number, weight, document.places.get(token, ())))


def _put(
    cursor: psycopg.Cursor[Any], generation: int, entries: Mapping[Row, list[Entry]], leaving: Mapping[Row, list[int]]
) -> None:
    rows = sorted({*entries, *leaving})
    cursor.execute(_STORED, (*_columns(rows, 2), generation))
    stored = {(token, block): Packed(*packed) for token, block, *packed in cursor}
    put, taken = [], []
    for row in rows:
        old = stored.get(row, NOTHING)
        new = changed(old, leaving.get(row, ()), entries.get(row, ()))
        if not new.documents:
            taken.append(row)
        elif new != old:
            put.append((*row, *new, checksum(new)))
    if put:
        cursor.execute(_PUT, (generation, *_columns(put, 6)))
    if taken:
        cursor.execute(_TAKE, (*_columns(taken, 2), generation))


def _note(
    cursor: psycopg.Cursor[Any], generation: int, version: int, fresh: Mapping[int, Document], removed: Sequence[int]
) -> None:
    rows: list[tuple[Any, ...]] = [(item, 0, None, 0, b"") for item in removed]
    for document in fresh.values():
        keys = [key(token) for token in document.words]
        rows.append((document.id, document.seq, document.length, len(keys), joined(keys)))
    if rows:
        cursor.execute(_NOTE, (generation, version, *_columns(rows, 5)))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[at] for row in rows] for at in range(width)]
