"""The words kept for the next start: as good as reading all records, and never behind what is public."""

import random
import stat
from pathlib import Path

import pytest
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.items.models import Item
from kb.permissions import Audience, State
from kb.search import kept_words
from kb.search.kept_words import NAME
from kb.search.service import Search
from tests.conftest import SECRET
from tests.factories import make_idea
from tests.search.test_suggest_public import Follower, _counted, _recounted
from tests.search.world import make_world

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the file is the same


def _search(database: Database, folder: Path) -> Search:
    return Search(database, Settings(data_dir=folder, database_url=database.url, secret_key=SECRET))


def _started(database: Database, folder: Path) -> Follower:
    """Return a dictionary as the next process has it: with what the file holds, and nothing read."""
    follower = Follower(database)
    kept = kept_words.read(folder)
    assert kept is not None
    follower.dictionary.take(kept)
    follower.dictionary.count()
    return follower


@pytest.mark.parametrize("number", range(3))
def test_it_is_what_reading_all_records_gives(
    session: orm.Session, database: Database, tmp_path: Path, number: int
) -> None:
    dice = random.Random(number)
    items = make_world(session, number).items
    before = Follower(database)
    for step in range(4):
        before.read()
        kept_words.write(tmp_path, before.dictionary.kept())
        changed: list[Item] = dice.sample(items, 5)
        for item in changed:
            item.title = f"Something new {dice.choice(['homework', 'zebra', 'giraffe'])} {step}"
            item.state, item.audience = State.PUBLISHED, dice.choice([Audience.PUBLIC, Audience.OWNER])
            item.published_at, item.edition = item.published_at or item.created_at, max(item.edition, 1)
        feed.touch(session, [item.id for item in changed])
        feed.commit(session)
        after = _started(database, tmp_path)
        exact = _recounted(database)
        assert all(exact.get(word, 0) >= count for word, count in _counted(after.words()).items())
        assert _counted(after.read()) == exact
        before = after


def test_what_was_withdrawn_meanwhile_is_never_offered(
    session: orm.Session, database: Database, tmp_path: Path
) -> None:
    idea = make_idea(session, title="Zebra hour")
    feed.touch(session, [idea.id, make_idea(session, title="Homework club").id])
    feed.commit(session)
    first = Follower(database)
    first.read()
    kept_words.write(tmp_path, first.dictionary.kept())
    idea.state = State.WITHDRAWN
    feed.touch(session, [idea.id])
    feed.commit(session)
    words = _started(database, tmp_path).words()
    assert (words.known("zebra"), words.complete("Zeb")) == (None, [])
    assert words.known("homework") is not None
    second = _started(database, tmp_path)
    second.read()
    kept_words.write(tmp_path, second.dictionary.kept())
    assert b"zebra" not in (tmp_path / NAME).read_bytes(), "what is gone leaves the file too"


def test_a_process_leaves_its_words_to_the_next(
    session: orm.Session, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.touch(session, [make_idea(session, title="Homework club").id])
    feed.commit(session)
    first = _search(database, tmp_path)
    first.read_words()
    first._keeper.keep()
    file = tmp_path / "index" / NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    second = _search(database, tmp_path)
    assert second.read_words() == 0
    assert second.completions(session, "home", feed.latest(session)) == ["homework", "Homework club"]
    second.rebuild()
    assert not file.exists(), "after a restore the same numbers may stand for other changes"
    assert _search(database, tmp_path).read_words() == 1


@pytest.mark.parametrize("how", ["truncated", "zeroed", "empty", "text", "version", "later"])
def test_a_file_that_cannot_be_used_is_not(session: orm.Session, database: Database, tmp_path: Path, how: str) -> None:
    feed.touch(session, [make_idea(session, title="Homework club").id])
    feed.commit(session)
    search = _search(database, tmp_path)
    search.read_words()
    if how == "later":  # the database is older than the file
        search._dictionary._checked += 5
    search._keeper.keep()
    file = tmp_path / "index" / NAME
    whole = file.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "truncated": whole[:middle],
        "zeroed": whole[: middle - 100] + bytes(200) + whole[middle + 100 :],
        "empty": b"",
        "text": b"words",
    }
    file.write_bytes(damaged.get(how, whole))
    with pytest.MonkeyPatch.context() as patch:
        if how == "version":
            patch.setattr(kept_words, "_FORMAT", 99)
        assert _search(database, tmp_path).read_words() == 1


def test_a_start_where_nothing_has_changed_and_the_last_record_is_not_public(
    session: orm.Session, database: Database, tmp_path: Path
) -> None:
    feed.touch(session, [make_idea(session, title="Homework").id])
    feed.touch(session, [make_idea(session, title="Hidden", audience=Audience.OWNER).id])
    feed.commit(session)
    before = Follower(database)
    before.read()
    kept_words.write(tmp_path, before.dictionary.kept())
    assert _counted(_started(database, tmp_path).read()) == _recounted(database)
