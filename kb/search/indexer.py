"""Keeps the index in step with the database: one thread in one process, which takes the lock first and then reads.

"Read, then take the lock" once put old text into the index for good. Missing or damaged indexes are made again.
"""

import datetime as dt
import threading

import sqlalchemy as sa
import structlog
from sqlalchemy import orm

from kb import feed
from kb.cycles.models import Cycle
from kb.db import Database
from kb.items.models import Item
from kb.permissions import State
from kb.search import documents
from kb.search.engine import Engine
from kb.search.rebuilding import rebuild

BATCH = 250
FOLLOWING = 40  # cycles of changed ideas in one commit: what changes meanwhile waits for no more than these
REBUILD_FROM = 2_000
POLL_SECONDS = 1.0
LOCK_SECONDS = 15.0
FAULT_SECONDS = 10.0
NIGHT = range(2, 4)  # hours of the server's clock
FEW_SEGMENTS = 4
log = structlog.get_logger("kb")


def differences(database: Database, engine: Engine) -> list[str]:
    """Compare the index with its checksums and with the database; each fault in one sentence."""
    faults = engine.faults()
    if engine.status().problem:
        return faults
    last, indexed = engine.last(), engine.sequences()
    with database.reading() as session:
        rows = session.execute(sa.select(Item.id, Item.state, Item.change_seq)).all()
    wanted = {row.id: row.change_seq for row in rows if row.state in documents.SEARCHED_STATES}
    waiting = {row.id for row in rows if row.change_seq > last}
    missing = {item for item, _ in wanted.items() if item not in indexed} - waiting
    extra = {item for item in indexed if item not in wanted} - waiting
    old = {item for item, seq in indexed.items() if item in wanted and seq < wanted[item]} - waiting
    words = (("are missing from the index", missing), ("should not be in the index", extra), ("are out of date", old))
    return [*faults, *(f"{len(items):,} records {what}." for what, items in words if items)]


class Indexer:
    """The thread. ``wake`` makes it look at once; else it looks every second, since other processes commit too."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._suspected = threading.Event()
        self._thread: threading.Thread | None = None
        self._night: dt.date | None = None

    def start(self) -> None:
        """Start the thread, once."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the batch in hand."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    def wake(self) -> None:
        """Say that something was committed."""
        self._wake.set()

    def suspect(self) -> None:
        """Say that a search could not read the index: the holder of the lock looks at all of it and repairs it."""
        self._suspected.set()
        self._wake.set()

    def catch_up(self) -> int:
        """Bring the index up to the latest change; return how many records were written. The lock must be held.

        What changed itself is written before what only holds a word of it, also what changes meanwhile: an idea may
        have hundreds of cycles.
        """
        last = seen = self._engine.last()
        waiting: list[int] = []
        written = 0
        with self._database.reading() as session:
            number = feed.latest(session)
            if last == number:
                return 0
            if not 0 <= last < number or _is_large(session, last):
                return rebuild(self._database, self._engine)
        while not self._stop.is_set():
            if number > seen:
                with self._database.reading() as session:
                    number, changed, cycles = _backlog(session, seen)
                for start in range(0, len(changed), BATCH):
                    self._write(changed[start : start + BATCH], last=last)
                waiting = sorted({*waiting, *cycles} - set(changed))
                written += len(changed)
                seen = number
            batch, waiting = waiting[:FOLLOWING], waiting[FOLLOWING:]
            if batch:
                self._write(batch, last=last)
                written += len(batch)
            if not waiting:
                with self._database.reading() as session:
                    purge = _has_erased(session, last)
                if purge:  # a segment keeps the words of what was removed from it until it is merged
                    self._engine.merge()
                self._engine.apply([], [], last=seen)
                break
            number = feed.peek(self._database)
        return written

    def merge_at_night(self, now: dt.datetime) -> bool:
        """Merge the segments once a night, when there are more than a few; say whether it was done."""
        if now.hour not in NIGHT or self._night == now.date():
            return False
        self._night = now.date()
        if self._engine.status().segments <= FEW_SEGMENTS:
            return False
        self._engine.merge()
        return True

    def _write(self, ids: list[int], *, last: int) -> None:
        with self._database.reading() as session:
            fresh = [documents.analyse(source) for source in documents.load(session, ids)]
        self._engine.apply(fresh, set(ids) - {document.id for document in fresh}, last=last)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._engine.hold():
                self._pause(LOCK_SECONDS)
                continue
            try:
                self._check()
                self._follow()
            except Exception as error:  # the thread must live on
                log.exception("indexing failed; trying again", fault=str(error))
                self._pause(FAULT_SECONDS)
            finally:
                self._engine.release()

    def _check(self) -> None:
        faults = self._engine.faults() if self._engine.last() >= 0 else []
        if faults:
            log.error("the search index is damaged and is made again", faults=faults[:5])
            rebuild(self._database, self._engine)

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            if self._suspected.is_set():
                self._suspected.clear()
                self._check()
            written = self.catch_up()
            if written:
                log.info("indexed", records=written)
            if self.merge_at_night(dt.datetime.now().astimezone()):
                log.info("the segments of the search index are merged")
            self._wake.wait(POLL_SECONDS)

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)


def _backlog(session: orm.Session, last: int) -> tuple[int, list[int], list[int]]:
    """Return the latest change, the items that changed since, and the cycles of ideas among them.

    Cycles are found by the title of their idea.
    """
    number = feed.latest(session)
    changed = sa.select(Item.id).where(Item.change_seq > last)
    cycles = sa.select(Cycle.item_id).where(Cycle.idea_id.in_(changed))
    return number, sorted(session.scalars(changed)), list(session.scalars(cycles))


def _has_erased(session: orm.Session, last: int) -> bool:
    return (
        session.scalar(sa.select(Item.id).where(Item.change_seq > last, Item.state == State.ERASED).limit(1))
        is not None
    )


def _is_large(session: orm.Session, last: int) -> bool:
    """Say whether so much has changed that a new index is made sooner."""
    _, changed, cycles = _backlog(session, last)
    size = len({*changed, *cycles})
    known = session.scalar(sa.select(sa.func.count()).select_from(Item)) or 0
    return size > REBUILD_FROM and size > known // 3
