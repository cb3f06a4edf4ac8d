"""The commands as people call them, and an import that is killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb import schema
from kb.cli import kb
from kb.db import Database
from kb.exporter.write import export_path
from kb.importer.load import import_path
from tests.importer import world
from tests.importer.test_schools import HEAD, ONE, table
from tests.importer.world import NOW, tree, whole, write

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KB_DATABASE_URL", sqlite_database.url)

    def call(*words: object) -> Result:
        return CliRunner().invoke(kb, [str(word) for word in words])

    return call


def test_import_and_export(run: Run, tmp_path: Path) -> None:
    whole(tmp_path / "files")
    result = run("import", tmp_path / "files")
    assert (result.exit_code, result.stdout) == (0, "8 new, 0 changed, 0 unchanged, 0 left, 0 refused\n")
    result = run("import", "--overwrite", tmp_path / "files")
    assert (result.exit_code, result.stdout) == (0, "0 new, 0 changed, 8 unchanged, 0 left, 0 refused\n")
    result = run("export", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (0, f"Wrote 8 files to {tmp_path / 'out'}\n")
    assert len(tree(tmp_path / "out")) == 9
    assert run("export", tmp_path / "public", "--public").exit_code == 0


def test_import_without_a_path_reads_the_shipped_content(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.config.bundled", lambda name: whole(tmp_path / name))
    result = run("import")
    assert result.exit_code == 0
    assert "8 new" in result.stdout


def test_a_refused_file_ends_with_1_and_its_place(run: Run, tmp_path: Path) -> None:
    whole(tmp_path / "files", glossary__bad=world.term("bad", titel="x"))
    result = run("import", tmp_path / "files")
    assert result.exit_code == 1
    assert "glossary/bad.md:5: titel: is no field" in result.stderr
    assert result.stdout == "8 new, 0 changed, 0 unchanged, 0 left, 1 refused\n"


def test_schools(run: Run, tmp_path: Path) -> None:
    facts = table(tmp_path, "NCESSCH,year,enrolment", "010000500870,2024,450", name="facts.csv")
    result = run("import", "schools", table(tmp_path, HEAD, ONE), "--context", facts)
    assert (result.exit_code, result.stdout) == (0, "1 new, 0 changed, 0 unchanged, 0 left, 0 refused\n")
    result = run("import", "schools", table(tmp_path, "a,b"))
    assert result.exit_code == 1
    assert "These columns are missing" in result.stderr


def test_a_flood_of_problems_is_cut(run: Run, tmp_path: Path) -> None:
    result = run("import", "schools", table(tmp_path, HEAD, *["2013,x,A,B,CA,21,07,08"] * 250))
    assert len(result.stderr.splitlines()) == 201
    assert "and 50 more" in result.stderr
    assert result.stdout.endswith("250 refused\n")


def test_help_names_both_ways(run: Run) -> None:
    assert "kb import schools CSV" in run("import", "--help").stdout


@pytest.mark.parametrize("command", ["import", "export"])
def test_neither_changes_the_schema_of_a_database_in_use(
    run: Run, tmp_path: Path, sqlite_database: Database, command: str
) -> None:
    schema.downgrade(sqlite_database, "0004")
    result = run(command, whole(tmp_path / "files") if command == "import" else tmp_path / "out")
    assert isinstance(result.exception, schema.OutdatedError)
    assert schema.current(sqlite_database) == "0004"


def test_an_export_over_other_files_is_refused(run: Run, tmp_path: Path) -> None:
    whole(tmp_path / "files")
    result = run("export", tmp_path / "files")
    assert result.exit_code != 0
    assert "holds something else" in str(result.exception)


def test_an_import_that_is_killed_ends_the_same_when_run_again(
    database: Database, sqlite_database: Database, tmp_path: Path
) -> None:
    """Killed without warning after some records, and again after some more, it loses nothing and doubles nothing."""
    files = whole(tmp_path / "files")
    for number in range(10, 22):
        parent = world.IDEA if number == 10 else f"dea000{number - 1}"
        back = [{"type": "adapted_from", "target": parent}, {"type": "led_to", "target": world.CHILD}]
        write(files, **{f"ideas__n{number}": world.idea(f"dea000{number}", links=back)})
    program = (
        "import sys, time, datetime as dt; from pathlib import Path; from kb.db import Database; "
        "from kb import feed; from kb.importer import load; commit = feed.commit\n"
        "def slow(session):\n    number = commit(session); print(number, flush=True); time.sleep(0.02); return number\n"
        "feed.commit = slow; from tests.importer.world import NOW\n"
        "load.import_path(Database(sys.argv[1]), Path(sys.argv[2]), now=NOW)\n"
    )
    for after in (3, 7):
        command = [sys.executable, "-c", program, database.url, str(files)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
    time.sleep(0.1)
    report = import_path(database, files, now=NOW)
    assert report.problems == []
    assert report.left == []
    assert 0 < len(report.new) < 20
    assert len(report.new) + len(report.unchanged) == 20
    export_path(database, tmp_path / "after")
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    schema.upgrade(other)
    import_path(other, files, now=NOW)
    export_path(other, tmp_path / "at-once")
    other.close()
    assert tree(tmp_path / "after") == tree(tmp_path / "at-once")
