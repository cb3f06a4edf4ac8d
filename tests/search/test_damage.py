"""Damaged index files behind the page: it answers, the operator is told, and the index is repaired."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.search import indexer
from kb.search.service import Search
from kb.search.whoosh.store import MANIFEST
from tests.factories import make_idea

FILES = {"postings": "*.pst", "terms": "*.trm", "columns": "*.col", "toc": "*.toc", "manifest": MANIFEST}
HOW: dict[str, Callable[[bytes], bytes | None]] = {
    "truncated": lambda whole: whole[: len(whole) // 2],
    "zeroed": lambda whole: bytes(len(whole)),
    "half zeroed": lambda whole: whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2),
    "missing": lambda _whole: None,
}
TOLD = "Searching for words does not work at the moment"


@pytest.fixture
def search(client: FlaskClient, sqlite_database: Database) -> Search:
    held: Search = client.application.extensions["kb.search"]
    with sqlite_database.writing() as session:
        ideas = [make_idea(session, title=f"Homework club {number}", summary="Late work") for number in range(40)]
        feed.touch(session, [idea.id for idea in ideas])
        feed.commit(session)
    held.rebuild()
    return held


def _directory(client: FlaskClient) -> Path:
    settings: Settings = client.application.extensions["kb"].settings
    return settings.index_dir / (settings.index_dir / "current").read_text()


def _damage(directory: Path, pattern: str, how: Callable[[bytes], bytes | None]) -> None:
    for file in directory.glob(pattern):
        damaged = how(file.read_bytes())
        if damaged is None:
            file.unlink()
        else:
            file.write_bytes(damaged)


def _asked(client: FlaskClient, search: Search) -> tuple[str, list[str]]:
    """Return the page of a search and what the operator is told."""
    search._complained = -indexer.FAULT_SECONDS * 1000
    with structlog.testing.capture_logs() as lines:
        answer = client.get('/search?q="homework club"')
    assert answer.status_code == 200
    return answer.text, [line["advice"] for line in lines if line["event"] == "search is not whole"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves a broken file open
@pytest.mark.parametrize("kind", FILES)
def test_the_page_answers_and_the_operator_is_told(client: FlaskClient, search: Search, kind: str) -> None:
    for how, damage in HOW.items():
        search._engine.close()  # type: ignore[attr-defined]  # as in a process that has just started
        _damage(_directory(client), FILES[kind], damage)
        page, told = _asked(client, search)
        assert TOLD in page or "40 results" in page, (how, "a file is damaged and the page is wrong in silence")
        assert (TOLD in page) is bool(told), how
        assert all("kb search rebuild" in advice for advice in told), how
        assert search.verify(), (how, "what the page need not read is found by the command")
        search.rebuild()
        assert search.verify() == [], how
        page, told = _asked(client, search)
        assert "40 results" in page, how
        assert told == [], how


@pytest.mark.parametrize("name", ["format", "analysis"])
def test_an_index_of_another_version(client: FlaskClient, search: Search, name: str) -> None:
    manifest = _directory(client) / MANIFEST
    manifest.write_text(manifest.read_text().replace(f'"{name}": ', f'"{name}": 9'))
    page, told = _asked(client, search)
    assert TOLD in page
    assert told
    search.catch_up()
    assert "40 results" in _asked(client, search)[0]


def test_the_indexer_repairs_what_a_search_could_not_read(
    client: FlaskClient, search: Search, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "POLL_SECONDS", 0.05)
    search._indexer.start()
    try:
        with sqlite_database.writing() as session:
            feed.touch(session, [make_idea(session, title="Another").id])
            number = feed.commit(session)
        assert _soon(lambda: search.status().last == number), "the indexer has looked at the files and follows"
        search._engine.close()  # type: ignore[attr-defined]
        _damage(_directory(client), "*.pst", HOW["zeroed"])
        assert TOLD in _asked(client, search)[0]
        assert _soon(lambda: TOLD not in _asked(client, search)[0])
        assert "40 results" in _asked(client, search)[0]
    finally:
        search._indexer.stop()


def _soon(holds: Callable[[], bool]) -> bool:
    for _ in range(200):
        if holds():
            return True
        time.sleep(0.05)
    return False
