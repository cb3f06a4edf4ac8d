"""Reading: one snapshot of the database a search, and in memory only which items are indexed and how long they are."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import psycopg

from kb.db import Database
from kb.search import analysis
from kb.search.engine import Bitmap, IndexUnavailableError, Term
from kb.search.postgres import packing
from kb.search.postgres.packing import Floats, Integers
from kb.search.postgres.tables import FORMAT

_BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {milliseconds}; "
_STATE = """
SELECT generation, version, last, documents, made, format, analysis
FROM search_index WHERE ready ORDER BY generation DESC LIMIT 1
"""
_LENGTHS = "SELECT item_id, length FROM search_document WHERE generation = %s AND version > %s"
_POSTINGS = "SELECT token, block, documents, weights FROM search_posting WHERE generation = %s AND token = ANY(%s)"
_PLACES = "SELECT token, block, places FROM search_posting WHERE generation = %s AND token = ANY(%s)"
Connection = psycopg.Connection[tuple[Any, ...]]


class State(NamedTuple):
    """The index in use: ``version`` changes with every commit."""

    generation: int
    version: int
    last: int
    documents: int
    made: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """The length of each indexed item, by id, as it was at one version. Never changed, only replaced."""

    generation: int
    version: int
    lengths: Floats
    alive: Bitmap


class Opened:
    """The postings of one search, all read at once; what the executor asks for."""

    def __init__(self, connection: Connection, generation: int, terms: Sequence[Term]) -> None:
        self._connection = connection
        self._generation = generation
        ways = [way for term in terms for way in term.alternatives]
        self._weights = self._read(_POSTINGS, {way.tokens[0] for way in ways if len(way.tokens) == 1})
        self._places = self._read(_PLACES, {token for way in ways if len(way.tokens) > 1 for token in way.tokens})

    def _read(self, statement: str, tokens: Iterable[str]) -> dict[bytes, dict[int, Any]]:
        found: dict[bytes, dict[int, Any]] = defaultdict(dict)
        keys = [packing.key(token) for token in tokens]
        if keys:
            with self._connection.cursor(binary=True) as cursor:
                rows = cursor.execute(statement, (self._generation, keys)).fetchall()
            for token, block, *packed in sorted(rows, key=lambda row: row[1]):
                found[token][block] = packed
        return found

    def postings(self, token: str, deadline: float) -> tuple[Integers, Floats]:
        """Return the items that hold the token and its weight in each."""
        del deadline  # the statement had its own
        blocks = self._weights.get(packing.key(token), {})
        return packing.postings({block: (documents, weights) for block, (documents, weights) in blocks.items()})

    def places(self, token: str, deadline: float) -> Integers:
        """Return every occurrence of the token, sorted: item and position in one number."""
        del deadline
        blocks = self._places.get(packing.key(token), {})
        return packing.occurrences({block: places for block, (places,) in blocks.items()})


class Reader:
    """Opens snapshots on connections of the product's own pool."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: Lengths | None = None
        self._lock = threading.Lock()

    @contextmanager
    def snapshot(self, seconds: float) -> Iterator[tuple[Connection, State]]:
        """Give a connection on which all statements see the same index, and that index; each may take so long."""
        borrowed = self._database.engine.raw_connection()
        try:
            connection: Connection = borrowed.driver_connection  # type: ignore[assignment]  # the driver is psycopg
            yield connection, _state(connection, seconds)
        finally:
            borrowed.close()

    def lengths(self, connection: Connection, state: State) -> Lengths:
        """Return the lengths at this state; only what has changed since the last search is read."""
        held = self._held
        if held is not None and (held.generation, held.version) == (state.generation, state.version):
            return held
        with self._lock:
            held = self._held
            if held is None or held.generation != state.generation or held.version > state.version:
                held = Lengths(state.generation, -1, np.zeros(0, np.float32), np.zeros(0, np.bool_))
            fresh = _refreshed(connection, held, state)
            if self._held is None or (self._held.generation, self._held.version) < (state.generation, state.version):
                self._held = fresh
            return fresh


def _state(connection: Connection, seconds: float) -> State:
    begin = _BEGIN.format(milliseconds=max(1, int(seconds * 1000)))
    cursor = connection.execute(begin + _STATE)  # in one round trip; the last result is the row
    while cursor.nextset():
        pass
    row = cursor.fetchone()
    if row is None:
        message = "There is no search index yet."
        raise IndexUnavailableError(message)
    *state, made_in_format, made_by_analysis = row
    if (made_in_format, made_by_analysis) != (FORMAT, analysis.VERSION):
        message = "The search index was made by another version."
        raise IndexUnavailableError(message)
    return State(*state)


def _refreshed(connection: Connection, held: Lengths, state: State) -> Lengths:
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(_LENGTHS, (state.generation, held.version)).fetchall()
    items = np.array([item for item, _ in rows], np.int64)
    size = max(len(held.lengths), int(items.max(initial=-1)) + 1)
    lengths, alive = np.zeros(size, np.float32), np.zeros(size, np.bool_)
    lengths[: len(held.lengths)], alive[: len(held.alive)] = held.lengths, held.alive
    lengths[items] = [length or 0.0 for _, length in rows]
    alive[items] = [length is not None for _, length in rows]
    return Lengths(state.generation, state.version, lengths, alive)
