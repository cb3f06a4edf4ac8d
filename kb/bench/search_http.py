"""Measures whole search pages over HTTP, as a visitor without an account gets them, with no page cache in between."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kb.bench import processes, search_corpus
from kb.bench.measure import Address
from kb.bench.search_queries import CLASSES

PASSES = 3
JUDGED = ("common", "two")


def measure(data: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return CPU of the server and time for the client, in milliseconds a page, by class of query."""
    prepared = search_corpus.read(data)
    cpu: dict[str, list[float]] = {kind: [] for kind in CLASSES}
    with processes.product({**environment, "KB_PAGE_CACHE_MB": "0"}) as server:
        for asked in prepared.queries:
            address = Address(server, f"/search?{urlencode([('q', asked.text), *asked.filters])}")
            if not cpu["rare"]:
                address.warm_up()
            address.round(1)
            address.cpu.clear()
            for _ in range(PASSES):
                address.round(1)
            cpu[asked.kind].append(min(address.cpu))
            address.close()
    judged = sorted(time for kind in JUDGED for time in cpu[kind])
    return {
        "cpu_ms_p50": {kind: _middle(times) for kind, times in cpu.items()},
        "common_and_two_p50": _middle(judged),
    }


def _middle(times: list[float]) -> float:
    return round(sorted(times)[len(times) // 2], 2) if times else 0.0
