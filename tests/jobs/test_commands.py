"""``kb jobs`` tells what waits and what was given up, and lets it begin anew."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb import cli
from kb.db import Database, clock
from kb.jobs import actions
from kb.jobs.models import JobState
from kb.mail.actions import send
from kb.mail.queries import waiting
from tests.factories import NOW


@pytest.fixture
def address(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("KB_DATABASE_URL", sqlite_database.url)
    return sqlite_database


def _kb(*arguments: str) -> Result:
    return CliRunner().invoke(cli.kb, ["jobs", *arguments])


def _add(database: Database, state: JobState = JobState.WAITING) -> int:
    with database.writing() as session:
        row = actions.add(session, "mail.send", {"to": "alice@ashgrove.example"}, now=NOW)
        row.state, row.error = state, "TimeoutError: no answer"
        row.ended_at = clock(session) if state is JobState.DEAD else None
        session.commit()
        return row.id


def test_nothing_to_tell(address: Database) -> None:
    assert _kb("status").output == "There are no jobs.\n"


def test_status_and_retry(address: Database) -> None:
    _add(address)
    dead = _add(address, JobState.DEAD)
    told = _kb("status").output
    assert "1 waiting, 1 dead" in told
    assert "Tried 0 times" in told
    assert f"Given up: {dead} mail.send" in told
    assert "TimeoutError: no answer" in told
    assert "alice" not in told
    assert _kb("retry", str(dead)).output == "1 will be tried again.\n"
    assert "2 waiting" in _kb("status").output
    assert _kb("retry", "--all").output == "0 will be tried again.\n"


def test_the_worker_sends_what_waits_and_ends_when_it_is_told(address: Database) -> None:
    with address.writing() as session:
        send(session, to="alice@ashgrove.example", subject="Hello", text="The words.", now=NOW)
        session.commit()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    arguments = [str(Path(sys.executable).parent / "kb"), "worker"]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [line for line in iter(process.stdout.readline, "The words.\n")]  # noqa: C416 - up to that line
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert any("The worker waits for jobs" in line for line in lines)
    with address.reading() as session:
        assert waiting(session) == []


def test_retry_wants_to_know_which(address: Database) -> None:
    assert _kb("retry").exit_code == 2
    assert _kb("retry", "1", "--all").exit_code == 2
    assert _kb("retry", "4711").exit_code == 1
