"""Adding, removing and erasing files: bytes stay as long as one record uses them, and no longer."""

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.attachments import actions, queries
from kb.attachments.actions import CLEAN
from kb.attachments.blobs import BlobStore, LocalBlobs, store_of
from kb.attachments.contents import Content, accept
from kb.attachments.rules import FileKind
from kb.config import Settings
from kb.db import Database
from kb.errors import InvalidError
from kb.permissions import State
from kb.privacy import actions as privacy
from kb.work import worker
from kb.writing import actions as writing
from tests.attachments.files import picture
from tests.factories import NOW, make_idea

PICTURE = accept(picture(), "a.png")
TABLE = Content(b"a,b\n1,2\n", FileKind.CSV)


@pytest.fixture
def here(sqlite_database: Database) -> Iterator[orm.Session]:
    with sqlite_database.writing() as session:
        yield session


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def _attach(
    session: orm.Session, store: BlobStore, item: m.Item, content: Content = PICTURE, alt: str = "A wall chart"
) -> m.Attachment:
    return actions.attach(session, store, item, content, name="Wall chart.png", alt=alt, by=None, now=NOW)


def _count(session: orm.Session, table: type[m.Blob | m.Attachment | m.Job | m.Confirmation]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_file_is_added_with_its_words(here: orm.Session, store: LocalBlobs) -> None:
    idea = make_idea(here)
    file = _attach(here, store, idea, alt=" A wall\nchart ")
    assert (file.name, file.alt, file.blob.kind, file.blob.size) == (
        "wall-chart.png",
        "A wall chart",
        FileKind.PNG,
        len(PICTURE.data),
    )
    assert store.get(file.sha256) == PICTURE.data
    assert queries.attachments_of(here, idea) == [file]
    assert here.scalars(sa.select(m.History.action)).all() == ["attached"]


def test_a_picture_needs_words_and_a_table_does_not(here: orm.Session, store: LocalBlobs) -> None:
    idea = make_idea(here)
    with pytest.raises(InvalidError) as refused:
        _attach(here, store, idea, alt=" \n ")
    assert refused.value.facts["field"] == "alt"
    with pytest.raises(InvalidError, match="500"):
        _attach(here, store, idea, alt="x" * 501)
    assert _attach(here, store, idea, TABLE, alt="").alt == ""


def test_the_same_twice_is_one_file_and_takes_the_newer_words(session: orm.Session, store: LocalBlobs) -> None:
    idea = make_idea(session)
    first = _attach(session, store, idea)
    assert _attach(session, store, idea, alt="Seven talk moves").id == first.id
    assert (first.alt, _count(session, m.Attachment)) == ("Seven talk moves", 1)


def test_a_record_holds_so_many_files(here: orm.Session, store: LocalBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_EACH", 3)
    idea = make_idea(here)
    for number in range(3):
        _attach(here, store, idea, Content(str(number).encode(), FileKind.CSV))
    with pytest.raises(InvalidError, match="Remove one first"):
        _attach(here, store, idea)


def test_an_erased_record_takes_no_file(here: orm.Session, store: LocalBlobs) -> None:
    idea = make_idea(here, state=State.ERASED)
    with pytest.raises(InvalidError, match="erased"):
        _attach(here, store, idea)


def _work(database: Database, settings: Settings) -> None:
    worker_ = worker(database, settings)
    while worker_.work_once():
        pass
    with database.reading() as session:
        assert set(session.scalars(sa.select(m.Job.error))) == {""}


def _both(database: Database, settings: Settings) -> tuple[int, int, str]:
    """Give the same content to two records; return their ids and the name of the content."""
    with database.writing() as session:
        first, second = make_idea(session), make_idea(session)
        sha256 = _attach(session, store_of(settings), first).sha256
        _attach(session, store_of(settings), second)
        feed.commit(session)
    return first.id, second.id, sha256


def _remove(session: orm.Session, item: m.Item) -> None:
    (file,) = queries.attachments_of(session, item)
    actions.remove(session, item, file, by=None, now=NOW)


@pytest.mark.parametrize("leave", [_remove, actions.erase])
def test_bytes_go_with_the_last_record_that_uses_them(
    database: Database, settings: Settings, leave: Callable[[orm.Session, m.Item], None]
) -> None:
    *ids, sha256 = _both(database, settings)
    for item_id, is_left in zip(ids, (True, False), strict=True):
        with database.writing() as session:
            leave(session, session.get_one(m.Item, item_id))
            feed.commit(session)
        _work(database, settings)
        assert (store_of(settings).get(sha256) is not None) is is_left
        with database.reading() as session:
            assert _count(session, m.Blob) == int(is_left)


def test_erasing_a_record_without_files_asks_for_nothing(here: orm.Session) -> None:
    actions.erase(here, make_idea(here))
    assert _count(here, m.Job) == 0


def test_bytes_that_are_used_again_before_the_worker_comes_stay(sqlite_database: Database, settings: Settings) -> None:
    first, second, sha256 = _both(sqlite_database, settings)
    with sqlite_database.writing() as session:
        for item_id in (first, second):
            _remove(session, session.get_one(m.Item, item_id))
        _attach(session, store_of(settings), session.get_one(m.Item, first))
        feed.commit(session)
    _work(sqlite_database, settings)
    assert store_of(settings).get(sha256) is not None


def test_the_daily_round_takes_what_nobody_uses(sqlite_database: Database, settings: Settings) -> None:
    store = store_of(settings)
    with sqlite_database.writing() as session:
        kept = _attach(session, store, make_idea(session)).sha256
        actions.keep(session, store, Content(b"no record", FileKind.CSV), now=NOW - dt.timedelta(days=9))
        fresh = store.put(b"just being uploaded")
        lost = store.put(b"lost: its transaction was undone")
        session.add(m.Job(key="x", kind=CLEAN, payload={}, run_at=NOW - dt.timedelta(days=900), created_at=NOW))
        feed.commit(session)
    for path in settings.attachments_folder.rglob(lost):
        os.utime(path, (0, 0))
    _work(sqlite_database, settings)
    left = {path.name for path in settings.attachments_folder.rglob("*") if path.is_file()}
    assert left == {kept, fresh}
    with sqlite_database.reading() as session:
        assert session.scalars(sa.select(m.Blob.sha256)).all() == [kept]


def test_an_upload_of_the_same_bytes_and_their_clearing_wait_for_each_other(
    postgres_database: Database, settings: Settings
) -> None:
    """The clearing begins while an upload is not yet committed: it must see that one's attachment, and take nothing."""
    store = store_of(settings)
    sha256 = store.put(PICTURE.data)  # left over by somebody
    cleared: list[bool] = []

    def clear() -> None:
        with postgres_database.writing() as session:
            cleared.append(actions.clear(session, store, sha256, now=NOW))
            feed.commit(session)

    with postgres_database.writing() as session:
        _attach(session, store, make_idea(session))
        other = threading.Thread(target=clear)
        other.start()
        with postgres_database.reading() as watching:
            waits = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            while other.is_alive() and not watching.scalar(waits):
                watching.rollback()
        feed.commit(session)
    other.join()
    assert cleared == [False]
    assert store.get(sha256) is not None


def test_an_erased_record_leaves_no_byte_and_no_confirmation(sqlite_database: Database, settings: Settings) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session)
        sha256 = _attach(session, store_of(settings), idea).sha256
        privacy.confirm(session, idea, [f"name.{sha256}"], as_curator=False, by=None, now=NOW)
        feed.commit(session)
    with sqlite_database.writing() as session:
        writing.erase(session, session.get_one(m.Item, idea.id), by=None, now=NOW)
        feed.commit(session)
    _work(sqlite_database, settings)
    assert [path for path in settings.attachments_folder.rglob("*") if path.is_file()] == []
    with sqlite_database.reading() as session:
        assert [_count(session, table) for table in (m.Attachment, m.Blob, m.Confirmation)] == [0, 0, 0]
