"""The verbs of writing where PostgreSQL does it in its own way: row locks, savepoints, one open edit."""

from collections.abc import Iterator

import pytest
from sqlalchemy import orm

from kb.db import Database
from tests.writing.test_actions import (
    test_an_edit_of_a_published_record_waits,
    test_an_edit_that_cannot_be_taken_is_refused_at_once,
    test_from_draft_to_published,
    test_trying_an_edit_out_leaves_no_trace,
)
from tests.writing.world import World, make_world

__all__ = [
    "test_an_edit_of_a_published_record_waits",
    "test_an_edit_that_cannot_be_taken_is_refused_at_once",
    "test_from_draft_to_published",
    "test_trying_an_edit_out_leaves_no_trace",
]


@pytest.fixture
def session(postgres_database: Database) -> Iterator[orm.Session]:
    with postgres_database.writing() as opened:
        yield opened


@pytest.fixture
def world(session: orm.Session) -> World:
    return make_world(session)
