from collections import Counter
from pathlib import Path

import pytest

from kb import feed
from kb.bench import hidden, search, search_corpus, search_measure, search_queries
from kb.bench.search_queries import CLASSES, TOTAL, Asked, Corpus
from kb.config import Settings
from kb.db import Database
from kb.permissions import ANONYMOUS
from kb.search import query as grammar
from kb.search.query import Sort

RECORDS = 300


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> search_measure.Bench:
    settings = Settings(data_dir=tmp_path_factory.mktemp("bench"), search_time_limit=10)  # also on a busy machine
    database = Database(settings.database)
    search_corpus.fill(database, RECORDS)
    search_corpus.prepare(database, settings.data_dir)
    made = search_measure.Bench(settings)
    made.search.rebuild()
    return made


def test_queries_are_the_same_each_time(bench: search_measure.Bench, tmp_path: Path) -> None:
    first = search_corpus.read(bench.settings.data_dir)
    search_corpus.prepare(bench.database, tmp_path)
    assert search_corpus.read(tmp_path).queries == first.queries
    assert len(first.queries) == TOTAL
    assert set(Counter(asked.kind for asked in first.queries).values()) == {22, 23}
    assert {asked.kind for asked in first.queries} == set(CLASSES)


def test_classes_are_what_they_say(bench: search_measure.Bench) -> None:
    queries = search_corpus.read(bench.settings.data_dir).queries
    by_kind: dict[str, list[Asked]] = {kind: [asked for asked in queries if asked.kind == kind] for kind in CLASSES}
    assert {len(asked.text.split()) for asked in by_kind["two"]} == {2}
    assert {len(asked.text.split()) for asked in by_kind["several"]} == {3, 4}
    assert all(asked.filters for asked in by_kind["filtered"])
    assert all(asked.text.startswith('"') for asked in by_kind["phrase"])
    with bench.database.reading() as session:
        found = {kind: [bench.ask(session, search_measure.parsed(one)) for one in by_kind[kind]] for kind in CLASSES}
    assert all(one.total for kind in ("rare", "middle", "common", "two", "filtered", "phrase") for one in found[kind])
    totals = {kind: sorted(one.total for one in found[kind])[11] for kind in ("rare", "middle", "common")}
    assert max(totals["rare"], totals["middle"]) < totals["common"]
    assert not any(one.total for one in found["typo"])


def test_fts5_counts_what_the_product_counts(bench: search_measure.Bench) -> None:
    """The same rule and the same facets: wherever both find the same number, every count is the same."""
    other = search_corpus.fts5(bench.settings.data_dir, bench.viewer)
    compared = 0
    with bench.database.reading() as session:
        state = search_measure.snapshot(bench, session)
        allowed = state.picture(bench.viewer).allowed
        for asked in search_corpus.read(bench.settings.data_dir).queries:
            found = bench.ask(session, search_measure.parsed(asked), search_corpus.FACETS)
            answer = other.search(asked, search_measure.codes(state, asked))
            assert all(allowed[item] for item in answer.ids)
            if found.total != answer.total or found.sort is not Sort.BEST:
                continue
            own = {
                (number, state.registers.by_facet[facet.name].codes[value.value]): value.count
                for number, facet in enumerate(found.facets)
                for value in facet.values
                if value.count
            }
            if own == answer.counts:
                compared += 1
            else:  # the same number of others: stems differ
                assert set(found.ids) != set(answer.ids) or found.total > len(found.ids)
    other.close()
    assert compared > TOTAL / 2


@pytest.mark.slow
def test_the_report_holds_the_figures(bench: search_measure.Bench) -> None:
    report = search_measure.measure(bench.settings.data_dir, bench.settings)
    assert report["queries"] == TOTAL
    assert set(report["classes"]) == set(CLASSES)
    assert 0 < report["p50"] <= report["p95"] <= report["p99"]
    assert report["ratio_p95_to_fts5"] == pytest.approx(report["p95"] / report["fts5"]["p95"], abs=0.01)
    assert report["rss_mb"] > 0
    assert report["index_bytes"] > 0
    assert report["update_to_visible_ms"] is not None
    assert report["withdrawal_at_next_request"] is True
    idea = report["most_tested_idea"]
    assert idea["found"] > 1, "the idea and its tests"
    assert None not in idea.values()
    assert report["same_totals"] > 0.5


def test_pairs_are_words_that_nothing_public_is_found_by(bench: search_measure.Bench) -> None:
    pairs = list(hidden._pairs(bench.settings, 20))
    assert pairs
    with bench.database.reading() as session:
        for word, nonsense in pairs:
            for one in (word, nonsense):
                query = grammar.parse({"q": [one]})
                assert bench.search.search(session, ANONYMOUS, query, feed.peek(bench.database)).dropped, one
            assert len(word) == len(nonsense)


@pytest.mark.slow
def test_words_of_hidden_records_are_nonsense_over_http(bench: search_measure.Bench) -> None:
    report = search.hidden(bench.settings.data_dir, RECORDS, 30, lambda _words: None)
    assert (report["pairs"], report["same_page"]) == (30, 30)
    assert "30 of 30 pairs" in search.hidden_as_text(report)


def test_postgres_needs_a_server(tmp_path: Path) -> None:
    with pytest.raises(search.NoServerError):
        search.measure(tmp_path, 2_000, "postgres", None, build=True, progress=lambda _words: None)


def test_a_missed_limit_is_said() -> None:
    report = {"engine": "whoosh", "size": 2_000, "p50": 7.0, "p95": 1.0, "ratio_p95_to_fts5": 1.0}
    report |= {"widest_query_ms": 1, "first_search_seconds": 1, "update_to_visible_ms": None}
    met = {one["figure"]: one["met"] for one in search.limits(report)}
    assert met["p50"] is False
    assert met["p95"] is True
    assert met["update_to_visible_ms"] is False


def test_typos_are_no_words() -> None:
    corpus = Corpus()
    for number in range(50):
        corpus.add(["attendance families homework students reading writing teachers"], (), keep=True)
        corpus.add([f"other words without meaning number{number}"], (), keep=False)
    drawn = search_queries.draw(corpus, 1)
    assert all(asked.text not in corpus.words for asked in drawn if asked.kind == "typo")
