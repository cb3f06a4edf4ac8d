"""Keeps the index in step with the database: one thread in one process, which takes the lock first and then reads.

"Read, then take the lock" once put old text into the index for good. Missing or damaged indexes are made again.
"""

import datetime as dt
import threading
from collections.abc import Iterator

import sqlalchemy as sa
import structlog
from sqlalchemy import orm

from kb import feed
from kb.cycles.models import Cycle
from kb.db import Database
from kb.items.models import Item
from kb.search import documents
from kb.search.engine import Engine
from kb.search.rebuilding import rebuild

BATCH = 250
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

    def catch_up(self) -> int:
        """Bring the index up to the latest change; return how many records were written. The lock must be held."""
        last = self._engine.last()
        with self._database.reading() as session:
            number = feed.latest(session)
            if last == number:
                return 0
            changed = set(session.scalars(sa.select(Item.id).where(Item.change_seq > last)))
            ids = _touched(session, last) if 0 <= last < number else None
            known = session.scalar(sa.select(sa.func.count()).select_from(Item)) or 0
        if ids is None or (len(ids) > REBUILD_FROM and len(ids) > known // 3):
            return rebuild(self._database, self._engine)
        for batch in _batches(ids, changed):
            self._write(batch, last=last)
        self._engine.apply([], [], last=number)
        return len(ids)

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
            written = self.catch_up()
            if written:
                log.info("indexed", records=written)
            if self.merge_at_night(dt.datetime.now().astimezone()):
                log.info("the segments of the search index are merged")
            self._wake.wait(POLL_SECONDS)

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)


def _touched(session: orm.Session, last: int) -> list[int]:
    """Return the items that changed since, and the cycles of the ideas among them: they are found by its title."""
    changed = sa.select(Item.id).where(Item.change_seq > last)
    cycles = sa.select(Cycle.item_id).where(Cycle.idea_id.in_(changed))
    return list(session.scalars(sa.union(changed, cycles).order_by("id")))


def _batches(ids: list[int], changed: set[int]) -> Iterator[list[int]]:
    """Yield what changed itself before what only holds a word of it: an idea may have hundreds of cycles."""
    for group in ([item for item in ids if item in changed], [item for item in ids if item not in changed]):
        for start in range(0, len(group), BATCH):
            yield group[start : start + BATCH]
