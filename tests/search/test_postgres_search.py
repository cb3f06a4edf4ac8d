"""Search on the engine inside PostgreSQL: the same pages as on Whoosh, several nodes, nothing told of hidden words."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.items.models import Item
from kb.permissions import ANONYMOUS, State, Viewer
from kb.search import engines, indexer
from kb.search.engine import Engine
from kb.search.postgres.engine import PostgresEngine
from kb.search.query import Query
from kb.search.service import Results, Search
from kb.search.whoosh.engine import WhooshEngine
from tests.conftest import SECRET
from tests.factories import make_idea
from tests.search.test_leaks import FILTERS, NONSENSE, QUERIES, _hidden_world
from tests.search.world import HIDDEN_WORD, WORDS, ask, make_world

TYPED = [
    *WORDS,
    "homework attendance",
    "exit tickets tardy",
    "fafsa reading visits mentors",
    '"exit tickets"',
    '"homework attendance"',
    "homework -reading",
    "-homework",
    "homework nonsense",
    "nonsense",
]


@pytest.fixture
def nodes(postgres_database: Database, tmp_path: Path) -> Iterator[list[Search]]:
    """Two web nodes on one database."""
    databases = [Database(postgres_database.url) for _ in range(2)]
    made = [Search(database, _settings(database, tmp_path)) for database in databases]
    yield made
    for search in made:
        search.stop()
    for database in databases:
        database.close()


@pytest.fixture
def writing(postgres_database: Database) -> Iterator[orm.Session]:
    with postgres_database.writing() as session:
        yield session


def _settings(database: Database, folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url=database.url, secret_key=SECRET, search="postgres")


def _idea(session: orm.Session, title: str) -> Item:
    item = make_idea(session, title=title, summary="")
    feed.touch(session, [item.id])
    feed.commit(session)
    return item


def _found(search: Search, query: Query, viewer: Viewer = ANONYMOUS) -> Results:
    with search._database.reading() as session:
        return dataclasses.replace(search.search(session, viewer, query, feed.latest(session)), took=0.0)


def _ids(search: Search, text: str) -> set[int]:
    return set(_found(search, ask(q=text)).ids)


def test_the_settings_choose_the_engine(postgres_database: Database, tmp_path: Path) -> None:
    settings = _settings(postgres_database, tmp_path)
    chosen: list[Engine] = [
        engines.make(postgres_database, settings),
        engines.make(postgres_database, settings.model_copy(update={"search": "whoosh"})),
    ]
    assert [type(engine) for engine in chosen] == [PostgresEngine, WhooshEngine]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_pages_as_on_whoosh(writing: orm.Session, nodes: list[Search], tmp_path: Path, seed: int) -> None:
    world = make_world(writing, seed)
    search = nodes[0]
    other = Search(search._database, _settings(search._database, tmp_path), WhooshEngine(tmp_path / "index"))
    search.rebuild()
    other.rebuild()
    assert search.verify() == other.verify() == []
    for name, viewer in world.viewers.items():
        for text in TYPED:
            for filters in ({}, {"kind": ["cycle"]}, {"result": ["improved"], "sort": "newest"}):
                query = ask(q=text, **filters)
                assert _found(search, query, viewer) == _found(other, query, viewer), (name, text)


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("filters", FILTERS)
def test_results_are_those_of_nonsense(
    writing: orm.Session, nodes: list[Search], text: str, filters: dict[str, list[str]]
) -> None:
    _hidden_world(writing)
    nodes[0].rebuild()
    assert len(nodes[0]._engine.sequences()) > 10

    def asked(word: str) -> str:
        own = {name: [value.format(word) for value in values] for name, values in filters.items()}
        return repr(_found(nodes[0], ask(q=text.format(word), **own))).replace(word, "WORD")

    assert asked(HIDDEN_WORD) == asked(NONSENSE)


def test_one_index_for_all_nodes(writing: orm.Session, nodes: list[Search]) -> None:
    one, two = nodes
    item = _idea(writing, "Homework club")
    one.rebuild()
    assert _ids(two, "homework") == {item.id}
    other = _idea(writing, "Homework circle")
    assert two.catch_up() == 1
    assert _ids(one, "homework") == {item.id, other.id}
    item.state = State.WITHDRAWN
    feed.touch(writing, [item.id])
    feed.commit(writing)
    assert _ids(one, "homework") == _ids(two, "homework") == {other.id}
    assert one.catch_up() == 1
    assert two.verify() == []


def test_both_nodes_run_and_one_takes_over(
    writing: orm.Session, nodes: list[Search], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both follow; whichever holds the lock writes. When it stops, the other goes on."""
    monkeypatch.setattr(indexer, "LOCK_SECONDS", 0.1)
    for search in nodes:
        search.start()
    items = [_idea(writing, f"Homework {number}") for number in range(3)]
    _wait(nodes, {item.id for item in items})
    writer = next(search for search in nodes if search._engine._lock._held)  # type: ignore[attr-defined]
    writer.stop()
    (left,) = [search for search in nodes if search is not writer]
    items.append(_idea(writing, "Homework last"))
    _wait(nodes, {item.id for item in items})
    assert left.verify() == []


def _wait(nodes: list[Search], expected: set[int]) -> None:
    deadline = time.monotonic() + 30
    while any(_ids(search, "homework") != expected for search in nodes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_change_during_a_rebuild_is_not_lost(writing: orm.Session, nodes: list[Search]) -> None:
    """The index swapped in is as old as its beginning; the follower brings it up to date."""
    one, two = nodes
    item = _idea(writing, "Homework club")
    one.rebuild()

    def change(done: int, _total: int) -> None:
        if done == 1:
            item.title = "Reading circle"
            feed.touch(writing, [item.id])
            feed.commit(writing)
            assert two.catch_up() == 1
            assert _ids(two, "reading") == {item.id}

    one.rebuild(change)
    two.catch_up()
    assert _ids(one, "reading") == {item.id}
    assert one.verify() == []
