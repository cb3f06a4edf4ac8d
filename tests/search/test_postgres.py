"""The engine inside PostgreSQL: any token and position, the answers of Whoosh, and what it says of damage."""

import random
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from kb.db import Database
from kb.search.engine import Document, IndexUnavailableError, Match, SearchTimeoutError
from kb.search.postgres.engine import PostgresEngine
from kb.search.postgres.reader import Opened
from kb.search.whoosh.engine import WhooshEngine
from tests.search.conftest import Node
from tests.search.plain import document, ids, match, term

LAST_PLACE = 2**20 - 1
HOSTILE = ["\\", "'", '"', "\\'", "a'b\\c", "''); DROP TABLE item; --", "\x00", "a\x00b", "", " ", "é", "🎒", "\ud800"]
LONG = ["x" * 199, "x" * 200, "x" * 201, "x" * 3_000, "y" * 70_000]


@pytest.mark.parametrize("token", [*HOSTILE, *LONG], ids=lambda token: ascii(token[:12]) + str(len(token)))
def test_any_token_is_only_a_token(node: Node, token: str) -> None:
    engine = node()
    engine.rebuild([document(1, token, "plain"), document(2, token + "z", "plain")], last=1)
    assert ids(engine, token) == {1}
    assert ids(engine, token, "plain") == {1}
    assert set(match(engine, term("plain"), term(token, excluded=True)).ids) == {2}
    engine.apply([document(1, "plain")], [], last=2)
    assert ids(engine, token) == set()
    assert engine.faults() == []


def test_items_at_the_edges_of_blocks(node: Node) -> None:
    engine = node()
    numbers = {1, 1023, 1024, 1025, 2047, 2048, 9_999}
    engine.rebuild([document(number, "exit", "ticket") for number in sorted(numbers, reverse=True)], last=1)
    assert ids(engine, "exit") == ids(engine, "exit", "ticket") == numbers
    engine.apply([document(1024, "exit"), document(3_000, "exit", "ticket")], [1023, 9_999], last=2)
    assert ids(engine, "exit") == (numbers | {3_000}) - {1023, 9_999}
    assert ids(engine, "exit", "ticket") == {1, 1025, 2047, 2048, 3_000}
    assert engine.status().documents == len(engine.sequences()) == 6
    assert engine.faults() == []


def test_far_and_many_positions(node: Node) -> None:
    """No limit of a text search type: 16,383 positions, 255 of a word."""
    engine = node()
    many = document(1, *["word"] * 70_000)
    far = Document(2, 1, 2.0, {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": [LAST_PLACE - 1], "b": [LAST_PLACE], "c": [2**31]})
    engine.rebuild([many, far], last=1)
    assert ids(engine, "word", "word") == {1}
    assert ids(engine, "a", "b") == {2}
    assert ids(engine, "b", "c") == set()  # beyond the last place only phrases are lost
    assert ids(engine, "c") == {2}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_answers_as_whoosh(node: Node, tmp_path: Path, seed: int) -> None:
    """Ids, masks and scores, after random changes."""
    dice = random.Random(seed)
    words = [f"w{number}" for number in range(12)]
    mine, other = node(), WhooshEngine(tmp_path / "index")

    def some(number: int) -> Document:
        return document(number, *dice.choices(words, range(1, 13), k=dice.randrange(1, 30)), seq=dice.randrange(9))

    numbers = sorted(dice.sample(range(3_000), 60))
    documents = [some(number) for number in numbers]
    for engine in (mine, other):
        engine.rebuild(documents, last=0)
    for last in range(1, 5):
        changed = [some(number) for number in dice.sample(range(3_000), 5) + dice.sample(numbers, 5)]
        removed = dice.sample(numbers, 4)
        for engine in (mine, other):
            engine.apply(changed, removed, last=last)
    assert mine.sequences() == other.sequences()
    assert mine.faults() == []
    for _ in range(40):
        terms = [
            term(*dice.choices(words, k=dice.choice([1, 1, 2, 3])), excluded=dice.random() < 0.2)
            for _ in range(dice.randrange(1, 5))
        ]
        ours, theirs = _sorted(match(mine, *terms)), _sorted(match(other, *terms))
        assert ours.ids.tolist() == theirs.ids.tolist()
        assert ours.mask.tolist() == theirs.mask.tolist()
        np.testing.assert_allclose(ours.scores, theirs.scores, rtol=1e-4)


def _sorted(found: Match) -> Match:
    order = np.argsort(found.ids)
    return Match(found.ids[order], found.scores[order], found.mask[order], found.indexed)


def test_postings_are_sorted_by_item(node: Node) -> None:
    engine = node()
    engine.rebuild([document(number, "math", "art") for number in (5_000, 3, 2_000, 1)], last=1)
    with engine._reader.snapshot(10) as (connection, state):
        opened = Opened(connection, state.generation, [term("math"), term("math", "art")])
        assert opened.postings("math", 0.0)[0].tolist() == [1, 3, 2_000, 5_000]
        assert opened.places("art", 0.0).tolist() == [(number << 20) + 1 for number in (1, 3, 2_000, 5_000)]


def execute(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text(statement))


DAMAGE = {
    "UPDATE search_posting SET weights = set_byte(weights, 0, 7) WHERE token = 'math'": "1 rows of search_posting",
    "UPDATE search_posting SET documents = '' WHERE token = 'math'": "1 rows of search_posting",
    "DELETE FROM search_posting WHERE token = 'math'": "Rows are missing",
    "DELETE FROM search_document WHERE item_id = 1": "holds 1 documents where 2 are noted",
    "TRUNCATE search_document, search_posting": "holds 0 documents where 2 are noted",
    "TRUNCATE search_index": "There is no search index yet.",
    "UPDATE search_index SET format = 0": "made by another version",
    "UPDATE search_index SET analysis = 0": "made by another version",
    "DROP TABLE search_posting": "cannot be reached",
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_damage_is_told_and_repaired(node: Node, postgres_database: Database, statement: str) -> None:
    engine = node()
    engine.rebuild([document(1, "math", "art"), document(2, "math")], last=1)
    execute(postgres_database, statement)
    assert any(DAMAGE[statement] in fault for fault in engine.faults())
    if not statement.startswith("DROP"):
        engine.rebuild([document(1, "math")], last=2)
        assert ids(engine, "math") == {1}
        assert engine.faults() == []


def test_a_torn_row_is_an_unavailable_index(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([document(1, "math"), document(2, "math")], last=1)
    execute(postgres_database, "UPDATE search_posting SET weights = substring(weights FROM 1 FOR 4)")
    with pytest.raises(IndexUnavailableError):
        ids(engine, "math")


def test_a_statement_that_waits_is_ended(node: Node, postgres_database: Database) -> None:
    engine = node()
    engine.rebuild([document(1, "math")], last=1)
    with postgres_database.engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE search_posting IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(SearchTimeoutError):
            match(engine, term("math"), seconds=0.2)
    assert ids(engine, "math") == {1}


def test_a_database_that_is_gone_is_an_unavailable_index(tmp_path: Path) -> None:
    engine = PostgresEngine(Database(f"postgresql+psycopg://kb@/kb?host={tmp_path}"))
    assert (engine.last(), engine.hold()) == (-1, False)
    assert "cannot be reached" in engine.status().problem
    with pytest.raises(IndexUnavailableError):
        match(engine, term("math"))
