"""Many segments become one at night, and searches go on meanwhile."""

import datetime as dt
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from kb.search.engine import Alternative, Document, Term
from kb.search.service import Search
from kb.search.whoosh.engine import WhooshEngine
from kb.search.whoosh.writer import MOST_SEGMENTS, everything, usual

WORD = [Term("word", (Alternative(("word",), (0,)),))]


def document(number: int) -> Document:
    return Document(number, 1, 1.0, {"word": 1.0}, {"word": [0]})


def found(engine: WhooshEngine) -> list[int]:
    match = engine.match(WORD, np.ones(1000, np.bool_), deadline=time.monotonic() + 60)
    return sorted(int(item) for item in match.ids)


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    made = WhooshEngine(tmp_path / "index")
    made.rebuild([], last=0)
    for number in range(1, 6):
        made.apply([document(number)], [], last=number)
    made.apply([], [2], last=6)
    return made


def test_a_merge_leaves_one_segment_with_what_is_alive(engine: WhooshEngine) -> None:
    assert engine.status().segments == 5
    engine.merge()
    assert engine.status().segments == 1
    assert engine.status().last == 6
    assert engine.sequences() == {1: 1, 3: 1, 4: 1, 5: 1}
    assert found(engine) == [1, 3, 4, 5]
    assert engine.faults() == []


def test_searches_go_on_while_segments_are_merged(engine: WhooshEngine) -> None:
    answers: list[list[int]] = []
    over = threading.Event()

    def search() -> None:
        while not over.is_set():
            answers.append(found(engine))
        engine.close()

    thread = threading.Thread(target=search)
    thread.start()
    for number in range(10, 20):
        engine.apply([document(5)], [], last=number)
        engine.merge()
    over.set()
    thread.join()
    assert answers
    assert all(answer == [1, 3, 4, 5] for answer in answers)


def test_commits_keep_the_number_of_segments_small(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild([], last=0)
    for number in range(1, 100):
        engine.apply([document(number)], [], last=number)
        assert engine.status().segments <= MOST_SEGMENTS
    assert found(engine) == list(range(1, 100))


class _Segment:
    def __init__(self, size: int) -> None:
        self.size = size

    def doc_count_all(self) -> int:
        return self.size


def test_which_segments_a_commit_merges() -> None:
    large, small = [_Segment(20_000)] * 5, [_Segment(1)] * 6
    assert usual([*large, *small]) == small
    assert usual(large) == []
    assert usual([*large, *large, *small]) == small, "to merge large ones takes too long for a commit"
    many = [_Segment(10 ** (at % 8)) for at in range(MOST_SEGMENTS + 1)]
    assert {segment.size for segment in usual(many)} == {1, 10, 100, 1_000}, "the larger half stays as it is"
    assert everything(large) == large


def test_only_once_a_night_and_only_when_there_are_many(
    search: Search, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexer = search._indexer
    monkeypatch.setattr(indexer, "_engine", engine)
    day = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    assert not indexer.merge_at_night(day)
    assert not indexer.merge_at_night(day.replace(hour=4))
    assert indexer.merge_at_night(day.replace(hour=2))
    assert engine.status().segments == 1
    for number in range(100, 105):
        engine.apply([document(number)], [], last=number)
    assert not indexer.merge_at_night(day.replace(hour=3))
    assert indexer.merge_at_night(day.replace(day=5, hour=3))
    assert not indexer.merge_at_night(day.replace(day=6, hour=2))
