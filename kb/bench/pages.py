"""Measures every kind of page beside a bare one and says which limits hold."""

import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kb import config
from kb.bench import processes
from kb.bench.measure import Figures, side_by_side
from kb.bench.targets import targets
from kb.db import Database
from kb.items.models import Item

WAYS = ("cached", "uncached")
LIMITS = {
    (page, way): limit for page in ("idea", "cycle", "case") for way, limit in (("cached", 1.0), ("uncached", 4.0))
}
Progress = Callable[[str], None]


def measure(data: Path, requests: int, progress: Progress) -> dict[str, Any]:
    """Measure the pages of the database in the folder; return the report as ``--json`` writes it."""
    database = Database(config.Settings(data_dir=data).database)
    paths, records = targets(database), _records(database)
    database.close()
    pages: dict[str, Any] = {}
    plain: list[Figures] = []
    with _servers(data) as (bare, servers):
        processes.wait_until_idle((bare, *servers.values()))
        for name, path in paths.items():
            progress(name)
            beside, figures = side_by_side(bare, servers, path, requests)
            plain.append(beside)
            pages[name] = {"path": path, **{way: one.as_json() for way, one in figures.items()}}
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "records": records,
        "requests": requests,
        "bare": sorted(plain, key=lambda one: one.cpu_ms)[len(plain) // 2].as_json(),
        "pages": pages,
        "limits": [_limit(pages, page, way, limit) for (page, way), limit in LIMITS.items() if page in pages],
    }


def prepare_demo(data: Path) -> None:
    """Fill the folder with the shipped content and its index."""
    environment = _environment(data)
    processes.kb("db", "upgrade", environment=environment)
    processes.kb("import", str(config.bundled("content")), environment=environment)
    processes.kb("search", "rebuild", environment=environment)


def prepare_seeded(data: Path, schools: int) -> None:
    """Fill the folder with shipped methods and terms, seeded records and the index of all."""
    environment = _environment(data)
    processes.kb("db", "upgrade", environment=environment)
    for part in ("methods", "glossary"):
        processes.kb("import", str(config.bundled("content") / part), environment=environment)
    processes.kb("bench", "seed", "--schools", str(schools), environment=environment)
    processes.kb("search", "rebuild", environment=environment)


def as_text(report: Mapping[str, Any]) -> str:
    """Return the report as a table for people."""
    head = f"{'page':22}" + "".join(f"{way + ': CPU ms':>18}{'to bare':>9}{'p50':>8}{'p95':>8}" for way in WAYS)
    lines = [f"{head}{'kB':>8}"]
    for name, page in report["pages"].items():
        cells = "".join(_cells(page[way]) for way in WAYS)
        lines.append(f"{name:22}{cells}{page[WAYS[0]]['bytes'] / 1000:>8.1f}")
    lines.append(f"The bare page takes {report['bare']['cpu_ms']:.2f} ms of CPU.")
    missed = [one for one in report["limits"] if not one["met"]]
    lines += [f"Over the limit: {one['page']} {one['way']} {one['ratio']} (limit {one['limit']})" for one in missed]
    return "\n".join(lines)


def _cells(figures: Mapping[str, Any]) -> str:
    times = f"{figures['p50_ms']:>8.2f}{figures['p95_ms']:>8.2f}"
    return f"{figures['cpu_ms']:>18.2f}{figures['ratio_to_bare']:>9.2f}{times}"


@contextmanager
def _servers(data: Path) -> Iterator[tuple[processes.Server, dict[str, processes.Server]]]:
    """Run the bare page, and the product twice: with its page cache and without."""
    with (
        tempfile.TemporaryDirectory(prefix="kb-bench") as folder,
        processes.bare(Path(folder)) as bare,
        processes.product(_environment(data)) as cached,
        processes.product(_environment(data, KB_PAGE_CACHE_MB="0")) as uncached,
    ):
        yield bare, dict(zip(WAYS, (cached, uncached), strict=True))


def _environment(data: Path, **settings: str) -> dict[str, str]:
    """Return the environment without the operator's own settings: every run measures the same product."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return {**kept, "KB_DATA_DIR": str(data), **settings}


def _records(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            row[0].value: row[1] for row in session.execute(sa.select(Item.kind, sa.func.count()).group_by(Item.kind))
        }


def _limit(pages: Mapping[str, Any], page: str, way: str, limit: float) -> dict[str, Any]:
    ratio = pages[page][way]["ratio_to_bare"]
    return {"page": page, "way": way, "limit": limit, "ratio": ratio, "met": ratio <= limit}
