"""``kb jobs`` tells what waits and what was given up, and lets it begin anew."""

import pytest
from click.testing import CliRunner, Result

from kb import cli
from kb.db import Database, clock
from kb.jobs import actions
from kb.jobs.models import JobState
from tests.factories import NOW


@pytest.fixture
def address(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
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
    assert f"Given up: {dead} mail.send" in told
    assert "TimeoutError: no answer" in told
    assert "alice" not in told
    assert _kb("retry", str(dead)).output == "1 will be tried again.\n"
    assert "2 waiting" in _kb("status").output
    assert _kb("retry", "--all").output == "0 will be tried again.\n"


def test_retry_wants_to_know_which(address: Database) -> None:
    assert _kb("retry").exit_code == 2
    assert _kb("retry", "1", "--all").exit_code == 2
    assert _kb("retry", "4711").exit_code == 1
