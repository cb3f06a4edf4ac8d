"""The contract that every engine must keep; a new engine is added to ENGINES and given a way to be made."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.db import Database
from kb.items.rules import Language
from kb.search.documents import Source, analyse
from kb.search.engine import Document, Engine, IndexUnavailableError, SearchTimeoutError
from kb.search.postgres.engine import PostgresEngine
from kb.search.terms import Synonyms, build
from kb.search.whoosh.engine import WhooshEngine
from tests.postgres import PostgresServer
from tests.search.world import ask

ENGINES = ("whoosh", "postgres")
Maker = Callable[[str], Engine]  # the same name gives another engine on the same index, as in another process
SYNONYMS = Synonyms([["chronic absence", "chronic absenteeism"]])
TEXTS = {
    1: ("Weekly check-in", "9th-grade teachers talk about the D/F rate"),
    2: ("Home visits", "students with chronic absenteeism in grade nine"),
    3: ("Exit tickets", "an exit ticket a day in math"),
    4: ("Math talk", "a ticket to talk at the exit of math class"),
    5: ("Visits at home and home again", "home home home"),
}


def document(number: int, title: str, body: str, seq: int = 1) -> Document:
    return analyse(Source(number, seq, Language.EN, ((3.0, title), (1.0, body))))


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Maker:
    made: Maker = request.getfixturevalue(f"make_{request.param}")
    return made


@pytest.fixture
def make_whoosh(tmp_path: Path) -> Maker:
    return lambda name: WhooshEngine(tmp_path / name)


@pytest.fixture
def make_postgres(postgres: PostgresServer, postgres_template: str) -> Iterator[Maker]:
    databases: dict[str, str] = {}
    opened: list[Database] = []

    def make(name: str) -> Engine:
        if name not in databases:
            databases[name] = postgres.create(postgres_template)
        opened.append(Database(postgres.url(databases[name])))
        return PostgresEngine(opened[-1])

    yield make
    for database in opened:
        database.close()
    for name in databases.values():
        postgres.drop(name)


@pytest.fixture
def engine(make: Maker) -> Engine:
    made = make("index")
    made.rebuild((document(number, *texts) for number, texts in TEXTS.items()), last=7)
    return made


def found(engine: Engine, text: str, hidden: set[int] | None = None) -> dict[int, int]:
    """Return the mask of each match, best first."""
    allowed = np.ones(300, np.bool_)
    allowed[list(hidden or ())] = False
    match = engine.match(build(ask(q=text).clauses, SYNONYMS), allowed, deadline=time.monotonic() + 5)
    order = np.argsort(-match.scores, kind="stable")
    return {int(match.ids[at]): int(match.mask[at]) for at in order}


def test_any_term_matches_and_the_mask_says_which(engine: Engine) -> None:
    assert found(engine, "exit math") == {3: 0b11, 4: 0b11}
    assert found(engine, "home ticket") == {5: 1, 2: 1, 3: 2, 4: 2}
    assert found(engine, "nonsense") == {}


def test_phrases(engine: Engine) -> None:
    assert set(found(engine, '"exit ticket"')) == {3}
    assert set(found(engine, '"ticket to talk"')) == {4}
    assert set(found(engine, '"talk to ticket"')) == set()


def test_minus(engine: Engine) -> None:
    assert set(found(engine, "math -talk")) == {3}
    assert set(found(engine, "-math")) == {1, 2, 5}
    assert set(found(engine, '-"exit ticket"')) == {1, 2, 4, 5}


def test_synonyms_match_as_phrases(engine: Engine) -> None:
    assert found(engine, "chronic absence") == {2: 0b11}


def test_titles_weigh_more(engine: Engine) -> None:
    assert next(iter(found(engine, "visits"))) in {2, 5}
    assert next(iter(found(engine, "talk"))) == 4


def test_only_what_is_allowed(engine: Engine) -> None:
    assert set(found(engine, "math", hidden={3})) == {4}
    assert set(found(engine, "-math", hidden={1})) == {2, 5}
    beyond = engine.match(build(ask(q="math").clauses, SYNONYMS), np.ones(4, np.bool_), deadline=time.monotonic() + 5)
    assert beyond.ids.tolist() == [3]


def test_apply_replaces_adds_and_removes(engine: Engine) -> None:
    engine.apply([document(3, "Something else", "", seq=9), document(200, "Math", "new", seq=9)], [4], last=9)
    assert set(found(engine, "math")) == {200}
    assert set(found(engine, "exit")) == set()
    assert set(found(engine, "something")) == {3}
    assert engine.sequences() == {1: 1, 2: 1, 3: 9, 5: 1, 200: 9}
    assert engine.last() == 9


def test_many_small_commits_equal_one(engine: Engine) -> None:
    for number in range(100, 130):
        engine.apply([document(number, f"Batch {number}", "all words alike")], [], last=number)
    for number in range(100, 130, 3):
        engine.apply([document(number, f"Changed {number}", "words again", seq=5)], [number + 1], last=200)
    assert len(found(engine, "words")) == 20
    assert len(found(engine, "changed")) == 10
    assert engine.status().documents == 25
    assert engine.faults() == []


def test_an_id_twice_in_one_batch_is_one_document(engine: Engine) -> None:
    engine.apply([document(60, "First", ""), document(60, "Second", "")], [], last=9)
    assert set(found(engine, "second")) == {60}
    assert set(found(engine, "first")) == set()
    assert sorted(engine.sequences()) == [1, 2, 3, 4, 5, 60]


def test_the_time_limit(engine: Engine) -> None:
    terms = build(ask(q="math").clauses, SYNONYMS)
    with pytest.raises(SearchTimeoutError):
        engine.match(terms, np.ones(9, np.bool_), deadline=time.monotonic() - 1)


def test_without_an_index(make: Maker) -> None:
    empty = make("nothing")
    assert empty.last() == -1
    assert empty.status().problem
    assert empty.faults()
    with pytest.raises(IndexUnavailableError):
        found(empty, "math")


def test_an_empty_index(make: Maker) -> None:
    empty = make("empty")
    empty.rebuild([], last=0)
    assert found(empty, "math") == {}
    assert empty.status().documents == 0
    empty.apply([document(1, "Math", "")], [], last=1)
    assert set(found(empty, "math")) == {1}


def test_only_one_writer(engine: Engine, make: Maker) -> None:
    assert engine.hold()
    assert engine.hold()
    other = make("index")
    assert not other.hold()
    engine.release()
    assert other.hold()
    other.release()


def test_another_process_sees_each_commit(engine: Engine, make: Maker) -> None:
    other = make("index")
    assert set(found(other, "math")) == {3, 4}
    engine.apply([document(200, "Math", "")], [4], last=9)
    assert set(found(other, "math")) == {3, 200}
    engine.rebuild([document(7, "Math", "")], last=10)
    assert set(found(other, "math")) == {7}
    assert other.last() == 10
