"""The README's first command: it sets everything up, says the address, and leaves nothing behind when it ends."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.server import NoPortError, free_port

KB = Path(sys.executable).parent / "kb"
READY_WITHIN = 90.0
ENDS_WITHIN = 15.0


class Running:
    """``kb demo`` in a process of its own, with what it has printed so far."""

    def __init__(self, folder: Path, port: int) -> None:
        self.output = ""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        self.process = subprocess.Popen(
            [KB, "demo", "--data", folder, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**environment, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    def address(self) -> str:
        """Wait until the address is said."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            if found := re.search(r"Open (http://\S+)", self.output):
                return found.group(1)
            time.sleep(0.05)
        raise AssertionError(self.output)

    def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit status once every process that shares the output is gone."""
        self.process.send_signal(number)
        status = self.process.wait(ENDS_WITHIN)
        self._reader.join(ENDS_WITHIN)
        assert not self._reader.is_alive(), "a process was left behind"
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextlib.contextmanager
def _running(folder: Path, port: int) -> Iterator[Running]:
    demo = Running(folder, port)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.end(signal.SIGKILL)


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def _wait_for_a_job(folder: Path) -> None:
    """Wait until the worker inside the server has done one of the repeated jobs."""
    deadline = time.monotonic() + READY_WITHIN
    with contextlib.closing(sqlite3.connect(f"file:{folder / 'throughline.db'}?mode=ro", uri=True)) as connection:
        while not connection.execute("SELECT count(*) FROM job WHERE state = 'done'").fetchone()[0]:
            assert time.monotonic() < deadline, "the worker does nothing"
            time.sleep(0.05)


def test_from_nothing_to_a_page_and_back(folder: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with _running(folder, port) as demo:
            address = demo.address()
            assert f"All data lies in {folder.resolve()}" in demo.output
            assert f"Port {port} is busy" in demo.output
            assert "What do you want to improve?" in _get(address)
            assert "results for" in _get(f"{address}/search?q=attendance")
            _wait_for_a_job(folder)
            assert demo.end(signal.SIGTERM) == 0
    with _running(folder, port) as again:
        address = again.address()
        assert "Demo content" not in again.output, "the second start imports nothing"
        assert "Search index" not in again.output, "the second start builds nothing"
        assert "results for" in _get(f"{address}/search?q=attendance")
        again.end(signal.SIGKILL)  # the worker must end as well, or the output stays open
    with pytest.raises(OSError, match="refused"):
        _get(address)


def test_no_free_port_is_said() -> None:
    with pytest.raises(NoPortError, match="are busy"):
        free_port("256.256.256.256", 8000)
