"""The lock of the one writer among all web nodes: held by a connection, which is also the one that writes.

If the connection is lost, so is the lock, and nothing can be written any more: no node writes in the belief of a lock
that another has taken. Connections of the lock go through no pool; a proxy in between must not share them (PgBouncer:
session mode).
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg
import sqlalchemy as sa

from kb.db import Database
from kb.search.engine import IndexUnavailableError
from kb.search.postgres.reader import Connection

_WRITER, _REBUILDER = 0x6B62_0001, 0x6B62_0002
_TRY = "SELECT pg_try_advisory_lock(%s)"
_GIVE_BACK = "SELECT pg_advisory_unlock(%s)"


class WriterLock:
    """What one node has of the lock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: Connection | None = None

    def hold(self) -> bool:
        """Take the lock, or see that it is still held; False if another node has it."""
        if self._held is not None and _lives(self._held):
            return True
        self.release()
        try:
            connection = self._connect()
            if _taken(connection, _WRITER):
                self._held = connection
            else:
                connection.close()
        except (psycopg.Error, sa.exc.SQLAlchemyError):
            return False
        return self._held is not None

    def release(self) -> None:
        """Give the lock back; without it there is nothing to do."""
        if self._held is not None:
            _give_back(self._held, _WRITER)
            self._held.close()
            self._held = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give the connection that holds the lock; without the lock, one for this block."""
        if self._held is not None:
            yield self._held
            return
        with closing(self._connect()) as connection:
            yield connection

    @contextmanager
    def rebuilding(self) -> Iterator[Connection]:
        """Give a connection of its own on which alone, of all nodes, an index is being made."""
        with closing(self._connect()) as connection:
            if not _taken(connection, _REBUILDER):
                message = "The search index is being rebuilt already."
                raise IndexUnavailableError(message)
            try:
                yield connection
            finally:
                _give_back(connection, _REBUILDER)

    def _connect(self) -> Connection:
        """Return a connection taken out of the pool: closing it ends it, and its locks with it."""
        borrowed = self._database.engine.raw_connection()
        connection: Connection = borrowed.driver_connection  # type: ignore[assignment]  # the driver is psycopg
        borrowed.detach()
        connection.autocommit = True
        return connection


def _taken(connection: Connection, lock: int) -> bool:
    return connection.execute(_TRY, (lock,)).fetchone() == (True,)


def _give_back(connection: Connection, lock: int) -> None:
    """Give the lock back now: the server frees what a closed connection held only a moment later."""
    with suppress(psycopg.Error):  # a lost connection holds nothing
        connection.execute(_GIVE_BACK, (lock,))


def _lives(connection: Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True
