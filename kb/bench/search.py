"""Measures search on a seeded corpus beside SQLite FTS5: every step in a process of its own, so that none sees another.

A search is the product's own: the change number, the words, matching, access rule, total, counts on six facets that
leave out their own selection, the first 20 results and their 20 snippets, for one member of a school.
"""

import os
import platform
import resource
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from kb.bench import hidden as hidden_words
from kb.bench import processes, search_corpus, search_http, search_measure
from kb.bench.search_cpu import Clock
from kb.bench.search_queries import CLASSES
from kb.config import Settings
from kb.db import Database
from kb.errors import KbError

LIMITS: dict[tuple[str, int], dict[str, float]] = {
    ("whoosh", 2_000): {"p50": 6, "p95": 12, "ratio_p95_to_fts5": 2.0},
    ("whoosh", 20_000): {"p50": 10, "p95": 30, "ratio_p95_to_fts5": 1.2},
    ("whoosh", 100_000): {"p50": 30, "p95": 110, "ratio_p95_to_fts5": 1.0, "rss_mb": 400},
    ("postgres", 2_000): {"p50": 7, "p95": 16},
    ("postgres", 20_000): {"p50": 12, "p95": 60},
    ("postgres", 100_000): {"p50": 25, "p95": 150},
}
EVERYWHERE = {"widest_query_ms": 500, "first_search_seconds": 3, "update_to_visible_ms": 2_000}
HTTP_LIMITS = {2_000: 12.0, 20_000: 18.0}  # CPU ms a page
FRAGMENT_FACTOR, FRAGMENT_MS = 1.2, 5.0  # of the time of the search itself, and so much more
LEAST_RATE = {("whoosh", 20_000): 250, ("whoosh", 100_000): 200}  # documents a CPU second
Progress = Callable[[str], None]
Name = Literal["whoosh", "postgres"]


class NoServerError(KbError):
    """The PostgreSQL engine was asked for without a PostgreSQL database."""

    title = "There is no PostgreSQL database to measure"
    advice = "Name an empty one, or one this command filled: --database postgresql+psycopg://user@/name"


def measure(data: Path, size: int, engine: Name, url: str | None, *, build: bool, progress: Progress) -> dict[str, Any]:
    """Return the report as ``--json`` writes it; ``data`` keeps the corpus and the index, ``url`` names a database."""
    if engine == "postgres" and not (url or "").startswith("postgresql"):
        raise NoServerError
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=data, database_url=url or "", search=engine)
    progress(f"preparing {size:,} records")
    _apart(_prepare, settings, size)
    report: dict[str, Any] = {
        "engine": engine,
        "size": size,
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
    }
    built = {}
    if build:
        progress("building the index")
        built = _build(settings)
    progress("searching")
    report |= _apart(search_measure.measure, data, settings)
    if built:
        report["build"] = {**built, "documents_per_cpu_second": round(report["records"] / built["cpu_seconds"], 1)}
    return {**report, "limits": limits(report)}


def over_http(
    data: Path, url: str | None, engine: Name, report: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Return the CPU of whole pages and of fragments, for the corpus that ``measure`` left in the folder."""
    progress("asking for pages")
    settings = Settings(data_dir=data, database_url=url or "", search=engine)
    measured: dict[str, Any] = _apart(search_http.measure, settings, _environment(data, engine, url))
    limit = HTTP_LIMITS.get(report["size"])
    fragment = round(FRAGMENT_FACTOR * report["p95"] + FRAGMENT_MS, 2)
    return {
        **measured,
        "limit": limit,
        "met": limit is None or measured["common_and_two_p50"] <= limit,
        "fragment_limit": fragment,
        "fragment_met": measured["fragment_p95"] <= fragment,
    }


def hidden(data: Path, size: int, pairs: int, progress: Progress) -> dict[str, Any]:
    """Return whether words of hidden records can be told from nonsense, on the corpus of the folder."""
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=data)
    if not settings.index_dir.is_dir():
        progress(f"preparing {size:,} records")
        _apart(_prepare, settings, size)
        _build(settings)
    progress("asking for pairs of words")
    found: dict[str, Any] = _apart(hidden_words.measure, settings, _environment(data, "whoosh", None), pairs)
    return found


def hidden_as_text(report: Mapping[str, Any]) -> str:
    """Return the report for people."""
    lines = [f"{report['same_page']:,} of {report['pairs']:,} pairs gave the same page"]
    for name, words in (("cpu_ms", "CPU of the server"), ("ms", "time for the visitor")):
        one = report[name]
        figures = f"hidden {one['hidden']} ms, nonsense {one['nonsense']} ms, {one['per_cent']} % apart"
        lines.append(f"{words}, medians: {figures}")
    return "\n".join([*lines, "" if report["met"] else "MISSED"]).rstrip()


def _environment(data: Path, engine: str, url: str | None) -> dict[str, str]:
    """Return the environment without the operator's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    own = {"KB_DATA_DIR": str(data), "KB_SEARCH": engine, "KB_LOG_LEVEL": "error"}
    return {**kept, **own, **({"KB_DATABASE_URL": url} if url else {})}


def _apart(run: Callable[..., Any], *arguments: Any) -> Any:
    """Run a function in a fresh process, which begins with nothing in memory; what it prints is for people."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=os.dup2, initargs=(2, 1)) as pool:
        return pool.submit(run, *arguments).result()


def _prepare(settings: Settings, size: int) -> None:
    database = Database(settings.database)
    search_corpus.fill(database, size)
    search_corpus.prepare(database, settings.data_dir)
    database.close()


def _build(settings: Settings) -> dict[str, float]:
    """Make the index by the command that operators use; its children and the server of the database count too."""
    database = Database(settings.database)
    clock, before, began = Clock(database), _children(), time.perf_counter()
    server = clock.server()
    own = _environment(settings.data_dir, settings.search, settings.database_url or None)
    processes.kb("search", "rebuild", environment=own)
    cpu = _children() - before + (clock.server() - server) / 1e9
    database.close()
    return {"cpu_seconds": round(cpu, 2), "seconds": round(time.perf_counter() - began, 2)}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def limits(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return which of the figures to reach are reached."""
    key = report["engine"], report["size"]
    highest = {**LIMITS.get(key, {}), **EVERYWHERE}
    found = [
        (name, limit, report[name], report[name] is not None and report[name] <= limit)
        for name, limit in highest.items()
    ]
    if "build" in report and key in LEAST_RATE:
        rate = report["build"]["documents_per_cpu_second"]
        found.append(("documents_per_cpu_second", LEAST_RATE[key], rate, rate >= LEAST_RATE[key]))
    return [{"figure": name, "limit": limit, "measured": value, "met": met} for name, limit, value, met in found]


def as_text(report: Mapping[str, Any]) -> str:
    """Return the report as a table for people."""
    lines = [
        f"{report['engine']}, {report['records']:,} records of {report['words_a_record']} words; CPU ms a search",
        f"{'':12}{'p50':>9}{'p95':>9}{'p99':>9}{'FTS5 p50':>11}{'p95':>9}{'p99':>9}",
    ]
    rows = [("all", report), *((kind, report["classes"][kind]) for kind in CLASSES)]
    for name, one in rows:
        own = "".join(f"{one[share]:>9.2f}" for share in ("p50", "p95", "p99"))
        beside = "".join(f"{one['fts5'][share]:>{width}.2f}" for share, width in (("p50", 11), ("p95", 9), ("p99", 9)))
        lines.append(f"{name:12}{own}{beside}")
    lines += [
        f"{one['figure']:26}{one['measured']!s:>10}  limit {one['limit']}{'' if one['met'] else '  MISSED'}"
        for one in report["limits"]
    ]
    if "http" in report:
        pages = report["http"]
        limit = f"  limit {pages['limit']}{'' if pages['met'] else '  MISSED'}"
        lines.append(f"{'page, common and two, p50':26}{pages['common_and_two_p50']:>10}{limit}")
        limit = f"  limit {pages['fragment_limit']}{'' if pages['fragment_met'] else '  MISSED'}"
        lines.append(f"{'fragment, p95':26}{pages['fragment_p95']:>10}{limit}")
    return "\n".join(lines)
