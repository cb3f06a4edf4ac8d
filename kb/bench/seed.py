"""Fills an empty database with as many believable records as a benchmark needs; the same seed gives the same rows."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from kb.bench import cases, cycles, ideas, places, registers
from kb.bench.bulk import Bulk
from kb.bench.items import Items
from kb.bench.prose import Prose
from kb.bench.size import Size
from kb.db import Database
from kb.errors import KbError
from kb.feed import ChangeCounter
from kb.history import History
from kb.items.models import Item, Tag
from kb.networks.models import Network
from kb.schools.models import School

_BATCH = 2_000  # items written at once
_NEXT_CHANGE = sa.update(ChangeCounter).values(value=ChangeCounter.value + 1).returning(ChangeCounter.value)
Progress = Callable[[int], None]


class NotEmptyError(KbError):
    """The database already holds records; seeded ones must not mix with anybody's."""

    title = "The database is not empty"
    advice = "Name a new one with --database, for example sqlite:///seeded.db"


def seed(database: Database, size: Size, seed: int = 1, progress: Progress | None = None) -> None:
    """Fill a migrated database that holds no records; ``progress`` is told how many items were made since last time."""
    with database.engine.connect().execution_options(writing=True) as connection, connection.begin():
        _require_empty(connection)
        change = connection.execute(_NEXT_CHANGE).scalar_one()
        bulk = Bulk(connection)
        waiting = 0
        for _ in _records(connection, bulk, size, seed, change):
            waiting += 1
            if waiting == _BATCH:
                bulk.flush()
                _tell(progress, waiting)
                waiting = 0
        facts = {"seed": seed, "records": size.records}
        bulk.add(History, at=places.TODAY, person_id=None, action="seed", kind="bench", public_id="", facts=facts)
        bulk.finish()
        _tell(progress, waiting)
    database.refresh_statistics()


def _tell(progress: Progress | None, made: int) -> None:
    if progress is not None:
        progress(made)


def _records(connection: sa.Connection, bulk: Bulk, size: Size, seed: int, change: int) -> Iterator[object]:
    """Make everything, pausing after each item."""
    ways, tags = registers.ways(connection, bulk), registers.tags(bulk)
    world = places.settle(bulk, seed, size.schools)
    items, prose = Items(bulk, seed, tags, change), Prose(seed)
    known: list[ideas.Idea] = []
    for idea in ideas.write(bulk, items, prose, world, seed, size.ideas):
        known.append(idea)
        yield idea
    tested: list[cycles.Tested] = []
    for cycle in cycles.write(bulk, items, prose, world, seed, known, ways, size.cycles):
        tested.append(cycle)
        yield cycle
    yield from cases.write(bulk, items, prose, world, seed, tested, size.cases)


def _require_empty(connection: sa.Connection) -> None:
    for table in (Item, School, Network, Tag):
        if connection.scalar(sa.select(sa.exists().where(table.id.is_not(None)))):
            message = "It already holds records."
            raise NotEmptyError(message)
