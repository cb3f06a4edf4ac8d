"""Measures whole search pages over HTTP, as a visitor without an account gets them, with no page cache in between."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from kb.bench import processes, search_corpus
from kb.bench.measure import Address
from kb.bench.search_cpu import MILLION, Clock
from kb.bench.search_queries import CLASSES
from kb.config import Settings
from kb.db import Database

PASSES = 3
JUDGED = ("common", "two")


def measure(settings: Settings, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the CPU of a page in milliseconds by class of query, that of a database server too."""
    prepared = search_corpus.read(settings.data_dir)
    clock = Clock(Database(settings.database))
    cpu: dict[str, list[float]] = {kind: [] for kind in CLASSES}
    fragments: list[float] = []
    with processes.product({**environment, "KB_PAGE_CACHE_MB": "0"}) as server:
        processes.wait_until_idle([server])
        for asked in prepared.queries:
            words = urlencode([("q", asked.text), *asked.filters])
            cpu[asked.kind].append(_best(Address(server, f"/search?{words}"), clock, warm=not cpu["rare"]))
            fragments.append(_best(Address(server, f"/search?{words}&fragment=1"), clock))
    judged = sorted(time for kind in JUDGED for time in cpu[kind])
    return {
        "cpu_ms_p50": {kind: _middle(times) for kind, times in cpu.items()},
        "common_and_two_p50": _middle(judged),
        "fragment_p50": _middle(fragments),
        "fragment_p95": round(sorted(fragments)[-(-95 * len(fragments) // 100) - 1], 2),
    }


def _best(address: Address, clock: Clock, *, warm: bool = False) -> float:
    """Return the CPU of the cheapest of some requests, after one that is not counted."""
    if warm:
        address.warm_up()
    address.round(1)
    best = min(_once(address, clock) for _ in range(PASSES))
    address.close()
    return best


def _once(address: Address, clock: Clock) -> float:
    before = clock.server()
    address.round(1)
    return address.cpu[-1] + (clock.server() - before) / MILLION


def _middle(times: list[float]) -> float:
    return round(sorted(times)[len(times) // 2], 2) if times else 0.0
