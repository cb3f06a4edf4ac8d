"""A session on one database, for what is the same on both."""

from collections.abc import Iterator

import pytest
from sqlalchemy import orm

from kb.db import Database


@pytest.fixture
def plain(sqlite_database: Database) -> Iterator[orm.Session]:
    """A writing session on SQLite."""
    with sqlite_database.writing() as opened:
        yield opened
