"""The engine inside PostgreSQL: several nodes at once, ended and killed backends, swaps in the middle of a search."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from kb import schema
from kb.db import Database
from kb.search.engine import Document, IndexUnavailableError, Term
from kb.search.postgres.engine import PostgresEngine
from tests.postgres import PostgresServer
from tests.search.conftest import Node
from tests.search.plain import document, ids, match, term


def test_a_commit_is_seen_by_every_node_at_once(node: Node) -> None:
    one, two = node(), node()
    one.rebuild([document(1, "math")], last=1)
    assert ids(two, "math") == {1}
    one.apply([document(2, "math")], [1], last=2)
    assert ids(two, "math") == {2}
    assert two.last() == 2


def test_who_loses_the_connection_loses_the_lock_and_cannot_write(node: Node, postgres_database: Database) -> None:
    one, two = node(), node()
    one.rebuild([document(1, "math")], last=1)
    assert one.hold()
    assert not two.hold()
    _end_backends(postgres_database)
    assert two.hold()
    with pytest.raises(IndexUnavailableError):
        one.apply([document(1, "old")], [], last=2)
    assert not one.hold()
    two.apply([document(1, "new")], [], last=3)
    two.release()
    assert one.hold()
    one.apply([document(1, "newer")], [], last=4)
    assert ids(two, "newer") == {1}


def _end_backends(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


class _Words(Mapping[str, float]):
    """Words that do something when they are read: in the middle of a batch."""

    def __init__(self, words: Mapping[str, float], do: Callable[[], None]) -> None:
        self._words = words
        self._do = do

    def __getitem__(self, word: str) -> float:
        return self._words[word]

    def __iter__(self) -> Iterator[str]:
        self._do()
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def test_an_ended_backend_leaves_the_index_as_it_was(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([document(number, "math", f"w{number}") for number in range(50)], last=1)
    assert engine.hold()
    fatal = Document(30, 2, 1.0, _Words({"math": 9.0}, lambda: _end_backends(postgres_database)), {})
    with pytest.raises(IndexUnavailableError):
        engine.apply([document(20, "changed"), fatal], [10], last=2)
    assert len(ids(engine, "math")) == 50
    assert ids(engine, "changed") == set()
    assert (engine.last(), engine.faults()) == (1, [])
    assert engine.hold()
    engine.apply([document(20, "changed")], [10], last=2)
    assert ids(engine, "changed") == {20}


def test_a_killed_backend_loses_nothing_acknowledged() -> None:
    """``kill -9`` in the middle of a batch: the server recovers by itself, with every batch that was committed."""
    with PostgresServer() as server:
        name = server.create()
        server.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
        database = Database(server.url(name))
        schema.upgrade(database)
        engine = PostgresEngine(database)
        engine.rebuild([], last=0)
        for number in range(1, 4):
            engine.apply([document(number, "math")], [], last=number)
            assert engine.hold()
            fatal = Document(9, 9, 1.0, _Words({"math": 1.0}, lambda: _kill(engine)), {})
            with pytest.raises(IndexUnavailableError):
                engine.apply([fatal], [1], last=9)
            _wait_for(database)
            assert ids(engine, "math") == set(range(1, number + 1))
            assert (engine.last(), engine.faults()) == (number, [])
            engine.release()
        database.close()


def _kill(engine: PostgresEngine) -> None:
    assert engine._lock._held is not None
    os.kill(engine._lock._held.info.backend_pid, signal.SIGKILL)


def _wait_for(database: Database) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(psycopg.Error, sa.exc.SQLAlchemyError), database.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
            return
        time.sleep(0.05)
    pytest.fail("PostgreSQL did not come back")


def test_an_ended_rebuild_leaves_the_index_in_use(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([document(1, "math")], last=1)

    def some() -> Iterator[Document]:
        yield document(2, "math")
        yield document(2_000, "math")
        _end_backends(postgres_database)
        yield document(4_000, "math")

    with pytest.raises(IndexUnavailableError):
        engine.rebuild(some(), last=2)
    assert (ids(engine, "math"), engine.last()) == ({1}, 1)
    engine.rebuild([document(3, "math")], last=3)
    assert ids(engine, "math") == {3}
    with postgres_database.engine.connect() as connection:
        for table in ("search_index", "search_document", "search_posting"):
            assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 1


def test_only_one_rebuild_at_a_time(node: Node) -> None:
    one, two = node(), node()

    def some() -> Iterator[Document]:
        with pytest.raises(IndexUnavailableError, match="rebuilt already"):
            two.rebuild([], last=9)
        yield document(1, "math")

    one.rebuild(some(), last=1)
    assert ids(two, "math") == {1}


def test_a_search_sees_one_commit_whole(node: Node) -> None:
    """While batches and rebuilds replace all documents, each search finds as many as there always are."""
    writer, reader = node(), node()
    writer.rebuild([document(number, "all", "v0") for number in range(0, 5_000, 100)], last=0)
    stop, faults = threading.Event(), []

    def write() -> None:
        try:
            for version in range(1, 12):
                fresh = [document(number, "all", f"v{version}", seq=version) for number in range(0, 5_000, 100)]
                if version % 4:
                    writer.apply(fresh, [], last=version)
                else:
                    writer.rebuild(fresh, last=version)
        except BaseException as error:  # noqa: BLE001 - told to the test
            faults.append(error)
        stop.set()

    thread = threading.Thread(target=write)
    thread.start()
    searches = 0
    while not stop.is_set() or not searches:
        found = match(reader, term("all"), *(term(f"v{version}") for version in range(12)))
        assert len(found.ids) == 50
        assert len(set(found.mask.tolist())) == 1
        searches += 1
    thread.join()
    assert faults == []
    assert reader.faults() == []


class _Terms(list[Term]):
    """Terms that do something when they are read for the first time: between two statements of one search."""

    def __init__(self, terms: list[Term], do: Callable[[], None]) -> None:
        super().__init__(terms)
        self._do: list[Callable[[], None]] = [do]

    def __iter__(self) -> Iterator[Term]:
        if self._do:
            self._do.pop()()
        return super().__iter__()


def test_an_index_swapped_in_during_a_search_is_for_the_next(node: Node) -> None:
    one, two = node(), node()
    one.rebuild([document(1, "math")], last=1)
    terms = _Terms([term("math")], lambda: two.rebuild([document(2, "math")], last=2))
    found = one.match(terms, np.ones(9, np.bool_), deadline=time.monotonic() + 10)
    assert found.ids.tolist() == [1]
    assert ids(one, "math") == {2}


def test_a_search_begun_before_a_commit_does_not_know_it(node: Node) -> None:
    engine = node()
    engine.rebuild([document(1, "math")], last=1)
    with engine._reader.snapshot(10) as (connection, state):
        engine.apply([document(2, "math")], [1], last=2)
        assert ids(engine, "math") == {2}
        assert np.flatnonzero(engine._reader.lengths(connection, state).alive).tolist() == [1]
    assert ids(engine, "math") == {2}


def test_a_batch_that_waited_for_a_swap_goes_into_the_new_index(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([], last=1)
    columns = "ready, format, analysis, last, version, documents, made"
    thread = threading.Thread(target=lambda: engine.apply([document(1, "math")], [], last=2))
    with postgres_database.engine.begin() as connection:
        connection.execute(sa.text("CREATE TEMP TABLE old AS SELECT * FROM search_index"))
        connection.execute(sa.text("DELETE FROM search_index"))
        connection.execute(sa.text(f"INSERT INTO search_index ({columns}) SELECT {columns} FROM old"))
        thread.start()
        while not _somebody_waits(postgres_database):
            time.sleep(0.01)
    thread.join()
    assert ids(engine, "math") == {1}


def _somebody_waits(database: Database) -> bool:
    with database.engine.connect() as connection:
        return bool(connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_two_writers_at_once_lose_nothing(node: Node) -> None:
    """Even without the lock: the row of the index makes them queue."""
    one, two = node(), node()
    one.rebuild([], last=0)

    def write(engine: PostgresEngine, first: int) -> None:
        for number in range(first, 40, 2):
            engine.apply([document(number, "all", f"w{number % 5}")], [], last=number)

    threads = [threading.Thread(target=write, args=(engine, at)) for at, engine in enumerate((one, two))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ids(one, "all") == set(range(40))
    assert (one.status().documents, one.faults()) == (40, [])
