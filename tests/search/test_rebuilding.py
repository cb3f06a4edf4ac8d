"""A rebuild in several processes: the same index as one makes, and nothing swapped in when one of them ends."""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.search import engines, rebuilding
from kb.search.engine import PART, Engine, IndexUnavailableError, Match
from kb.search.rebuilding import parts, rebuild
from kb.search.service import Search
from kb.search.terms import Synonyms, build
from tests.conftest import SECRET
from tests.factories import make_idea
from tests.search.world import WORDS, ask, make_world

FIRST = 3 * PART - 20  # the records of the second world stand on both sides of the edge of a part
QUERIES = [*WORDS, "homework attendance", '"exit tickets"', "advisory -fafsa", "a of the", "zyxomma"]


@pytest.fixture
def filled(database: Database) -> Database:
    """Records with ids far apart, some hidden, some not to be searched."""
    with database.writing() as session:
        make_world(session, 4)
        for number in range(FIRST, FIRST + 40):
            title = " ".join(WORDS[number % 7 : number % 7 + 3])
            make_idea(session, id=number, title=f"{title} {number}")
        feed.touch(session, range(FIRST, FIRST + 40))
        feed.commit(session)
    return database


def settings_of(database: Database, folder: Path) -> Settings:
    engine = "whoosh" if database.is_sqlite else "postgres"
    return Settings(data_dir=folder, database_url=database.url, secret_key=SECRET, search=engine)


def answers(engine: Engine) -> list[list[tuple[int, float, int]]]:
    return [sorted(_rows(_match(engine, text))) for text in QUERIES]


def _match(engine: Engine, text: str) -> Match:
    allowed = np.ones(FIRST + 100, np.bool_)
    return engine.match(build(ask(q=text).clauses, Synonyms([])), allowed, deadline=time.monotonic() + 10)


def _rows(match: Match) -> Iterator[tuple[int, float, int]]:
    return zip(match.ids.tolist(), match.scores.tolist(), match.mask.tolist(), strict=True)


def test_two_processes_make_the_index_that_one_makes(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "FEW", 0)
    settings = settings_of(filled, tmp_path)
    engine = engines.make(filled, settings)
    read = rebuild(filled, engine)
    alone = answers(engine), engine.sequences(), engine.last()
    told: list[tuple[int, int]] = []
    assert rebuild(filled, engine, lambda done, total: told.append((done, total)), jobs=2, settings=settings) == read
    assert (answers(engine), engine.sequences(), engine.last()) == alone
    assert told[-1] == (read, read)
    assert engine.faults() == []
    with closing(Database(filled.url)) as other:
        assert Search(other, settings).verify() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_process_that_fails_leaves_the_old_index(
    filled: Database, session: orm.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(filled, tmp_path)
    engine = engines.make(filled, settings)
    read = rebuild(filled, engine)
    before = engine.sequences()
    monkeypatch.setattr(rebuilding, "FEW", 0)
    monkeypatch.setattr(rebuilding, "_begin", _missing)
    with pytest.raises(IndexUnavailableError, match="has ended"):
        rebuild(filled, engine, jobs=2, settings=settings)
    assert engine.sequences() == before
    assert rebuild(filled, engine) == read
    assert engine.faults() == []


def _missing(_counter: object) -> None:
    raise SystemExit(3)


@given(st.integers(0, 10**7), st.integers(2, 64))
def test_parts_hold_each_id_once_and_share_no_block(highest: int, jobs: int) -> None:
    ranges = parts(highest, jobs)
    assert ranges[0].start == 0
    assert ranges[-1].stop > highest
    assert all(one.stop == other.start and other.start % PART == 0 for one, other in pairwise(ranges))
    assert len(ranges) <= max(jobs * rebuilding.PARTS_EACH, highest // rebuilding.LARGEST_PART + 1)
