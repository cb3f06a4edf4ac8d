"""Makes the index again from the database: in this process or in several, each with a part of the records."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import sqlalchemy as sa

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.items.models import Item
from kb.search import documents, engines
from kb.search.engine import PART, Document, Engine, IndexUnavailableError

FEW = 5_000  # records that one process has read before another has started
PARTS_EACH = 3  # a process that is done sooner takes another part
LARGEST_PART = 20 * PART
LOOK_SECONDS = 0.2
Progress = Callable[[int, int], None]
Counter = Callable[[], None]


def cores() -> int:
    """Return how many processes may run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def rebuild(
    database: Database,
    engine: Engine,
    progress: Progress | None = None,
    *,
    jobs: int = 1,
    settings: Settings | None = None,
) -> int:
    """Make the index again and swap it in; return how many records were read. Several jobs need the settings."""
    with database.reading() as session:
        last = feed.latest(session)
        searched = sa.select(sa.func.count()).where(Item.state.in_(documents.SEARCHED_STATES))
        total = session.scalar(searched) or 0
        highest = session.scalar(sa.select(sa.func.max(Item.id))) or 0
    told = progress or (lambda _done, _total: None)
    with engine.rebuilding(last=last) as name:
        if jobs > 1 and settings is not None and total >= FEW:
            return _in_processes(database, settings, name, parts(highest, jobs), jobs, lambda done: told(done, total))
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            told(done, total)

        return engine.fill(name, _read(database, documents.ALL_IDS, count))


def parts(highest: int, jobs: int) -> list[range]:
    """Return ranges that hold all ids up to the highest; each begins at a multiple of PART."""
    size = min(LARGEST_PART, -(-(highest + 1) // (jobs * PARTS_EACH * PART)) * PART)
    return [range(first, after) for first, after in pairwise(range(0, highest + 1 + size, size))]


def _read(database: Database, ids: range, count: Counter) -> Iterator[Document]:
    for source in documents.every(database, ids_in=ids):
        yield documents.analyse(source)
        count()


def _in_processes(
    database: Database, settings: Settings, name: str, ranges: list[range], jobs: int, told: Callable[[int], None]
) -> int:
    processes = get_context("spawn")  # a fork would share connections and locks
    counter: Any = processes.Value("q", 0)
    with ProcessPoolExecutor(jobs, processes, initializer=_begin, initargs=(counter,)) as pool:
        futures = [pool.submit(_fill, database.url, settings, name, ids) for ids in ranges]
        try:
            return sum(_finished(futures, counter, told))
        except BrokenProcessPool as error:
            message = "A process that was making the search index has ended."
            raise IndexUnavailableError(message) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _finished(futures: list[Future[int]], counter: Any, told: Callable[[int], None]) -> Iterator[int]:
    """Yield how many each part held, and tell meanwhile how many records have been read."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, LOOK_SECONDS, FIRST_EXCEPTION)
        told(counter.value)
        for future in done:
            yield future.result()


_counter: Any = None  # shared by the processes of one rebuild


def _begin(counter: Any) -> None:
    global _counter  # noqa: PLW0603 - how a process of a pool is given what cannot be sent with a call
    _counter = counter


def _fill(url: str, settings: Settings, name: str, ids: range) -> int:
    """Read a part and write it, in a process of its own."""

    def count() -> None:
        with _counter.get_lock():
            _counter.value += 1

    with closing(Database(url)) as database:
        engine = engines.make(database, settings)
        return engine.fill(name, _read(database, ids, count))
