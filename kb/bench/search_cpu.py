"""CPU time and memory of this process and of a PostgreSQL server on the same machine."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kb.bench.processes import NotLinuxError, children
from kb.db import Database

MILLION = 1e6
_TICK = 10_000_000  # nanoseconds of the coarse clock in /proc/PID/stat
_CHILDREN_USER, _CHILDREN_SYSTEM = 13, 14  # fields behind the name of the process
_PARENT = 1


class Clock:
    """Counts nanoseconds of CPU: those of this process and, with PostgreSQL, those of all processes of the server."""

    def __init__(self, database: Database) -> None:
        self._server = _postmaster(database)

    def cost(self, run: Callable[[], Any]) -> tuple[float, Any]:
        """Return the CPU of a call in milliseconds, without that of looking at the clock, and its answer."""
        server, began = self.server(), time.process_time_ns()
        answer = run()
        own = time.process_time_ns() - began
        return (own + self.server() - server) / MILLION, answer

    def server(self) -> int:
        """Return the CPU of the server: of living processes to the nanosecond, of ended ones in ticks."""
        if self._server is None:
            return 0
        ended = _stat(self._server)
        ticks = int(ended[_CHILDREN_USER]) + int(ended[_CHILDREN_SYSTEM])
        return ticks * _TICK + sum(map(_scheduled, (self._server, *children(self._server))))


def private_megabytes() -> float:
    """Return the memory of this process without pages of files."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError as error:
        raise NotLinuxError from error
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
    return kilobytes / 1024


def _postmaster(database: Database) -> int | None:
    if database.engine.dialect.name != "postgresql":
        return None
    with database.reading() as session:
        backend = session.scalar(sa.text("SELECT pg_backend_pid()"))
    return int(_stat(backend)[_PARENT])


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _scheduled(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except (OSError, IndexError):
        return 0  # it has just ended
