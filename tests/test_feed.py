"""The change feed: no change is lost, whatever the order in which transactions start and commit."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, history
from kb.db import Database
from kb.history import History
from kb.items.models import Item
from tests.factories import NOW, make_idea

WAITS = 0.3


def _idea(database: Database) -> Item:
    with database.writing() as session:
        item = make_idea(session)
        feed.touch(session, [item.id])
        feed.commit(session)
    return item


def _changed_since(database: Database, number: int) -> dict[int, int]:
    with database.reading() as session:
        rows = session.execute(sa.select(Item.id, Item.change_seq).where(Item.change_seq > number)).all()
        return {row.id: row.change_seq for row in rows}


def test_a_commit_numbers_what_it_touched(database: Database) -> None:
    item = _idea(database)
    assert _changed_since(database, 0) == {item.id: 1}
    with database.reading() as session:
        assert feed.latest(session) == 1


def test_nothing_noted_nothing_numbered(database: Database) -> None:
    with database.writing() as session:
        assert feed.commit(session) is None
        assert feed.latest(session) == 0


def test_a_rollback_forgets(database: Database) -> None:
    item = _idea(database)
    with database.writing() as session:
        feed.touch(session, [item.id])
        feed.rollback(session)
        assert feed.commit(session) is None
    assert _changed_since(database, 1) == {}


def test_history_marks_the_feed(database: Database) -> None:
    item = _idea(database)
    with database.writing() as session:
        history.record(session, "edit", kind="idea", public_id=item.public_id, by=None, now=NOW, touches=[item.id])
        assert feed.commit(session) == 2
        assert session.scalar(sa.select(sa.func.count(History.id))) == 1
    assert _changed_since(database, 1) == {item.id: 2}


def test_many_items_in_one_commit(database: Database) -> None:
    with database.writing() as session:
        ids = [make_idea(session).id for _ in range(3)]
        feed.touch(session, ids + list(range(10**6, 10**6 + 1200)))  # more than a batch; unknown ids do no harm
        feed.commit(session)
    assert _changed_since(database, 0) == dict.fromkeys(ids, 1)


def test_opposite_order_of_commit_loses_nothing(postgres_database: Database) -> None:
    """The first to start commits last, and a follower that read in between still sees it."""
    early, late = _idea(postgres_database), _idea(postgres_database)
    with postgres_database.writing() as first, postgres_database.writing() as second:
        _retitle(first, early, "early")
        _retitle(second, late, "late")
        feed.commit(second)
        seen = _changed_since(postgres_database, 2)
        assert set(seen) == {late.id}
        feed.commit(first)
    assert _changed_since(postgres_database, max(seen.values())) == {early.id: 4}


def test_a_number_is_visible_before_the_next_is_given(postgres_database: Database) -> None:
    """A transaction that has its number but has not committed holds back the next one."""
    early, late = _idea(postgres_database), _idea(postgres_database)
    with postgres_database.writing() as first:
        first.execute(feed._NEXT)
        first.execute(sa.update(Item).where(Item.id == early.id).values(change_seq=3))
        done = threading.Event()
        thread = threading.Thread(target=_touch_and_commit, args=(postgres_database, late.id, done))
        thread.start()
        assert not done.wait(WAITS)
        first.commit()
        assert done.wait(10)
        thread.join()
    assert _changed_since(postgres_database, 2) == {early.id: 3, late.id: 4}


def _retitle(session: orm.Session, item: Item, title: str) -> None:
    session.execute(sa.update(Item).where(Item.id == item.id).values(title=title))
    feed.touch(session, [item.id])


def _touch_and_commit(database: Database, item_id: int, done: threading.Event) -> None:
    with database.writing() as session:
        feed.touch(session, [item_id])
        feed.commit(session)
    done.set()


def test_the_number_can_be_had_without_a_session(database: Database, session: orm.Session) -> None:
    before = feed.peek(database)
    assert before == feed.latest(session)
    feed.touch(session)
    session.flush()
    assert feed.peek(database) == before
    assert feed.commit(session) == feed.peek(database) == before + 1


def test_a_database_that_cannot_answer_is_an_error_like_any_other(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE change_counter")
    with pytest.raises(sa.exc.SQLAlchemyError):
        feed.peek(database)
