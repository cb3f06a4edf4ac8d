"""Drills: the writer is killed, the disk is full, files are damaged; nothing acknowledged is lost and all is said."""

import gc
import random
import resource
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import orm

from kb.search.engine import Alternative, Document, IndexUnavailableError, Term
from kb.search.service import Search
from kb.search.whoosh.engine import WhooshEngine
from kb.search.whoosh.writer import Writer
from tests.search.conftest import Finder
from tests.search.world import ask, make_world

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves files open

WORD = [Term("word", (Alternative(("word",), (0,)),))]
ROUNDS = [5, pytest.param(100, marks=pytest.mark.slow)]
PROGRAM = """
    import resource, sys
    from pathlib import Path
    from kb.search.engine import Document
    from kb.search.whoosh.engine import WhooshEngine

    folder, first, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    engine = WhooshEngine(folder)
    assert engine.hold()
    for number in range(first, 1_000_000):
        words = {"word": 1.0, **{f"w{number % 50}x{at}": 1.0 for at in range(300)}}
        engine.apply([Document(number, 1, 300.0, words, {"word": [0]})], [number - 5], last=number)
        if number % 7 == 0:
            engine.merge()
        print(number, flush=True)
"""


@pytest.fixture(autouse=True)
def _files_left_open() -> Iterator[None]:
    """Close what whoosh left open within the test that made it do so."""
    yield
    gc.collect()


def write(folder: Path, first: int, limit: int = 0) -> "subprocess.Popen[str]":
    """Start a process that commits a document after the other, merges now and then, and tells each commit."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder), str(first), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def found(engine: WhooshEngine) -> list[int]:
    match = engine.match(WORD, np.ones(1_000_001, np.bool_), deadline=time.monotonic() + 60)
    return sorted(int(item) for item in match.ids)


def acknowledged(process: "subprocess.Popen[str]", before: int) -> int:
    """Return the last commit that the process told of before it ended."""
    told, _ = process.communicate()
    return int(told.split()[-1]) if told.split() else before


def holds(engine: WhooshEngine, last: int, first: int = 1) -> bool:
    """Say whether the index holds what it should after the commit, or after the next, which was not told any more."""
    return found(engine) in [list(range(max(first, number - 4), number + 1)) for number in (last, last + 1)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path, rounds: int) -> None:
    folder = tmp_path / "index"
    reader = WhooshEngine(folder)
    reader.rebuild([], last=0)
    last, chance = 0, random.Random(7)
    for _ in range(rounds):
        process = write(folder, last + 1)
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told, "the writer ended before it was killed"
        last = int(told)
        time.sleep(chance.uniform(0, 0.3))
        process.kill()
        last = acknowledged(process, last)
        assert reader.last() in {last, last + 1}
        assert holds(reader, last)
        assert reader.faults() == []
        assert reader.hold(), "the lock outlives the process"
        reader.release()


def test_two_processes_do_not_write_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    reader = WhooshEngine(folder)
    reader.rebuild([], last=0)
    first = write(folder, 1)
    assert first.stdout is not None
    assert first.stdout.readline() == "1\n"
    second = write(folder, 1)
    assert second.communicate()[0] == ""
    assert second.returncode
    assert not reader.hold()
    first.kill()
    assert holds(reader, acknowledged(first, 1))


def test_a_full_disk(tmp_path: Path) -> None:
    """Files may not grow beyond a limit: the commit fails, the index before it goes on answering and can be written."""
    folder = tmp_path / "index"
    reader = WhooshEngine(folder)
    reader.rebuild([Document(5, 1, 1.0, {"word": 1.0}, {"word": [0]})], last=5)
    process = write(folder, 6, limit=30_000)
    last = acknowledged(process, 5)
    assert process.returncode
    assert holds(reader, last, 5)
    assert reader.last() in {last, last + 1}
    assert reader.faults() == []
    reader.apply([Document(900, 1, 1.0, {"word": 1.0}, {})], [], last=900)
    assert 900 in found(reader)


def test_a_rebuild_on_a_full_disk_leaves_the_old_index(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild([Document(1, 1, 1.0, {"word": 1.0}, {"word": [0]})], last=1)
    many = (Document(number, 1, 300.0, {f"{number}x{at}": 2.0 for at in range(300)}, {}) for number in range(1, 50))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            engine.rebuild(many, last=2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found(engine) == [1]
    assert engine.last() == 1
    engine.rebuild([], last=3)
    assert len(list((tmp_path / "index").glob("index-*"))) <= 2, "what the failed rebuild left is gone"


def test_a_new_index_that_lacks_a_document_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild([Document(1, 1, 1.0, {"word": 1.0}, {})], last=1)
    with monkeypatch.context() as broken:
        broken.setattr(Writer, "add", lambda _writer, _document: None)
        with pytest.raises(IndexUnavailableError, match="not used"):
            engine.rebuild([Document(2, 1, 1.0, {"word": 1.0}, {})], last=2)
    assert found(engine) == [1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the files are the same whatever the database is
@pytest.mark.parametrize("how", ["truncated", "zeroed", "missing"])
def test_damaged_files(session: orm.Session, search: Search, find: Finder, how: str) -> None:
    """Whatever is damaged, a search answers, the fault is found and a rebuild repairs it."""
    make_world(session, 1)
    engine = search._engine
    assert isinstance(engine, WhooshEngine)
    for suffix in (".pst", ".trm", ".col", ".toc"):
        search.rebuild()
        for file in engine._store.current().glob(f"*{suffix}"):
            _damage(file, how)
        engine.close()
        for words in ("homework", '"exit ticket"', "-homework"):
            assert find(ask(q=words)).problem in {"", "index"}, (suffix, words)
        assert search.verify(), suffix
    search.rebuild()
    assert search.verify() == []
    assert search.status().problem == ""


def _damage(file: Path, how: str) -> None:
    if how == "missing":
        file.unlink()
    else:
        kept = file.stat().st_size // 2
        file.write_bytes(file.read_bytes()[:kept] + (bytes(kept) if how == "zeroed" else b""))
