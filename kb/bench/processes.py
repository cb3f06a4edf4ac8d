"""Server processes of a measurement: started on a free port, asked for their CPU time, ended with the block."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kb.errors import KbError

HOST = "127.0.0.1"
_READY_WITHIN = 60.0
_ENDS_WITHIN = 10.0
_IDLE_WITHIN = 120.0
_LOOK = 1.0
_IDLE_SHARE = 0.03  # of one core
_CPU_CLOCK = 2  # CPUCLOCK_SCHED: nanoseconds of all threads of a process, ended ones too
_KB = (sys.executable, "-c", "from kb.cli import main; main()")


class ServerError(KbError):
    """A server of the measurement did not start."""

    title = "A server did not start"
    advice = "Start it by hand with `kb serve` and read what it says."


class NotLinuxError(KbError):
    """CPU time of another process can only be read on Linux."""

    title = "Pages can be measured on Linux only"
    advice = "Run `kb bench pages` on a Linux machine or in a container."


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the processes it consists of."""

    port: int
    pids: tuple[int, ...]

    def cpu_ns(self) -> int:
        """Return the CPU time its processes used since they began, in nanoseconds."""
        return sum(time.clock_gettime_ns((~pid << 3) | _CPU_CLOCK) for pid in self.pids)


def wait_until_idle(servers: Iterable[Server]) -> None:
    """Wait until no server works on its own account any more: what it reads at its start is no page's cost."""
    watched = tuple(servers)
    deadline = time.monotonic() + _IDLE_WITHIN
    while time.monotonic() < deadline:
        before = sum(server.cpu_ns() for server in watched)
        time.sleep(_LOOK)
        if sum(server.cpu_ns() for server in watched) - before < _IDLE_SHARE * _LOOK * 1e9:
            return


def kb(*arguments: str, environment: Mapping[str, str]) -> None:
    """Run a command of the product to its end; its own words go to the person who waits."""
    subprocess.run([*_KB, *arguments], env=environment, check=True, stdout=sys.stderr)  # noqa: S603 - our own command


@contextmanager
def product(environment: Mapping[str, str]) -> Iterator[Server]:
    """Run ``kb serve`` with these settings."""
    port = _free_port()
    with _running([*_KB, "serve", "--port", str(port)], environment, port, "/livez") as server:
        yield server


@contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """Run the bare page."""
    port = _free_port()
    command = [sys.executable, "-m", "kb.bench.bare", str(folder), str(port)]
    with _running(command, os.environ, port, "/1") as server:
        yield server


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], port: int, path: str) -> Iterator[Server]:
    if not sys.platform.startswith("linux"):
        raise NotLinuxError
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        if not _answers(process, f"http://{HOST}:{port}{path}"):
            message = f"`{' '.join(command)}` gave no answer."
            raise ServerError(message)
        yield Server(port, tuple(_tree(process.pid)))
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until the address answers; False if it never does."""
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - our own http address
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return True
    return False


def _tree(pid: int) -> Iterator[int]:
    """Give a process and all below it."""
    yield pid
    for child in children(pid):
        yield from _tree(child)


def children(pid: int) -> list[int]:
    """Return the processes that a process started; each of its threads knows its own, and may just have ended."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, (task / "children").read_text().split())
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
