"""Jobs are kept through ``kill -9``: each counts once, however often its worker ends in the middle of it."""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.db import Database
from tests.jobs import counting

WITHIN = 60.0


@contextlib.contextmanager
def _worker(database: Database, begun: Path) -> Iterator[subprocess.Popen[bytes]]:
    address = database.engine.url.render_as_string(hide_password=False)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    arguments = [sys.executable, "-m", "tests.jobs.counting", address, str(begun)]
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _begun(begun: Path) -> list[int]:
    return [int(line) for line in begun.read_text().split()] if begun.exists() else []


def _wait(until: object, what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not until():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_a_job_outlives_the_worker_that_had_it(sqlite_database: Database, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    counting.add(sqlite_database, 6, stuck=(2,))
    with _worker(sqlite_database, begun):
        _wait(lambda: 2 in _begun(begun), "the job in the middle was not begun")
    assert counting.counted(sqlite_database) == [0, 1]
    with _worker(sqlite_database, begun):
        _wait(lambda: len(counting.counted(sqlite_database)) == 6, "not all were done")
    assert counting.counted(sqlite_database) == list(range(6))
    assert _begun(begun).count(2) == 2


@pytest.mark.slow
def test_many_kills(database: Database, tmp_path: Path) -> None:
    """Two workers, fifteen kills: each of 150 jobs counts once."""
    begun, chance = tmp_path / "begun", random.Random(7)
    counting.add(database, 150, seconds=0.03)
    with contextlib.ExitStack() as steady:
        for _ in range(15):
            with _worker(database, begun):
                before = len(_begun(begun))
                _wait(lambda before=before: len(_begun(begun)) > before, "nothing was begun")
                time.sleep(chance.random() / 5)
        steady.enter_context(_worker(database, begun))
        steady.enter_context(_worker(database, begun))
        _wait(lambda: len(counting.counted(database)) >= 150, "not all were done")
    assert counting.counted(database) == list(range(150))
    assert len(_begun(begun)) > 150, "no kill hit a job in hand"
