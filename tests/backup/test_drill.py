"""The drill: people write while a backup is made; then it is restored elsewhere and everything is there and works."""

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from kb import cli, feed, history, schema
from kb import models as m
from kb.app import create_app
from kb.attachments.blobs import store_of
from kb.backup.restore import BusyError, NotEmptyError
from kb.config import Settings
from kb.db import Database
from kb.errors import InvalidError
from kb.search import engines
from kb.search.service import Search
from tests.backup.conftest import PASSWORD, Place, add_file, fill
from tests.conftest import SECRET
from tests.factories import NOW, make_idea


class Writers:
    """Threads that write records with a file each, every one in one transaction, until told to stop."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.written, self.faults = [0, 0], list[Exception]()
        self._stop, self._warm = threading.Event(), threading.Barrier(3)
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(2)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self._warm.wait(60)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        try:
            while not self._stop.is_set():
                self._write_one(number)
                self.written[number] += 1
                if self.written[number] == 5:
                    self._warm.wait(60)
        except Exception as error:  # noqa: BLE001 - told by the test
            self.faults.append(error)

    def _write_one(self, number: int) -> None:
        title = f"Load {number} {self.written[number]}"
        with self.database.writing() as session:
            idea = make_idea(session, title=title)
            add_file(session, self.settings, idea, f"title\n{title}\n".encode())
            history.record(session, "load", kind="idea", public_id=idea.public_id, by=None, now=NOW, touches=[idea.id])
            feed.commit(session)


def _kb(settings: Settings, *arguments: str) -> Result:
    environment = {
        "KB_DATA_DIR": str(settings.data_dir),
        "KB_DATABASE_URL": settings.database_url,
        "KB_SECRET_KEY": SECRET,
    }
    done = CliRunner().invoke(cli.kb, list(arguments), env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_a_backup_under_load_holds_one_moment_and_all_of_it_works(
    database: Database, place: Place, tmp_path: Path
) -> None:
    settings, path = place(database, "source"), tmp_path / "backup.kb"
    fill(database, settings)
    with Writers(database, settings) as writers:
        assert "rows and" in _kb(settings, "backup", str(path)).output
    assert writers.faults == []
    with ExitStack() as steady:
        new = Database(f"sqlite:///{tmp_path / 'new.db'}")
        steady.callback(new.close)
        there = place(new, "new")
        said = _kb(there, "restore", str(path)).output
        assert "Everybody must sign in again" in said
        _compare(new, there, writers)
        _sign_in_and_search(new, there)


def _compare(new: Database, settings: Settings, writers: Writers) -> None:
    schema.require_current(new)
    with new.reading() as session:
        loaded = session.scalars(sa.select(m.Item.title).where(m.Item.title.like("Load %"))).all()
        noted = session.scalar(sa.select(sa.func.count()).where(m.History.action == "load"))
        names = session.scalars(sa.select(m.Attachment.sha256)).all()
        assert len(loaded) == noted == feed.latest(session) - 1, "every transaction whole or not at all"
        assert len(names) == len(loaded) + 1
        highest = session.scalar(sa.select(sa.func.max(m.Item.change_seq)))
    for number, total in enumerate(writers.written):
        mine = {title for title in loaded if title.startswith(f"Load {number} ")}
        assert mine == {f"Load {number} {count}" for count in range(len(mine))}, "no gap"
        assert 5 <= len(mine) <= total
    assert highest == len(loaded) + 1
    assert all(store_of(settings).get(name) is not None for name in names)


def _sign_in_and_search(new: Database, settings: Settings) -> None:
    assert Search(new, settings).verify() == []
    app = create_app(settings, new)
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": "alice@ashgrove.example", "password": PASSWORD})
    assert answer.status_code == 303
    assert "Alice" in client.get("/about").text
    assert "Walk together" in client.get("/search?q=walk").text


def test_the_command_says_what_to_do(sqlite_database: Database, place: Place, tmp_path: Path) -> None:
    settings, path, bad = place(sqlite_database, "source"), tmp_path / "backup.kb", tmp_path / "list"
    fill(sqlite_database, settings)
    _kb(settings, "backup", str(path))
    assert "is whole" in _kb(settings, "restore", "--check", str(path)).output
    bad.write_text("Dear hub")
    with pytest.raises(InvalidError, match="expected a kind"):
        _kb(settings, "restore", str(path), "--overwrite", "--erased", str(bad))
    with pytest.raises(NotEmptyError):
        _kb(settings, "restore", str(path))
    serving = engines.make(sqlite_database, settings)
    assert serving.hold()
    with pytest.raises(BusyError):
        _kb(settings, "restore", str(path), "--overwrite")
    serving.release()
