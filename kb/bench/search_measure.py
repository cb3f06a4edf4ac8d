"""Measures searches one by one: the product's own path beside FTS5, in turns, the best of three."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import orm

from kb import feed
from kb.bench import search_changes, search_corpus
from kb.bench.fts5_search import Fts5, Value
from kb.bench.search_corpus import FACETS
from kb.bench.search_cpu import Clock, private_megabytes
from kb.bench.search_queries import CLASSES, Asked
from kb.config import Settings
from kb.db import Database
from kb.errors import KbError
from kb.permissions import Viewer
from kb.search import query as grammar
from kb.search.catalogue import Catalogue, Snapshot
from kb.search.query import MAX_TEXT, Query
from kb.search.service import Results, Search

PASSES = 3


class NotSearchedError(KbError):
    """The index could not be read or was too slow, so the time means nothing."""

    title = "Search could not be measured"
    advice = "Build the index in the same run (leave out --no-build)."


@dataclass(slots=True)
class Timed:
    """A query and its best times in milliseconds of CPU."""

    asked: Asked
    own: float = float("inf")
    all_facets: float = float("inf")
    fts5: float = float("inf")
    totals: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Bench:
    """The product's search as one process of a site has it: one viewer, one session, the words of suggestions read."""

    settings: Settings
    database: Database = field(init=False)
    search: Search = field(init=False)
    clock: Clock = field(init=False)
    viewer: Viewer = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.settings.database)
        self.search = Search(self.database, self.settings)
        self.clock = Clock(self.database)
        with self.database.reading() as session:
            self.viewer = search_corpus.member(session)

    def ask(self, session: orm.Session, query: Query, counted: Sequence[str] = grammar.FACETS) -> Results:
        """Search as the page does: ask for the change number, then for the results."""
        number = feed.peek(self.database)
        return self.search.search(session, self.viewer, query, number, counted=counted)


def measure(data: Path, settings: Settings) -> dict[str, Any]:
    """Return the report of one engine on the prepared folder."""
    prepared = search_corpus.read(data)
    began, cpu = time.perf_counter(), time.process_time()
    bench = Bench(settings)
    with bench.database.reading() as session:
        bench.ask(session, parsed(prepared.queries[0]))
        first, cpu = time.perf_counter() - began, time.process_time() - cpu
        bench.search.read_words()
        for asked in prepared.queries:
            _own(bench, session, asked)
        memory = private_megabytes()
        timed = _all(bench, session, data, prepared.queries)
        widest = _widest(bench, session, timed)
    return {
        "records": prepared.records,
        "words_a_record": prepared.words,
        "queries": len(timed),
        "facets": list(FACETS),
        **_summary(timed),
        "widest_query_ms": round(widest, 2),
        "first_search_seconds": round(first, 2),
        "first_search_cpu_seconds": round(cpu, 2),
        "rss_mb": round(memory, 1),
        "index_bytes": bench.search.status().size,
        "fts5_index": {"bytes": prepared.fts5_bytes, "build_cpu_seconds": prepared.fts5_cpu_seconds},
        **search_changes.measure(bench),
    }


def parsed(asked: Asked) -> Query:
    """Return the query as the page reads it from its address."""
    filters: dict[str, list[str]] = {}
    for name, value in asked.filters:
        filters.setdefault(name, []).append(value)
    return grammar.parse({"q": [asked.text], **filters})


def _own(bench: Bench, session: orm.Session, asked: Asked, counted: Sequence[str] = grammar.FACETS) -> Results:
    """Search; someone who is still typing a word is also given ways to go on."""
    found = bench.ask(session, parsed(asked), counted)
    if found.problem:
        message = f"“{asked.text}” was not searched for ({found.problem})."
        raise NotSearchedError(message)
    if asked.kind == "prefix":
        bench.search.completions(session, asked.text, feed.peek(bench.database))
    return found


def _all(bench: Bench, session: orm.Session, data: Path, queries: Sequence[Asked]) -> list[Timed]:
    other = search_corpus.fts5(data, bench.viewer)
    state = snapshot(bench, session)
    chosen = {asked: codes(state, asked) for asked in queries}
    timed = [Timed(asked) for asked in queries]
    for _ in range(PASSES):
        for one in timed:
            _once(bench, session, other, one, chosen[one.asked])
    other.close()
    return timed


def _once(bench: Bench, session: orm.Session, other: Fts5, one: Timed, chosen: Sequence[Value]) -> None:
    own, found = bench.clock.cost(lambda: _own(bench, session, one.asked, FACETS))
    every, _ = bench.clock.cost(lambda: _own(bench, session, one.asked))
    beside, answer = bench.clock.cost(lambda: other.search(one.asked, chosen))
    one.own, one.all_facets, one.fts5 = min(one.own, own), min(one.all_facets, every), min(one.fts5, beside)
    one.totals = found.total, answer.total


def snapshot(bench: Bench, session: orm.Session) -> Snapshot:
    """Return the records and the values of facets as they are now."""
    return Catalogue().at(session, feed.peek(bench.database))


def codes(state: Snapshot, asked: Asked) -> list[Value]:
    """Return the chosen values as FTS5 knows them."""
    return [(FACETS.index(name), state.registers.by_facet[name].codes[value]) for name, value in asked.filters]


def _summary(timed: Sequence[Timed]) -> dict[str, Any]:
    own, beside = _quantiles([one.own for one in timed]), _quantiles([one.fts5 for one in timed])
    return {
        **own,
        "ratio_p95_to_fts5": round(own["p95"] / beside["p95"], 3),
        "fts5": beside,
        "all_facets": _quantiles([one.all_facets for one in timed]),
        "same_totals": round(sum(one.totals[0] == one.totals[1] for one in timed) / len(timed), 3),
        "classes": {kind: _class([one for one in timed if one.asked.kind == kind]) for kind in CLASSES},
    }


def _class(timed: Sequence[Timed]) -> dict[str, Any]:
    return {
        "queries": len(timed),
        **_quantiles([one.own for one in timed]),
        "fts5": _quantiles([one.fts5 for one in timed]),
    }


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    """Return the nearest-rank percentiles."""
    ordered = sorted(times)
    return {f"p{share}": round(ordered[-(-share * len(ordered) // 100) - 1], 3) for share in (50, 95, 99)}


def _widest(bench: Bench, session: orm.Session, timed: Sequence[Timed]) -> float:
    """Return the cost of as many of the most common words as the search box takes."""
    common = sorted({one.asked.text for one in timed if one.asked.kind == "common"}, key=lambda word: (len(word), word))
    query = grammar.parse({"q": [" ".join(common)[:MAX_TEXT]]})
    return min(bench.clock.cost(lambda: bench.ask(session, query))[0] for _ in range(PASSES))
