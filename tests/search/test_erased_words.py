"""The words of an erased record leave the index itself, not only what it finds."""

from pathlib import Path

import sqlalchemy as sa

from kb import feed
from kb import models as m
from kb.config import Settings
from kb.db import Database
from kb.search.service import Search
from kb.writing.actions import erase
from tests.factories import NOW, make_idea

STEM = b"quillfeath"


def _held(database: Database, folder: Path) -> bool:
    """Say whether the word stands anywhere in the files or tables of the index."""
    files = any(STEM in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    with database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT token FROM search_posting UNION SELECT tokens FROM search_document"))
        return files or any(STEM in bytes(row[0]) for row in rows)


def test_an_erased_record_leaves_no_word_in_the_index(database: Database, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database.engine.url.render_as_string(hide_password=False),
        search="whoosh" if database.is_sqlite else "postgres",
    )
    with database.writing() as session:
        for number in range(3):
            feed.touch(session, [make_idea(session, title=f"Something else {number}").id])
        item = make_idea(session, title="About quillfeathers", summary="Quillfeather by quillfeather")
        feed.touch(session, [item.id])
        feed.commit(session)
        number = item.id
    search = Search(database, settings)
    search.rebuild()
    assert _held(database, settings.index_dir)
    with database.writing() as session:
        erase(session, session.get_one(m.Item, number), by=None, now=NOW)
        feed.commit(session)
    assert search.catch_up() > 0
    assert not _held(database, settings.index_dir)
    assert search.verify() == []
