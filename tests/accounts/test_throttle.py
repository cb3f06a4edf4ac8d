"""Tries are counted exactly, in a window that slides, by every node alike."""

import datetime as dt
import threading

import pytest
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts import throttle
from kb.db import Database
from kb.errors import TooManyError
from tests.factories import NOW

SECOND = dt.timedelta(seconds=1)


def _try(session: orm.Session, after: int = 0, key: str = "a") -> int | None:
    """Try once; return how long to wait, None if it was allowed."""
    try:
        throttle.allow(session, key, limit=3, seconds=60, now=NOW + after * SECOND)
    except TooManyError as error:
        return int(error.facts["seconds"])
    return None


def test_so_often_and_no_more(session: orm.Session) -> None:
    assert [_try(session) for _ in range(4)] == [None, None, None, 60]
    assert _try(session, key="b") is None


def test_the_window_slides(session: orm.Session) -> None:
    assert [_try(session, after) for after in (0, 30, 40)] == [None] * 3
    assert _try(session, 59) == 1
    assert _try(session, 60) is None
    assert _try(session, 61) == 29
    assert _try(session, 90) is None


def test_a_stricter_limit_counts_what_was_allowed_before(session: orm.Session) -> None:
    for after in (0, 10, 20, 30):
        throttle.allow(session, "a", limit=4, seconds=60, now=NOW + after * SECOND)
    assert _try(session, 40) == 30


def test_what_was_refused_does_not_count(session: orm.Session) -> None:
    answers = [_try(session) for _ in range(20)]
    assert answers.count(None) == 3
    assert _try(session, 60) is None


def test_a_good_try_is_taken_back(session: orm.Session) -> None:
    for _ in range(5):
        assert _try(session) is None
        throttle.take_back(session, "a", now=NOW)
    assert [_try(session) for _ in range(3)] == [None] * 3
    throttle.forget(session, "a")
    assert _try(session) is None


def test_the_key_is_not_kept(session: orm.Session) -> None:
    _try(session, key="sign-in:alice@ashgrove.example.org")
    (row,) = session.query(m.Throttle).all()
    assert "alice" not in row.key


def test_what_no_longer_counts_is_removed(session: orm.Session) -> None:
    _try(session)
    throttle.sweep(session, now=NOW + 60 * SECOND)
    assert session.query(m.Throttle).count() == 1
    throttle.sweep(session, now=NOW + 61 * SECOND)
    assert session.query(m.Throttle).count() == 0


def test_nodes_at_once_let_no_more_pass(database: Database) -> None:
    """Each node has a connection of its own; without the lock all would read the same count."""
    start, passed = threading.Barrier(6), []

    def node() -> None:
        start.wait()
        with database.writing() as session:
            if _try(session) is None:
                passed.append(1)
                feed.commit(session)

    threads = [threading.Thread(target=node) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 3


@pytest.mark.parametrize(("seconds", "words"), [(1, "a minute"), (60, "a minute"), (61, "2 minutes")])
def test_it_says_how_long(seconds: int, words: str) -> None:
    assert f"Please wait {words}." in str(TooManyError(seconds=seconds))
