"""The worker: does one job after another, adds the repeated ones, and rests while there is nothing to do."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from kb import feed
from kb.config import Settings
from kb.db import Database, clock
from kb.jobs import leases
from kb.jobs.leases import Leased
from kb.jobs.models import Job, JobState
from kb.jobs.registry import KINDS, Effect, GiveUpError, Work
from kb.jobs.rules import turn_key

THREADS = 2  # so that a long job does not hold up a letter
POLL_SECONDS = 1.0
TURN_SECONDS = 30.0
FAULT_SECONDS = 10.0
STOP_SECONDS = 10.0  # then it ends in the middle, and another worker does the job again
log = structlog.get_logger("kb")


class LostLeaseError(Exception):
    """The lease was over and another worker has the job: what this attempt would have changed is undone."""


class Worker:
    """Does jobs, in threads of its own (``start``) or in the caller's (``run``); any number on one database."""

    def __init__(self, database: Database, settings: Settings, tools: Mapping[str, Any] | None = None) -> None:
        self._database = database
        self._settings = settings
        self._tools = tools or {}
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Work in threads of its own."""
        if not self._threads:
            self._threads = [
                threading.Thread(target=self.run, name=f"worker {number}", daemon=True) for number in range(THREADS)
            ]
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """Stop after the jobs in hand."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=STOP_SECONDS)
        self._threads = []

    def wake(self, _number: int = 0) -> None:
        """Say that there may be something to do."""
        self._wake.set()

    def run(self) -> None:
        """Work until ``stop``."""
        turned = -TURN_SECONDS
        while not self._stop.is_set():
            try:
                self._wake.clear()
                if time.monotonic() - turned > TURN_SECONDS:
                    self.add_repeated()
                    turned = time.monotonic()
                while not self._stop.is_set() and self.work_once():
                    pass
                self._wake.wait(POLL_SECONDS)
            except Exception as error:  # the worker must live on
                log.exception("the worker cannot reach the database; trying again", fault=type(error).__name__)
                self._stop.wait(FAULT_SECONDS)

    def work_once(self) -> bool:
        """Do one job if one waits; say whether there was one."""
        with self._database.reading() as session:
            if not leases.due(session):
                return False
        with self._database.writing() as session:
            leased = leases.take(session)
            feed.commit(session)
        if leased is None:
            return False
        self._attempt(leased)
        return True

    def add_repeated(self) -> int:
        """Add the repeated jobs whose turn has come and that no worker has added yet; return how many."""
        with self._database.reading() as session:
            now = clock(session)
            keys = {turn_key(kind.name, now, kind.every): kind.name for kind in KINDS.values() if kind.every}
            known = set(session.scalars(sa.select(Job.key).where(Job.key.in_(keys))))
        missing = [
            {"key": key, "kind": kind, "about": "", "payload": {}, "state": JobState.WAITING, "attempts": 0}
            | {"error": "", "run_at": now, "created_at": now}
            for key, kind in keys.items()
            if key not in known
        ]
        if missing:
            insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
            with self._database.writing() as session:
                session.execute(insert(Job).values(missing).on_conflict_do_nothing(index_elements=["key"]))
                feed.commit(session)
        return len(missing)

    def _attempt(self, leased: Leased) -> None:
        work = Work(
            key=leased.key,
            payload=leased.payload,
            attempt=leased.attempt,
            now=leased.now,
            database=self._database,
            settings=self._settings,
            tools=self._tools,
        )
        try:
            effect = KINDS[leased.kind].handler(work)
            self._in_transaction(lambda session: _end(session, leased, effect))
        except LostLeaseError:
            log.warning("a job took longer than its lease", job=leased.id, kind=leased.kind)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job waits or is given up, and the next one comes
            self._put_back(leased, error)

    def _put_back(self, leased: Leased, error: Exception) -> None:
        fault, give_up = f"{type(error).__name__}: {error}", isinstance(error, GiveUpError)
        state = self._in_transaction(lambda session: leases.put_back(session, leased, fault, give_up=give_up))
        facts = {"job": leased.id, "kind": leased.kind, "attempt": leased.attempt, "fault": type(error).__name__}
        if state is JobState.DEAD:
            log.error("a job was given up: `kb jobs` shows it", **facts)
        else:
            log.warning("a job failed and is tried again later", **facts)

    def _in_transaction(self, do: Callable[[orm.Session], Any]) -> Any:
        with self._database.writing() as session:
            outcome = do(session)
            feed.commit(session)
        return outcome


def _end(session: orm.Session, leased: Leased, effect: Effect | None) -> None:
    if not leases.end(session, leased):
        raise LostLeaseError
    if effect is not None:
        effect(session)
