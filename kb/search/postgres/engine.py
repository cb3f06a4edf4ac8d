"""The PostgreSQL engine behind the port: matching and scoring are the executor's, as with Whoosh."""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import psycopg
import sqlalchemy as sa
from psycopg import errors

from kb.db import Database
from kb.search.engine import Bitmap, Document, IndexUnavailableError, Match, SearchTimeoutError, Status, Term
from kb.search.executor import Executor
from kb.search.postgres import generations, packing
from kb.search.postgres.lock import WriterLock
from kb.search.postgres.reader import Connection, Opened, Reader, State
from kb.search.postgres.writer import write

_LOOK_SECONDS = 10.0  # for a look at the state of the index
_CHECK_SECONDS = 600.0  # for a reading of all of it
_SIZE = "SELECT sum(pg_total_relation_size(name)) FROM unnest(%s::regclass[]) AS name"
_TABLES = ["search_index", "search_document", "search_posting"]
_BLOCKS = "SELECT count(DISTINCT block) FROM search_posting WHERE generation = %s"
_SEQUENCES = "SELECT item_id, seq FROM search_document WHERE generation = %s AND length IS NOT NULL"


class PostgresEngine:
    """An index in the tables of the product's own database, for any number of web nodes; one of them writes."""

    def __init__(self, database: Database) -> None:
        self._reader = Reader(database)
        self._lock = WriterLock(database)

    def match(self, terms: Sequence[Term], allowed: Bitmap, *, deadline: float) -> Match:
        """See Engine."""
        with self._looking(deadline - time.monotonic()) as (connection, state):
            held = self._reader.lengths(connection, state)
            executor = Executor(
                Opened(connection, state.generation, terms),
                ids=np.arange(len(held.lengths)),
                lengths=held.lengths,
                alive=held.alive,
                last=state.last,
                place_bits=packing.PLACE_BITS,
                deadline=deadline,
            )
            return executor.run(terms, allowed)

    def last(self) -> int:
        """See Engine."""
        try:
            with self._looking() as (_, state):
                return state.last
        except IndexUnavailableError:
            return -1

    def status(self) -> Status:
        """See Engine."""
        try:
            with self._looking() as (connection, state):
                (blocks,) = connection.execute(_BLOCKS, (state.generation,)).fetchone() or (0,)
                (size,) = connection.execute(_SIZE, (_TABLES,)).fetchone() or (0,)
        except (IndexUnavailableError, SearchTimeoutError) as error:
            return Status(problem=str(error))
        return Status(
            problem="", last=state.last, documents=state.documents, segments=blocks, size=int(size), made=state.made
        )

    def faults(self) -> list[str]:
        """See Engine."""
        try:
            with self._looking(_CHECK_SECONDS) as (connection, state):
                return generations.faults(connection, state)
        except (IndexUnavailableError, SearchTimeoutError) as error:
            return [str(error)]

    def sequences(self) -> dict[int, int]:
        """See Engine."""
        with self._looking(_CHECK_SECONDS) as (connection, state):
            return dict(connection.execute(_SEQUENCES, (state.generation,)).fetchall())

    def hold(self) -> bool:
        """See Engine."""
        return self._lock.hold()

    def release(self) -> None:
        """See Engine."""
        self._lock.release()

    def apply(self, documents: Sequence[Document], removed: Iterable[int], *, last: int) -> None:
        """See Engine. It writes on the connection that holds the lock: who has lost the lock cannot write."""
        with _told(), self._lock.connection() as connection, connection.transaction():
            generation, version = generations.current(connection)
            more = write(connection, generation, documents, removed, version=version + 1)
            generations.note(connection, generation, last=last, more=more)

    def merge(self) -> None:
        """See Engine; PostgreSQL keeps its tables in order itself."""

    @contextmanager
    def rebuilding(self, *, last: int) -> Iterator[str]:
        """See Engine. The new index is written in many small commits, which no search sees until the last."""
        with _told(), self._lock.rebuilding() as connection:
            generations.tidy(connection)
            generation = generations.begin(connection)
            yield str(generation)
            generations.use(connection, generation, last=last)
            generations.tidy(connection)

    def fill(self, name: str, documents: Iterable[Document]) -> int:
        """See Engine. A block of items is one commit, and no block belongs to two processes."""
        filled = 0
        with _told(), self._lock.connection() as connection:
            for _, batch in itertools.groupby(documents, key=lambda document: packing.block_of(document.id)):
                with connection.transaction():
                    more = write(connection, int(name), batch, (), version=0)
                    generations.note(connection, int(name), last=-1, more=more)
                filled += more
        return filled

    def rebuild(self, documents: Iterable[Document], *, last: int) -> None:
        """See Engine."""
        with self.rebuilding(last=last) as name:
            self.fill(name, documents)

    @contextmanager
    def _looking(self, seconds: float = _LOOK_SECONDS) -> Iterator[tuple[Connection, State]]:
        if seconds <= 0:
            raise SearchTimeoutError
        with _told(), self._reader.snapshot(seconds) as found:
            yield found


@contextmanager
def _told() -> Iterator[None]:
    """Say in the words of the port what PostgreSQL and damaged rows raise."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise SearchTimeoutError from error
    except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
        message = f"The search index cannot be reached: {str(error).splitlines()[0] if str(error) else 'no answer'}."
        raise IndexUnavailableError(message) from error
    except (ValueError, IndexError) as error:
        message = "The search index is damaged."
        raise IndexUnavailableError(message) from error
