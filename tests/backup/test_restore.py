"""What was backed up is back, in the same kind of database or the other; or nothing has changed."""

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kb import models as m
from kb import schema
from kb.attachments.blobs import store_of
from kb.backup import archive
from kb.backup.archive import DamagedError
from kb.backup.restore import BusyError, NotEmptyError, check, restore
from kb.backup.write import NothingError, back_up
from kb.db import Database, clock
from tests.backup.conftest import Place, contents, fill
from tests.factories import make_idea

Fresh = Callable[[], Database]


@pytest.fixture
def source(sqlite_database: Database, place: Place) -> Database:
    fill(sqlite_database, place(sqlite_database, "source"))
    return sqlite_database


@pytest.fixture
def path(source: Database, place: Place, tmp_path: Path) -> Path:
    """A backup of a small place."""
    file = tmp_path / "backup.kb"
    back_up(source, place(source, "source"), file)
    return file


@pytest.fixture
def target(tmp_path: Path) -> Database:
    """An address where nothing is."""
    return Database(f"sqlite:///{tmp_path / 'target.db'}")


def test_from_sqlite_to_postgresql_and_back(
    source: Database, postgres_database: Database, target: Database, place: Place, path: Path, tmp_path: Path
) -> None:
    before = contents(source)
    restore(postgres_database, place(postgres_database, "postgres"), path)
    assert contents(postgres_database) == before
    again = tmp_path / "again.kb"
    back_up(postgres_database, place(postgres_database, "postgres"), again)
    restore(target, place(target, "target"), again)
    assert contents(target) == before
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as other:
        assert {name: one.read(name) for name in one.namelist() if name != archive.MANIFEST} == {
            name: other.read(name) for name in other.namelist() if name != archive.MANIFEST
        }
    with postgres_database.writing() as session:
        latest = session.scalar(sa.select(sa.func.max(m.Item.id))) or 0
        assert make_idea(session).id == latest + 1, "new rows begin after the old ones"
    keys = sa.inspect(postgres_database.engine).get_foreign_keys("item")
    assert {key["constrained_columns"][0] for key in keys} == {"author_id", "school_id", "network_id"}


def test_the_file_is_for_its_owner_alone_and_leaves_nothing_beside_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir() if "partial" in one.name] == []


def test_a_backup_that_fails_leaves_the_one_before(
    source: Database, place: Place, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    with sa.create_engine(source.engine.url).begin() as connection:
        connection.exec_driver_sql("DROP TABLE change_counter")
    with pytest.raises(sa.exc.OperationalError):
        back_up(source, place(source, "source"), path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir() if "partial" in one.name] == []


def test_nothing_to_back_up_is_said(target: Database, place: Place, tmp_path: Path) -> None:
    with pytest.raises(NothingError):
        back_up(target, place(target, "target"), tmp_path / "nothing.kb")
    assert not (tmp_path / "nothing.kb").exists()


def test_what_is_not_empty_is_left_alone(source: Database, place: Place, path: Path) -> None:
    before = contents(source)
    with pytest.raises(NotEmptyError):
        restore(source, place(source, "source"), path)
    assert contents(source) == before


def test_overwriting_replaces_all_or_nothing(
    database: Database, source: Database, place: Place, path: Path, tmp_path: Path
) -> None:
    """First with a backup whose checksums are right and whose last table is not, then with a good one."""
    wanted = contents(source)
    with database.writing() as session:
        make_idea(session, title="Keep me")
        session.commit()
    before, broken = contents(database), tmp_path / "broken.kb"
    with archive.reading(path) as held, archive.writing(broken) as copy:
        for name in held.manifest.checksums:
            copy.add(name, held.pieces(name))
        tables = [table.model_copy(update={"rows": table.rows + 1}) for table in held.manifest.tables[-1:]]
        update = {"tables": [*held.manifest.tables[:-1], *tables], "checksums": copy.checksums}
        copy.finish(held.manifest.model_copy(update=update))
    with pytest.raises(DamagedError):
        restore(database, place(database, "other"), broken, overwrite=True)
    assert contents(database) == before
    restore(database, place(database, "other"), path, overwrite=True)
    assert contents(database) == wanted


def test_a_backup_of_an_older_schema_is_brought_up(
    source: Database, target: Database, place: Place, tmp_path: Path
) -> None:
    schema.downgrade(source, "0004")
    old = tmp_path / "old.kb"
    back_up(source, place(source, "source"), old)
    restore(target, place(target, "target"), old)
    schema.require_current(target)
    with target.reading() as session:
        assert "Walk together" in set(session.scalars(sa.select(m.Item.title)))


def test_a_database_in_use_is_left_alone(
    postgres_database: Database, place: Place, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.backup.restore._LOCK_TIMEOUT", "50ms")
    with postgres_database.reading() as session:
        assert session.scalars(sa.select(m.Item)).all() == []
        with pytest.raises(BusyError):
            restore(postgres_database, place(postgres_database, "busy"), path)


def _damaged(path: Path, how: str) -> Path:
    data = path.read_bytes()
    bad = path.with_name(f"{how}.kb")
    if how == "cut":
        bad.write_bytes(data[: len(data) // 2])
    elif how == "flipped":
        bad.write_bytes(data[:3000] + bytes([data[3000] ^ 1]) + data[3001:])
    elif how == "empty":
        bad.write_bytes(b"")
    else:
        with zipfile.ZipFile(path) as held, zipfile.ZipFile(bad, "w") as copy:
            for name in held.namelist():
                content = held.read(name)
                if how == "member" and name == "tables/item.jsonl":
                    continue
                if how == "manifest" and name == archive.MANIFEST:
                    continue
                if name == archive.MANIFEST:
                    content = _manifest(content, how)
                elif how == "words":
                    content = content.replace(b"Walk", b"Talk")
                copy.writestr(name, content)
    return bad


def _manifest(content: bytes, how: str) -> bytes:
    manifest = json.loads(content)
    manifest |= {"newer": {"revision": "9999"}, "format": {"format": 99}}.get(how, {})
    return json.dumps(manifest).encode()


def test_a_damaged_backup_is_refused_before_anything_is_touched(source: Database, place: Place, path: Path) -> None:
    before = contents(source)
    for how in ("cut", "flipped", "empty", "member", "manifest", "words", "newer", "format"):
        with pytest.raises(DamagedError):
            restore(source, place(source, "source"), _damaged(path, how), overwrite=True)
    assert contents(source) == before


def test_a_whole_one_is_whole(path: Path) -> None:
    assert check(path).manifest.revision == schema.head()


def test_files_and_the_key_come_back_and_every_session_is_over(
    source: Database, target: Database, place: Place, path: Path
) -> None:
    held, there = place(source, "source"), place(target, "target")
    with source.writing() as session:
        person = session.scalars(sa.select(m.Person)).first()
        assert person is not None
        moment = clock(session)
        session.add(m.SignIn(token_hash="a" * 64, person_id=person.id, created_at=moment, expires_at=moment))
        session.add(m.PasswordReset(token_hash="b" * 64, person_id=person.id, expires_at=moment))
        session.commit()
        blob = session.scalars(sa.select(m.Blob.sha256)).one()
    back_up(source, held, path, with_secret_key=True)
    done = restore(target, there, path)
    assert (done.files, done.signed_out) == (1, 1)
    assert b"Ashgrove" in (store_of(there).get(blob) or b"")
    with target.reading() as session:
        assert session.scalars(sa.select(m.SignIn.ended_at)).one() is not None
        assert session.scalars(sa.select(m.PasswordReset)).all() == []
    kept = there.data_dir / "secret_key"
    assert kept.read_text() == held.key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_secret_key_travels_only_when_asked(source: Database, place: Place, path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        assert "secret_key" not in file.namelist()
        assert place(source, "source").key.encode() not in b"".join(file.read(name) for name in file.namelist())
