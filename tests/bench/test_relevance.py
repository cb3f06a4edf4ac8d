import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.bench import fts5, relevance, relevance_collection
from kb.bench.commands import bench
from kb.bench.relevance_collection import CollectionError, Text
from kb.bench.relevance_measures import average_precision, ndcg

DOCS = (
    '{"_id": "d1", "title": "Bus stop buddies", "text": "An older student walks with a younger one to the stop."}',
    '{"_id": "d2", "title": "", "text": "Families hear of an absence on the same day, by a call from a real person."}',
    '{"_id": "d3", "title": "Redo window", "text": "Late work `counts` for [five] days; *retakes* <b>after</b>."}',
)
QUERIES = (
    '{"_id": "q1", "text": "who walks with younger students to the bus -stop"}',
    '{"_id": "q2", "text": "calling families about absences"}',
    '{"_id": "q3", "text": "nothing is judged for this"}',
)
QRELS = ("query-id\tcorpus-id\tscore", "q1\td1\t1", "q1\td3\t0", "q2\td2\t2", "q2\tunknown\t1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "collection"
    made.mkdir()
    for name, lines in zip(relevance_collection.FILES, (DOCS, QUERIES, QRELS), strict=True):
        (made / name).write_text("\n".join(lines) + "\n")
    return made


def test_gain_is_less_further_down() -> None:
    assert ndcg(["a", "b"], {"a", "b"}) == 1
    assert ndcg(["x", "a"], {"a"}) == pytest.approx(1 / math.log2(3))
    assert ndcg(["x", "a", "b"], {"a", "b", "c"}) == pytest.approx(
        (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2)
    )
    assert ndcg([*"vwxyz", *"vwxyz", "a"], {"a"}) == 0
    assert ndcg([], {"a"}) == 0


def test_precision_counts_what_is_missing() -> None:
    assert average_precision(["a", "x", "b"], {"a", "b"}) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(["x", "a"], {"a", "b"}) == pytest.approx(1 / 4)
    assert average_precision(["x"], {"a"}) == 0


def test_a_collection_is_read_with_what_answers(folder: Path) -> None:
    collection = relevance_collection.read(folder)
    assert [text.id for text in collection.texts] == ["d1", "d2", "d3"]
    assert collection.relevant == {"q1": {"d1"}, "q2": {"d2"}}
    assert list(collection.queries) == ["q1", "q2"]


@pytest.mark.parametrize("fault", ["missing", "no json", "no judgement"])
def test_a_broken_collection_is_said(folder: Path, fault: str) -> None:
    match fault:
        case "missing":
            (folder / "queries.jsonl").unlink()
        case "no json":
            (folder / "docs.jsonl").write_text("{")
        case _:
            (folder / "qrels.tsv").write_text(QRELS[0])
    with pytest.raises(CollectionError):
        relevance_collection.read(folder)


def test_texts_become_records_whatever_they_hold(tmp_path: Path) -> None:
    long = "a title of many words " * 20
    texts = (Text("1", long, "text"), Text("2", "", "- [x] # `y` " * 20_000), Text("3", "t", ""), Text("4", "", ""))
    collection = relevance_collection.Collection(texts, {"q": "many words"}, {"q": frozenset({"1"})})
    with relevance.loaded(collection, tmp_path) as held:
        assert sorted(held.ids.values()) == ["1", "2", "3", "4"]


def test_search_and_fts5_are_judged_in_one_run(folder: Path) -> None:
    report = relevance.measure(folder, lambda _words: None)
    assert (report["documents"], report["queries"]) == (3, 2)
    assert report["search"] == {"ndcg@10": 1.0, "map": 1.0}
    assert report["fts5"] == {"ndcg@10": 1.0, "map": 1.0}


def test_the_command_writes_json(folder: Path) -> None:
    answer = CliRunner().invoke(bench, ["relevance", str(folder), "--json"], catch_exceptions=False)
    assert answer.exit_code == 0
    assert '"ndcg@10": 1.0' in answer.stdout


def test_fts5_ranks_any_of_the_words(tmp_path: Path) -> None:
    index = fts5.make(tmp_path / "x.db", [(1, "cats", "and dogs"), (2, "", "dog"), (3, "", "the bird")])
    assert fts5.ranked(index, "the cat of my dogs", 10) == [1, 2]
    assert fts5.ranked(index, "the of", 10) == []
    assert fts5.ranked(index, 'bird" OR', 10) == [3]
