"""The worker: once each, whoever takes it; what fails waits and is given up in the end; repeated jobs come once."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy import orm

from kb import history
from kb.config import Settings
from kb.db import Database, clock
from kb.errors import NotFoundError
from kb.history import History
from kb.jobs import actions, leases
from kb.jobs.models import Job, JobState
from kb.jobs.registry import KINDS, Effect, GiveUpError, Handler, JobKind, Work, job
from kb.jobs.worker import Worker
from tests.factories import NOW

KIND = "test.kind"
Register = Callable[..., None]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Make a kind known for one test, and only that."""

    def register(handler: Handler, **over: Any) -> None:
        monkeypatch.setattr("kb.jobs.registry.KINDS", KINDS)
        for name in list(KINDS):
            monkeypatch.delitem(KINDS, name)
        monkeypatch.setitem(KINDS, KIND, JobKind(KIND, handler, **over))

    return register


@pytest.fixture
def worker(database: Database) -> Worker:
    return Worker(database, Settings())


def _add(database: Database, count: int = 1) -> None:
    with database.writing() as session:
        for number in range(count):
            actions.add(session, KIND, {"number": number}, now=NOW)
        session.commit()


def _count(work: Work) -> Effect:
    """Count the job in the history, in the transaction that ends it."""

    def effect(session: orm.Session) -> None:
        number = str(work.payload["number"])
        history.record(session, "counted", kind="test", public_id=number, by=None, now=work.now)

    return effect


def _job(database: Database) -> Job:
    with database.reading() as session:
        return session.scalars(sa.select(Job)).one()


def _counted(database: Database) -> list[int]:
    with database.reading() as session:
        return sorted(int(found) for found in session.scalars(sa.select(History.public_id)))


def _change(database: Database, **values: object) -> None:
    with database.writing() as session:
        session.execute(sa.update(Job).values(**values))
        session.commit()


def test_a_done_job_has_its_effect_and_keeps_nothing_of_its_payload(
    database: Database, worker: Worker, kind: Register
) -> None:
    kind(_count)
    _add(database)
    assert worker.work_once()
    assert not worker.work_once()
    row = _job(database)
    assert (row.state, row.payload, row.owner, row.attempts) == (JobState.DONE, {}, None, 1)
    assert _counted(database) == [0]


def test_several_workers_do_each_job_once(database: Database, kind: Register) -> None:
    kind(_count)
    _add(database, 24)

    def work() -> None:
        mine = Worker(database, Settings())
        while mine.work_once():
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _counted(database) == list(range(24))


def test_a_row_that_another_takes_is_skipped_and_not_waited_for(postgres_database: Database, kind: Register) -> None:
    kind(_count)
    _add(postgres_database, 2)
    with postgres_database.writing() as one, postgres_database.writing() as other:
        other.execute(sa.text("SET lock_timeout = '5s'"))
        first, second = leases.take(one), leases.take(other)
        assert first is not None
        assert second is not None
        assert {first.payload["number"], second.payload["number"]} == {0, 1}
        assert leases.take(other) is None


def test_an_attempt_whose_lease_another_took_changes_nothing(
    database: Database, worker: Worker, kind: Register
) -> None:
    def slow(work: Work) -> Effect:
        if work.attempt == 1:
            _change(database, leased_until=NOW)  # long ago by the clock of the database
            assert Worker(database, Settings()).work_once()
        return _count(work)

    kind(slow)
    _add(database)
    assert worker.work_once()
    assert _counted(database) == [0]
    assert (_job(database).attempts, _job(database).state) == (2, JobState.DONE)


def test_only_the_attempt_that_has_a_job_ends_it_or_puts_it_back(session: orm.Session, kind: Register) -> None:
    kind(_count)
    actions.add(session, KIND, {"number": 0}, now=NOW)
    late = leases.take(session)
    session.execute(sa.update(Job).values(leased_until=NOW))
    session.expire_all()
    present = leases.take(session)
    assert late is not None
    assert present is not None
    assert leases.put_back(session, late, "too late", give_up=False) is None
    assert not leases.end(session, late)
    assert leases.end(session, present)


def test_an_attempt_that_fails_late_does_not_disturb_the_one_that_took_over(
    database: Database, worker: Worker, kind: Register
) -> None:
    def slow(work: Work) -> Effect:
        if work.attempt == 1:
            _change(database, leased_until=NOW)
            assert Worker(database, Settings()).work_once()
            raise ValueError
        return _count(work)

    kind(slow)
    _add(database)
    assert worker.work_once()
    assert (_job(database).state, _job(database).error) == (JobState.DONE, "")


def test_an_effect_that_fails_leaves_nothing_and_is_tried_again(
    database: Database, worker: Worker, kind: Register
) -> None:
    def half(work: Work) -> Effect:
        def effect(session: orm.Session) -> None:
            _count(work)(session)
            session.flush()
            if work.attempt == 1:
                message = "half way"
                raise RuntimeError(message)

        return effect

    kind(half)
    _add(database)
    assert worker.work_once()
    row = _job(database)
    with database.reading() as session:
        wait = row.run_at - clock(session)
    assert (row.state, row.owner, row.error) == (JobState.WAITING, None, "RuntimeError: half way")
    assert dt.timedelta(0) < wait <= dt.timedelta(seconds=30)
    assert _counted(database) == []
    assert not worker.work_once(), "it waits"
    _change(database, run_at=NOW)
    assert worker.work_once()
    assert _counted(database) == [0]


def test_what_always_fails_is_given_up_and_can_begin_anew(database: Database, worker: Worker, kind: Register) -> None:
    def fail(_work: Work) -> None:
        raise ValueError("no " * 1000)

    kind(fail, tries=2)
    _add(database)
    worker.work_once()
    _change(database, run_at=NOW)
    worker.work_once()
    row = _job(database)
    assert (row.state, row.attempts, row.payload) == (JobState.DEAD, 2, {"number": 0})
    assert not worker.work_once()
    kind(_count)
    with database.writing() as session:
        actions.retry(session, row.id)
        session.commit()
    assert worker.work_once()
    assert _counted(database) == [0]
    with database.writing() as session, pytest.raises(NotFoundError):
        actions.retry(session, row.id)


def test_what_cannot_succeed_is_given_up_at_once(database: Database, worker: Worker, kind: Register) -> None:
    def refuse(_work: Work) -> None:
        raise GiveUpError("No such mailbox.")

    kind(refuse)
    _add(database)
    worker.work_once()
    assert (_job(database).state, _job(database).attempts) == (JobState.DEAD, 1)


def test_a_job_that_ends_its_worker_each_time_is_given_up(database: Database, worker: Worker, kind: Register) -> None:
    kind(_count, tries=3)
    _add(database)
    _change(database, attempts=3, owner="ended", leased_until=NOW)
    assert not worker.work_once()
    assert (_job(database).state, _counted(database)) == (JobState.DEAD, [])


def test_a_kind_nobody_knows_waits_for_a_version_that_does(database: Database, worker: Worker, kind: Register) -> None:
    kind(_count)
    with database.writing() as session:
        actions.add(session, "of.tomorrow", {}, now=NOW)
        session.commit()
    assert not worker.work_once()
    assert _job(database).state is JobState.WAITING


def test_a_repeated_job_comes_once_a_turn_for_all_workers(database: Database, worker: Worker, kind: Register) -> None:
    kind(lambda _work: None, every=dt.timedelta(days=300))
    assert [worker.add_repeated(), Worker(database, Settings()).add_repeated()] == [1, 0]
    assert worker.work_once()
    assert worker.add_repeated() == 0
    assert _job(database).state is JobState.DONE


def test_the_clock_of_a_node_decides_nothing(sqlite_database: Database, kind: Register) -> None:
    """A node that is a day ahead adds jobs and takes none early; one that is a day behind takes what is due now."""
    kind(_count)
    ahead, behind = dt.datetime.now(dt.UTC) + dt.timedelta(days=1), dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = Worker(sqlite_database, Settings())
    with time_machine.travel(ahead), sqlite_database.writing() as session:
        actions.add(session, KIND, {"number": 1}, now=ahead)
        actions.add(session, KIND, {"number": 2}, now=ahead, after=dt.timedelta(hours=1))
        session.commit()
    with time_machine.travel(behind):
        assert made.work_once()
    with time_machine.travel(ahead):
        assert not made.work_once()
    assert _counted(sqlite_database) == [1]


def test_one_key_is_asked_for_once(session: orm.Session, kind: Register) -> None:
    kind(_count)
    first = actions.add(session, KIND, {"number": 1}, key="same", now=NOW)
    assert actions.add(session, KIND, {"number": 2}, key="same", now=NOW) is first


def test_two_handlers_for_one_kind_are_refused(kind: Register) -> None:
    kind(_count)
    with pytest.raises(ValueError, match="two handlers"):
        job(KIND)(_count)


@pytest.fixture
def running(sqlite_database: Database) -> Iterator[Worker]:
    made = Worker(sqlite_database, Settings())
    made.start()
    yield made
    made.stop()


def test_the_thread_does_what_is_added(sqlite_database: Database, running: Worker, kind: Register) -> None:
    done = threading.Event()

    def handle(_work: Work) -> None:
        done.set()

    kind(handle)
    _add(sqlite_database)
    running.wake()
    assert done.wait(30)


def test_stopping_waits_for_the_job_in_hand(sqlite_database: Database, kind: Register) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def handle(work: Work) -> Effect:
        begun.set()
        assert go_on.wait(30)
        return _count(work)

    kind(handle)
    _add(sqlite_database, 2)
    made = Worker(sqlite_database, Settings())
    made.start()
    assert begun.wait(30)
    ending = threading.Thread(target=made.stop)
    ending.start()
    go_on.set()
    ending.join()
    with sqlite_database.reading() as session:
        rows = session.scalars(sa.select(Job).where(Job.owner.is_not(None))).all()
    assert rows == [], "none was left in the middle"
    assert 0 in _counted(sqlite_database)
