"""Following the change feed: nothing is lost, a withdrawal counts at once, an index can always be made again."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.items.models import Item
from kb.permissions import ANONYMOUS, Audience, State
from kb.search import indexer
from kb.search.documents import analyse, every
from kb.search.engine import Document
from kb.search.rebuilding import rebuild
from kb.search.service import Search
from kb.search.whoosh.engine import WhooshEngine
from kb.search.whoosh.store import MANIFEST
from tests.factories import make_cycle, make_idea
from tests.search.conftest import Finder
from tests.search.world import ask, make_world


def _idea(session: orm.Session, title: str, **over: object) -> Item:
    item = make_idea(session, **{"title": title, "summary": "", **over})
    feed.touch(session, [item.id])
    feed.commit(session)
    return item


def test_a_withdrawal_counts_from_the_next_request(session: orm.Session, search: Search, find: Finder) -> None:
    item = _idea(session, "Homework club")
    search.rebuild()
    assert find(ask(q="homework")).ids == (item.id,)
    item.state = State.WITHDRAWN
    feed.touch(session, [item.id])
    feed.commit(session)
    gone = find(ask(q="homework"))
    assert (gone.ids, gone.total, gone.dropped) == ((), 0, ("homework",))
    assert all(not facet.values for facet in gone.facets)


def test_a_narrower_audience_counts_from_the_next_request(session: orm.Session, search: Search, find: Finder) -> None:
    item = _idea(session, "Homework club")
    search.rebuild()
    item.audience = Audience.OWNER
    feed.touch(session, [item.id])
    feed.commit(session)
    assert find(ask(q="homework")).total == 0


def test_changes_are_indexed(session: orm.Session, search: Search, find: Finder) -> None:
    item = _idea(session, "Homework club")
    search.rebuild()
    item.title = "Reading circle"
    other = _idea(session, "Another homework club")
    feed.touch(session, [item.id])
    feed.commit(session)
    assert search.catch_up() == 2
    assert find(ask(q="reading")).ids == (item.id,)
    assert find(ask(q="homework")).ids == (other.id,)
    assert search.catch_up() == 0
    assert search.verify() == []


def test_a_new_title_of_an_idea_reaches_its_cycles(session: orm.Session, search: Search, find: Finder) -> None:
    idea = _idea(session, "Homework club")
    cycle = make_cycle(session, idea, title="Autumn")
    feed.touch(session, [cycle.id])
    feed.commit(session)
    search.rebuild()
    idea.title = "Reading circle"
    feed.touch(session, [idea.id])
    feed.commit(session)
    search.catch_up()
    assert set(find(ask(q="reading")).ids) == {idea.id, cycle.id}
    assert find(ask(q="homework")).total == 0


def test_rebuilt_equals_incremental(session: orm.Session, database: Database, search: Search, tmp_path: Path) -> None:
    world = make_world(session, 3)
    search.rebuild()
    for number, item in enumerate(world.items):
        if number % 3 == 0:
            item.title = f"Changed {number}"
            item.state = State.WITHDRAWN if number % 2 and item.published_at else item.state
            feed.touch(session, [item.id])
            feed.commit(session)
            search.catch_up()
    again = WhooshEngine(tmp_path / "again")
    rebuild(database, again)
    assert search._engine.sequences() == again.sequences()
    assert search.verify() == []
    for text in ("homework", "changed", "attendance fafsa", '"exit tickets"', "-homework"):
        with database.reading() as reading:
            other = Search(database, _settings(tmp_path, database), again)
            ours = search.search(reading, world.viewers["writer"], ask(q=text), feed.latest(reading))
            theirs = other.search(reading, world.viewers["writer"], ask(q=text), feed.latest(reading))
        assert (ours.total, ours.facets, ours.dropped) == (theirs.total, theirs.facets, theirs.dropped)


def _settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(data_dir=tmp_path, database_url=database.url)


@pytest.mark.parametrize("read_between", [True, False])
def test_commits_in_the_opposite_order_lose_nothing(
    postgres_database: Database, tmp_path: Path, read_between: bool
) -> None:
    """The first to begin commits last, on PostgreSQL, where both run at the same time."""
    database = postgres_database
    search = Search(database, _settings(tmp_path, database))
    search.rebuild()
    first, second = database.session(writing=True), database.session(writing=True)
    early = make_idea(first, title="Homework early")
    feed.touch(first, [early.id])
    late = make_idea(second, title="Homework late")
    feed.touch(second, [late.id])
    feed.commit(second)
    if read_between:
        _seen(database, search, {late.id})
    feed.commit(first)
    _seen(database, search, {early.id, late.id})
    assert search.verify() == []
    first.close()
    second.close()


def _seen(database: Database, search: Search, expected: set[int]) -> None:
    search.catch_up()
    with database.reading() as session:
        for text in ("", "homework"):
            assert set(search.search(session, ANONYMOUS, ask(q=text), feed.latest(session)).ids) == expected


def test_writers_and_a_follower_at_once_lose_nothing(database: Database, search: Search, find: Finder) -> None:
    search.rebuild()
    faults: list[BaseException] = []

    def write(name: int) -> None:
        try:
            for number in range(8):
                with database.writing() as session:
                    _idea(session, f"Homework {name} {number}")
        except BaseException as error:  # noqa: BLE001 - told to the test
            faults.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        search.catch_up()
        find(ask(q="homework"))
    search.catch_up()
    assert faults == []
    assert find(ask(q="homework")).total == find(ask()).total == 24
    assert search.verify() == []


def test_the_indexer_follows_by_itself(database: Database, search: Search, find: Finder) -> None:
    search.start()
    try:
        with database.writing() as session:
            item = _idea(session, "Homework club")
        search.wake()
        deadline = time.monotonic() + 10
        while find(ask(q="homework")).ids != (item.id,) or find(ask(q="homework")).problem:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        search.stop()
    assert search.catch_up() == 0


def test_a_second_process_leaves_the_index_to_the_first(
    database: Database, search: Search, tmp_path: Path, session: orm.Session
) -> None:
    search.rebuild()
    assert search._engine.hold()
    other = Search(database, _settings(tmp_path, database), WhooshEngine(tmp_path / "index"))
    _idea(session, "Homework club")
    assert other.catch_up() == 0
    search._engine.release()
    assert other.catch_up() == 1


def test_a_large_backlog_is_a_rebuild(
    session: orm.Session, search: Search, find: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    search.rebuild()
    monkeypatch.setattr(indexer, "REBUILD_FROM", 3)
    before = search.status().made, search._engine._store.current()  # type: ignore[attr-defined]
    make_world(session, 2)
    search.catch_up()
    assert search._engine._store.current() != before[1]  # type: ignore[attr-defined]
    assert search.verify() == []


def test_a_killed_rebuild_leaves_the_old_index_in_use(
    session: orm.Session, database: Database, search: Search, find: Finder, tmp_path: Path
) -> None:
    item = _idea(session, "Homework club")
    search.rebuild()

    def killed() -> Iterator[Document]:
        yield from (analyse(source) for source in every(database))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search._engine.rebuild(killed(), last=99)
    assert find(ask(q="homework")).ids == (item.id,)
    assert search.verify() == []
    assert len(list((tmp_path / "index").glob("index-*"))) == 2
    search.rebuild()
    assert search.verify() == []
    assert len(list((tmp_path / "index").glob("index-*"))) == 2  # the one before stays for those who read it


def _break(kind: str, folder: Path) -> None:
    directory = next(path for path in folder.glob("index-*"))
    if kind == "pointer":
        (folder / "current").write_text("../elsewhere")
    elif kind == "manifest":
        (directory / MANIFEST).write_text("{")
    elif kind == "version":
        manifest = directory / MANIFEST
        manifest.write_text(manifest.read_text().replace('"format": ', '"format": 9'))
    elif kind == "toc":
        next(directory.glob("*.toc")).write_bytes(b"")
    elif kind == "missing":
        next(directory.glob("*.trm")).unlink()
    elif kind == "folder":
        directory.rename(folder / "away")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the files are the same whatever the database is
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves a broken file open
@pytest.mark.parametrize("kind", ["pointer", "manifest", "version", "toc", "missing", "folder"])
def test_a_broken_index_is_said_and_repaired(
    session: orm.Session, search: Search, find: Finder, tmp_path: Path, kind: str
) -> None:
    items = [_idea(session, f"Homework {number}") for number in range(3)]
    search.rebuild()
    search._engine._readers.close()  # type: ignore[attr-defined]
    _break(kind, tmp_path / "index")
    results = find(ask(q="homework", sort="best"))
    assert results.problem == "index"
    assert set(results.ids) == {item.id for item in items}
    assert not results.snippets
    assert not search.is_ready()
    assert search.verify()
    search.rebuild()
    assert find(ask(q="homework")).problem == ""
    assert search.verify() == []


def test_zeros_in_a_file_are_found(session: orm.Session, search: Search, tmp_path: Path) -> None:
    make_world(session, 1)
    search.rebuild()
    postings = max((tmp_path / "index").glob("index-*/*.pst"), key=lambda path: path.stat().st_size)
    data = bytearray(postings.read_bytes())
    data[200:300] = bytes(100)
    postings.write_bytes(data)
    assert any("content differs" in fault for fault in search.verify())


def test_verify_finds_what_differs_from_the_database(session: orm.Session, search: Search) -> None:
    item, gone = _idea(session, "Homework"), _idea(session, "Reading")
    search.rebuild()
    session.execute(sa.update(Item).where(Item.id == item.id).values(change_seq=Item.change_seq + 0))
    search._engine.apply([], [item.id], last=search._engine.last())
    assert search.verify() == ["1 records are missing from the index."]
    search.rebuild()
    session.execute(sa.update(Item).where(Item.id == gone.id).values(state=State.WITHDRAWN))
    feed.touch(session)
    feed.commit(session)
    assert search.verify() == ["1 records should not be in the index."]
