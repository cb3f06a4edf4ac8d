"""The worker beside the index: it reads, follows and writes by itself, and lives on after a fault."""

import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from kb import feed
from kb.db import Database
from kb.search import keeper
from kb.search.models import UnansweredQuery
from kb.search.service import Search
from tests.factories import NOW, make_idea


def _soon(holds: Callable[[], bool]) -> bool:
    for _ in range(400):
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_it_follows_and_writes_by_itself(database: Database, search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(keeper, "FAULT_SECONDS", 0.05)
    faults = [True, True]
    real = search._dictionary.read

    def read(*given: object) -> int:
        if faults:
            faults.pop()
            message = "the database is away"
            raise ConnectionError(message)
        return real(*given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(search._dictionary, "read", read)

    def offered(text: str) -> list[str]:
        with database.reading() as session:
            return search.completions(session, text, feed.latest(session))

    search._keeper.start()
    try:
        with database.writing() as session:
            idea = make_idea(session, title="Homework club")
            feed.touch(session, [idea.id])
            feed.commit(session)
        assert _soon(lambda: "homework" in offered("home"))
        with database.writing() as session:
            idea = make_idea(session, title="Zebra hour")
            feed.touch(session, [idea.id])
            feed.commit(session)
        assert _soon(lambda: "zebra" in offered("zeb"))
        search._unanswered.note("zebra club", NOW.date())
    finally:
        search._keeper.stop()
    with database.reading() as session:
        assert session.scalar(sa.select(UnansweredQuery.text)) is not None
