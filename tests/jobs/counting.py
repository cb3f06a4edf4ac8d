"""A worker in a process of its own, for drills: each job leaves a line in a file and one row in the history.

``python -m tests.jobs.counting ADDRESS FILE``: the lines say how often jobs were begun, the rows how often they count.
"""

import datetime as dt
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.config import Settings
from kb.db import Database
from kb.history import History
from kb.jobs import actions
from kb.jobs.registry import KINDS, Effect, JobKind, Work
from kb.jobs.worker import Worker
from tests.factories import NOW

KIND = "test.count"
LEASE = dt.timedelta(seconds=1)


def add(database: Database, count: int, *, stuck: tuple[int, ...] = (), seconds: float = 0.0) -> None:
    """Add jobs; the ``stuck`` ones never end at their first attempt, so that a kill is sure to hit them."""
    with database.writing() as session:
        for number in range(count):
            payload = {"number": number, "stuck": number in stuck, "seconds": seconds}
            actions.add(session, KIND, payload, now=NOW)
        session.commit()


def counted(database: Database) -> list[int]:
    """Return which jobs counted, each as often as it did."""
    with database.reading() as session:
        return sorted(int(found) for found in session.scalars(sa.select(History.public_id)))


def register(begun: Path) -> None:
    """Make the kind known in this process."""

    def handle(work: Work) -> Effect:
        with begun.open("a") as file:
            file.write(f"{work.payload['number']}\n")
        if work.payload["stuck"] and work.attempt == 1:
            time.sleep(600)
        time.sleep(work.payload["seconds"])
        number = work.payload["number"]

        def effect(session: orm.Session) -> None:
            history.record(session, "counted", kind="test", public_id=str(number), by=None, now=work.now)

        return effect

    KINDS[KIND] = JobKind(KIND, handle, tries=1000, lease=LEASE)


if __name__ == "__main__":
    register(Path(sys.argv[2]))
    Worker(Database(sys.argv[1]), Settings()).run()
