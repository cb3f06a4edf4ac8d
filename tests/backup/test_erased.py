"""What was erased stays erased: no word of it comes back with a backup."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.attachments.blobs import store_of
from kb.backup import erased
from kb.backup.restore import restore
from kb.backup.write import back_up
from kb.config import Settings
from kb.db import Database
from kb.errors import InvalidError
from kb.following.comments.rules import CommentKind, CommentState
from kb.permissions import State
from kb.search.service import Search
from kb.work import worker
from kb.writing.actions import erase
from tests.backup.conftest import Place, add_file, contents
from tests.factories import NOW, make_idea, make_person

SECRET_WORD = "quillfeather"


class World:
    """A record with a secret word in its text, file and comment, and another one."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        with database.writing() as session:
            item = make_idea(session, title=f"About {SECRET_WORD}", html={"hypothesis": SECRET_WORD})
            other = make_idea(session, title="Harmless")
            self.blob = add_file(session, settings, item, f"name\n{SECRET_WORD}\n".encode())
            person = make_person(session)
            session.add(_comment(item, person, "c0mment1"))
            session.add(_comment(other, person, "c0mment2"))
            session.flush()
            about = sa.select(m.Comment.id).where(m.Comment.public_id == "c0mment1").scalar_subquery()
            session.add(m.CommentReport(comment_id=about, person_id=person.id, at=NOW, reason=SECRET_WORD))
            session.commit()
            self.item_id, self.public_id = item.id, item.public_id

    def erase(self) -> None:
        with self.database.writing() as session:
            erase(session, session.get_one(m.Item, self.item_id), by=None, now=NOW)
            feed.commit(session)


def _comment(item: m.Item, person: m.Person, public_id: str) -> m.Comment:
    return m.Comment(
        public_id=public_id,
        item_id=item.id,
        author_id=person.id,
        kind=CommentKind.COMMENT,
        text=SECRET_WORD,
        html=SECRET_WORD,
        created_at=NOW,
    )


@pytest.fixture
def world(sqlite_database: Database, place: Place) -> World:
    return World(sqlite_database, place(sqlite_database, "data"))


@pytest.fixture
def path(world: World, tmp_path: Path) -> Path:
    """A backup from before the record was erased."""
    file = tmp_path / "before.kb"
    back_up(world.database, world.settings, file)
    return file


def _gone(session: orm.Session, world: World) -> bool:
    item = session.scalars(sa.select(m.Item).where(m.Item.public_id == world.public_id)).one()
    return item.state is State.ERASED and item.title == ""


def test_the_list_of_this_database_is_applied_again(world: World, path: Path) -> None:
    world.erase()
    done = restore(world.database, world.settings, path, overwrite=True)
    assert done.erased == 1
    with world.database.reading() as session:
        assert _gone(session, world)
        assert "Harmless" in set(session.scalars(sa.select(m.Item.title)))
    held = contents(world.database)
    assert [row for row in held["comment"] if row[1] == "c0mment1"] == held["comment_report"] == []
    assert SECRET_WORD not in repr({name: rows for name, rows in held.items() if name != "comment"})
    assert (world.settings.data_dir / erased.FILE).read_text().count(world.public_id) == 1


def test_its_file_does_not_come_back_either(
    world: World, path: Path, postgres_database: Database, place: Place
) -> None:
    there = place(postgres_database, "there")
    done = restore(postgres_database, there, path, erase_also=frozenset({("idea", world.public_id)}))
    assert (done.erased, done.files) == (1, 0)
    assert store_of(there).get(world.blob) is None
    with postgres_database.reading() as session:
        assert _gone(session, world)


def test_no_byte_of_it_comes_back(world: World, path: Path, tmp_path: Path, place: Place) -> None:
    """Not in the database file or its log, not in the folder of files, not in the index."""
    assert SECRET_WORD.encode() in b"".join(_raw(path.parent)), "the search finds it where it is"
    new = Database(f"sqlite:///{tmp_path / 'new' / 'new.db'}")
    there = place(new, "new")
    there.data_dir.mkdir()
    unknown = frozenset({("idea", "0000zzzz"), ("school", "1111zzzz")})
    gone = frozenset({("idea", world.public_id), ("comment", "c0mment2")}) | unknown
    assert restore(new, there, path, erase_also=gone).erased == 2
    Search(new, there).rebuild()
    with new.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(m.Item)) == 2
        row = session.scalars(sa.select(m.Comment).where(m.Comment.public_id == "c0mment2")).one()
        assert (row.text, row.html, row.state) == ("", "", CommentState.HIDDEN)
        assert gone <= erased.noted(session.connection()), "what the backup does not know stays in the list"
    assert gone <= erased.kept(there)
    for data in _raw(there.data_dir):
        assert SECRET_WORD.encode() not in data
        assert b"quillfeath" not in data


def _raw(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_the_list_outlives_the_database(world: World, path: Path, tmp_path: Path) -> None:
    """The job writes it beside the database; then the database is lost, and the backup goes into a new one."""
    world.erase()
    made = worker(world.database, world.settings)
    made.add_repeated()
    while made.work_once():
        pass
    new = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert restore(new, world.settings, path).erased == 1
    with new.reading() as session:
        assert _gone(session, world)
        assert (("idea", world.public_id)) in erased.noted(session.connection())


def test_the_list_only_grows(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert erased.write(settings, frozenset({("idea", "aaaaaaaa")})) == 1
    assert erased.write(settings, frozenset({("cycle", "bbbbbbbb")})) == 2
    assert erased.kept(settings) == {("idea", "aaaaaaaa"), ("cycle", "bbbbbbbb")}


def test_a_list_that_is_something_else_stops_the_restore(tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_text("idea aaaaaaaa\nDear hub\n")
    with pytest.raises(InvalidError, match="line 2"):
        erased.read(file)
