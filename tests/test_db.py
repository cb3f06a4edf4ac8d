"""The database settings that were measured: what they promise holds."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from kb import feed
from kb.db import Database, UtcDateTime
from kb.items.models import Item
from tests.factories import NOW, make_credit, make_idea, make_member, make_person, make_school

WRITERS = 4
WRITES = 15


def test_sqlite_settings(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 10_000, "foreign_keys": 1}


def test_writers_at_the_same_time_all_succeed(database: Database) -> None:
    """Read, then write, in four threads: with a deferred BEGIN about half of these fail on SQLite."""
    with database.writing() as session:
        item_id = make_idea(session, language="en").id
        session.commit()
    failures: list[Exception] = []

    def write() -> None:
        for _ in range(WRITES):
            try:
                with database.writing() as session:
                    session.execute(sa.select(Item.title).where(Item.id == item_id)).one()
                    feed.touch(session, [item_id])
                    feed.commit(session)
            except Exception as error:  # noqa: BLE001 - any failure counts
                failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert feed.latest(session) == WRITERS * WRITES


def test_a_reader_does_not_wait_for_a_writer(sqlite_database: Database) -> None:
    with sqlite_database.writing() as writer:
        make_school(writer)
        with sqlite_database.reading() as reader:
            assert feed.latest(reader) == 0


def test_the_query_planner_gets_statistics(database: Database) -> None:
    with database.writing() as session:
        make_idea(session)
        session.commit()
    assert not _statistics(database)
    database.refresh_statistics()
    assert _statistics(database)


def test_statistics_wait_for_nobody_in_vain(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.db.BUSY_TIMEOUT_MS", 1)
    with sqlite_database.writing() as session:
        make_idea(session)
        sqlite_database.refresh_statistics()


def _statistics(database: Database) -> bool:
    """Say whether the planner knows anything of the items."""
    if database.is_sqlite and not sa.inspect(database.engine).has_table("sqlite_stat1"):
        return False
    known = (
        "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'item'"
        if database.is_sqlite
        else "SELECT count(*) FROM pg_stats WHERE tablename = 'item'"
    )
    with database.engine.connect() as connection:
        return bool(connection.scalar(sa.text(known)))


def test_times_are_aware_and_utc(database: Database) -> None:
    eastern = dt.timezone(dt.timedelta(hours=-5))
    moment = dt.datetime(2026, 3, 1, 7, 30, tzinfo=eastern)
    with database.writing() as session:
        item = make_idea(session, created_at=moment)
        session.commit()
        session.expire(item)
        assert item.created_at == moment
        assert item.created_at.tzinfo is dt.UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        UtcDateTime().process_bind_param(NOW.replace(tzinfo=None), sa.create_engine("sqlite://").dialect)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "nonsense"},
        {"audience": "school"},
        {"audience": "network"},
        {"published_at": None},
        {"edition": 0},
        {"public_id": None},
    ],
)
def test_the_database_refuses_what_makes_no_sense(database: Database, wrong: dict[str, object]) -> None:
    with database.writing() as session:
        item_id = make_idea(session).id
        session.commit()
        column, value = next(iter(wrong.items()))
        statement = sa.text(f"UPDATE item SET {column} = :value WHERE id = :id")
        with pytest.raises(sa.exc.IntegrityError):
            session.execute(statement, {"value": value, "id": item_id})


def test_a_student_has_no_name_in_the_credits(database: Database) -> None:
    with database.writing() as session:
        item = make_idea(session)
        make_credit(session, item, role="student", name=None)
        with pytest.raises(sa.exc.IntegrityError):
            make_credit(session, item, role="family", name="Somebody", position=1)


def test_nobody_has_the_same_role_at_the_same_place_twice(database: Database) -> None:
    with database.writing() as session:
        person, school = make_person(session), make_school(session)
        make_member(session, person, school=school).ended_at = NOW
        make_member(session, person, school=school)
        with pytest.raises(sa.exc.IntegrityError):
            make_member(session, person, school=school)
