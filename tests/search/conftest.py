"""Fixtures for search: the object on the database of the test, with its index in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.permissions import ANONYMOUS, Viewer
from kb.search.postgres.engine import PostgresEngine
from kb.search.query import Query
from kb.search.service import Results, Search
from tests.conftest import SECRET


@pytest.fixture
def search(database: Database, tmp_path: Path) -> Search:
    """Search on the database of this test, without an index yet."""
    return Search(database, Settings(data_dir=tmp_path, database_url=database.url, secret_key=SECRET))


Finder = Callable[..., Results]


@pytest.fixture
def find(database: Database, search: Search) -> Finder:
    """Search in a session of its own, as a request does."""

    def found(query: Query, viewer: Viewer = ANONYMOUS) -> Results:
        with database.reading() as session:
            return search.search(session, viewer, query, feed.latest(session))

    return found


Node = Callable[[], PostgresEngine]


@pytest.fixture
def node(postgres_database: Database) -> Iterator[Node]:
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
