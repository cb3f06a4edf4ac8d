"""The measurement of pages: what it asks for, what it reports, and that it really measures."""

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.bench.bare import make
from kb.bench.commands import bench
from kb.bench.measure import Figures, PageError, side_by_side
from kb.bench.pages import LIMITS, WAYS, as_text, prepare_seeded
from kb.bench.processes import Server, ServerError, bare, product, wait_until_idle
from kb.bench.seed import seed
from kb.bench.size import Size
from kb.bench.targets import NothingToMeasureError, targets
from kb.db import Database

PAGES = {
    "home",
    "search",
    "search_two_words",
    "idea",
    "idea_most_tested",
    "cycle",
    "case",
    "school",
    "network",
    "lineage",
    "lineage_most_tested",
    "method",
    "glossary",
}


def test_the_bare_page_is_one_row_in_9_kilobytes(tmp_path: Path) -> None:
    client = make(tmp_path).test_client()
    page = client.get("/1", headers={"Accept-Encoding": "gzip"})
    assert 9_000 <= len(page.data) <= 9_999
    assert "Content-Encoding" not in page.headers
    assert "One row, read through the ORM." in page.text


def test_every_kind_of_page_is_asked_for_by_a_record_everyone_may_read(database: Database) -> None:
    seed(database, Size.of_schools(3), 7)
    paths = targets(database)
    assert set(paths) == PAGES - {"glossary"}  # seeded databases have methods of their own and no terms
    assert paths == targets(database)
    assert paths["idea"] != paths["idea_most_tested"]


def test_an_empty_database_is_said_to_be_empty(sqlite_database: Database) -> None:
    with pytest.raises(NothingToMeasureError):
        targets(sqlite_database)


def test_cpu_time_is_that_of_the_process() -> None:
    server = Server(0, (os.getpid(),))
    before, own = server.cpu_ns(), time.process_time_ns()
    while time.process_time_ns() - own < 30_000_000:
        pass
    assert 30e6 <= server.cpu_ns() - before < 300e6


def test_the_table_names_what_is_over_its_limit() -> None:
    figures = Figures(2.5, 2.6, 3.0, 9_000, 4.5).as_json()
    report = {
        "pages": {"idea": {"path": "/ideas/x", **dict.fromkeys(WAYS, figures)}},
        "bare": figures,
        "limits": [{"page": "idea", "way": "uncached", "limit": 4.0, "ratio": 4.5, "met": False}],
    }
    assert "Over the limit: idea uncached 4.5 (limit 4.0)" in as_text(report)
    assert set(LIMITS.values()) == {1.0, 4.0}


def test_addresses_are_measured_side_by_side_over_http(tmp_path: Path) -> None:
    with bare(tmp_path) as server:
        wait_until_idle([server])
        plain, others = side_by_side(server, {"again": server}, "/1", 40)
        with pytest.raises(PageError, match="/2 answered 500"):
            side_by_side(server, {"missing": server}, "/2", 40)
    assert plain.ratio_to_bare == 1
    assert 0.3 < others["again"].ratio_to_bare < 3
    assert plain.bytes == others["again"].bytes > 9_000
    assert plain.cpu_ms > 0
    assert 0 < plain.p50_ms <= plain.p95_ms


def test_a_server_that_does_not_start_is_named(tmp_path: Path) -> None:
    environment = {**os.environ, "KB_DATA_DIR": str(tmp_path), "KB_THREADS": "0"}
    with pytest.raises(ServerError, match="serve"), product(environment):
        pass


@pytest.mark.slow
def test_the_whole_measurement_over_http(tmp_path: Path) -> None:
    prepare_seeded(tmp_path, 2)
    said = CliRunner().invoke(bench, ["pages", "--json", "--data", str(tmp_path), "--requests", "40"])
    report = json.loads(said.stdout)
    assert set(report["pages"]) == PAGES
    for page in report["pages"].values():
        for way in WAYS:
            assert set(page[way]) == {"cpu_ms", "p50_ms", "p95_ms", "ratio_to_bare", "bytes"}
            assert min(page[way].values()) > 0
    assert {(one["page"], one["way"]) for one in report["limits"]} == set(LIMITS)
    assert report["records"] == {"idea": 30, "cycle": 120, "case": 2}
    cached, uncached = (report["pages"]["idea"][way]["cpu_ms"] for way in WAYS)
    assert cached < uncached
