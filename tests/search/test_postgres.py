"""The engine inside PostgreSQL: what the contract cannot ask of every engine."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from kb import schema
from kb.db import Database
from kb.search.engine import Alternative, Document, IndexUnavailableError, Match, SearchTimeoutError, Term
from kb.search.postgres.engine import PostgresEngine
from kb.search.postgres.reader import Opened
from kb.search.whoosh.engine import WhooshEngine
from tests.postgres import PostgresServer

LAST_PLACE = 2**20 - 1
HOSTILE = ["\\", "'", '"', "\\'", "a'b\\c", "''); DROP TABLE item; --", "\x00", "a\x00b", "", " ", "é", "🎒", "\ud800"]
LONG = ["x" * 199, "x" * 200, "x" * 201, "x" * 3_000, "y" * 70_000]


@pytest.fixture
def node(postgres_database: Database) -> Iterator[Callable[[], PostgresEngine]]:
    """Make engines on one database, each with connections of its own, as web nodes have."""
    databases: list[Database] = []
    nodes: list[PostgresEngine] = []

    def make() -> PostgresEngine:
        databases.append(Database(postgres_database.url))
        nodes.append(PostgresEngine(databases[-1]))
        return nodes[-1]

    yield make
    for one in nodes:
        one.release()
    for database in databases:
        database.close()


Node = Callable[[], PostgresEngine]


def document(number: int, *tokens: str, seq: int = 1) -> Document:
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        places.setdefault(token, []).append(place)
    words = {token: float(len(own)) for token, own in places.items()}
    return Document(number, seq, float(len(tokens)), words, places)


def term(*tokens: str, excluded: bool = False) -> Term:
    return Term(" ".join(tokens), (Alternative(tokens, tuple(range(len(tokens)))),), excluded)


def match(engine: PostgresEngine | WhooshEngine, *terms: Term, seconds: float = 10.0) -> Match:
    return engine.match(terms, np.ones(10_000, np.bool_), deadline=time.monotonic() + seconds)


def ids(engine: PostgresEngine, *tokens: str) -> set[int]:
    return set(match(engine, term(*tokens)).ids.tolist())


def execute(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize("token", [*HOSTILE, *LONG], ids=lambda token: ascii(token[:12]) + str(len(token)))
def test_any_token_is_only_a_token(node: Node, token: str) -> None:
    engine = node()
    engine.rebuild([document(1, token, "plain"), document(2, token + "z", "plain")], last=1)
    assert ids(engine, token) == {1}
    assert ids(engine, token, "plain") == {1}
    assert set(match(engine, term("plain"), term(token, excluded=True)).ids) == {2}
    engine.apply([document(1, "plain")], [], last=2)
    assert ids(engine, token) == set()
    assert engine.faults() == []


def test_items_at_the_edges_of_blocks(node: Node) -> None:
    engine = node()
    numbers = {1, 1023, 1024, 1025, 2047, 2048, 9_999}
    engine.rebuild([document(number, "exit", "ticket") for number in sorted(numbers, reverse=True)], last=1)
    assert ids(engine, "exit") == ids(engine, "exit", "ticket") == numbers
    engine.apply([document(1024, "exit"), document(3_000, "exit", "ticket")], [1023, 9_999], last=2)
    assert ids(engine, "exit") == (numbers | {3_000}) - {1023, 9_999}
    assert ids(engine, "exit", "ticket") == {1, 1025, 2047, 2048, 3_000}
    assert engine.status().documents == len(engine.sequences()) == 6
    assert engine.faults() == []


def test_far_and_many_positions(node: Node) -> None:
    """No limit of a text search type: 16,383 positions, 255 of a word."""
    engine = node()
    many = document(1, *["word"] * 70_000)
    far = Document(2, 1, 2.0, {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": [LAST_PLACE - 1], "b": [LAST_PLACE], "c": [2**31]})
    engine.rebuild([many, far], last=1)
    assert ids(engine, "word", "word") == {1}
    assert ids(engine, "a", "b") == {2}
    assert ids(engine, "b", "c") == set()  # beyond the last place only phrases are lost
    assert ids(engine, "c") == {2}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_answers_as_whoosh(node: Node, tmp_path: Path, seed: int) -> None:
    """Ids, masks and scores, after random changes."""
    dice = random.Random(seed)
    words = [f"w{number}" for number in range(12)]
    mine, other = node(), WhooshEngine(tmp_path / "index")

    def some(number: int) -> Document:
        return document(number, *dice.choices(words, range(1, 13), k=dice.randrange(1, 30)), seq=dice.randrange(9))

    numbers = sorted(dice.sample(range(3_000), 60))
    documents = [some(number) for number in numbers]
    for engine in (mine, other):
        engine.rebuild(documents, last=0)
    for last in range(1, 5):
        changed = [some(number) for number in dice.sample(range(3_000), 5) + dice.sample(numbers, 5)]
        removed = dice.sample(numbers, 4)
        for engine in (mine, other):
            engine.apply(changed, removed, last=last)
    assert mine.sequences() == other.sequences()
    assert mine.faults() == []
    for _ in range(40):
        terms = [
            term(*dice.choices(words, k=dice.choice([1, 1, 2, 3])), excluded=dice.random() < 0.2)
            for _ in range(dice.randrange(1, 5))
        ]
        ours, theirs = _sorted(match(mine, *terms)), _sorted(match(other, *terms))
        assert ours.ids.tolist() == theirs.ids.tolist()
        assert ours.mask.tolist() == theirs.mask.tolist()
        np.testing.assert_allclose(ours.scores, theirs.scores, rtol=1e-4)


def _sorted(found: Match) -> Match:
    order = np.argsort(found.ids)
    return Match(found.ids[order], found.scores[order], found.mask[order])


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


def test_postings_are_sorted_by_item(node: Node) -> None:
    engine = node()
    engine.rebuild([document(number, "math", "art") for number in (5_000, 3, 2_000, 1)], last=1)
    with engine._reader.snapshot(10) as (connection, state):
        opened = Opened(connection, state.generation, [term("math"), term("math", "art")])
        assert opened.postings("math", 0.0)[0].tolist() == [1, 3, 2_000, 5_000]
        assert opened.places("art", 0.0).tolist() == [(number << 20) + 1 for number in (1, 3, 2_000, 5_000)]


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


DAMAGE = {
    "UPDATE search_posting SET weights = set_byte(weights, 0, 7) WHERE token = 'math'": "1 rows of search_posting",
    "UPDATE search_posting SET documents = '' WHERE token = 'math'": "1 rows of search_posting",
    "DELETE FROM search_posting WHERE token = 'math'": "Rows are missing",
    "DELETE FROM search_document WHERE item_id = 1": "holds 1 documents where 2 are noted",
    "TRUNCATE search_document, search_posting": "holds 0 documents where 2 are noted",
    "TRUNCATE search_index": "There is no search index yet.",
    "UPDATE search_index SET format = 0": "made by another version",
    "UPDATE search_index SET analysis = 0": "made by another version",
    "DROP TABLE search_posting": "cannot be reached",
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_damage_is_told_and_repaired(node: Node, postgres_database: Database, statement: str) -> None:
    engine = node()
    engine.rebuild([document(1, "math", "art"), document(2, "math")], last=1)
    execute(postgres_database, statement)
    assert any(DAMAGE[statement] in fault for fault in engine.faults())
    if not statement.startswith("DROP"):
        engine.rebuild([document(1, "math")], last=2)
        assert ids(engine, "math") == {1}
        assert engine.faults() == []


def test_a_torn_row_is_an_unavailable_index(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([document(1, "math"), document(2, "math")], last=1)
    execute(postgres_database, "UPDATE search_posting SET weights = substring(weights FROM 1 FOR 4)")
    with pytest.raises(IndexUnavailableError):
        ids(engine, "math")


def test_a_statement_that_waits_is_ended(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([document(1, "math")], last=1)
    with postgres_database.engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE search_posting IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(SearchTimeoutError):
            match(engine, term("math"), seconds=0.2)
    assert ids(engine, "math") == {1}


def test_a_database_that_is_gone_is_an_unavailable_index(tmp_path: Path) -> None:
    engine = PostgresEngine(Database(f"postgresql+psycopg://kb@/kb?host={tmp_path}"))
    assert (engine.last(), engine.hold()) == (-1, False)
    assert "cannot be reached" in engine.status().problem
    with pytest.raises(IndexUnavailableError):
        match(engine, term("math"))
