"""The commands an operator runs."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kb import feed
from kb.db import Database
from kb.search.commands import search
from tests.factories import make_idea


@pytest.fixture(autouse=True)
def site(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path))
    with sqlite_database.writing() as session:
        feed.touch(session, [make_idea(session, title=f"Idea {number}").id for number in range(3)])
        feed.commit(session)


def _run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(search, args)
    return result.exit_code, result.output


def test_rebuild_verify_status() -> None:
    code, output = _run("rebuild")
    assert code == 0
    assert "3 records" in output
    assert "complete up to change 1." in output
    assert _run("verify")[1].startswith("The index agrees with the database")
    code, output = _run("status")
    assert code == 0
    assert "3 in 1 segments" in output
    assert "up to change 1 of 1" in output


def test_without_an_index() -> None:
    for command in ("status", "verify"):
        code, output = _run(command)
        assert code == 1
        assert "There is no search index yet." in output
        assert "kb search rebuild" in output


def test_verify_tells_faults(sqlite_database: Database, tmp_path: Path) -> None:
    _run("rebuild")
    next((tmp_path / "index").glob("index-*/*.pst")).write_bytes(b"nothing")
    code, output = _run("verify")
    assert code == 1
    assert "differs from the manifest" in output
