"""Every kind of job is known to the worker, whichever feature it belongs to."""

import re
from pathlib import Path

from kb import work
from kb.jobs.registry import KINDS

KB = Path(__file__).parent.parent.parent / "kb"
_JOB = re.compile(r"^@job\(", re.MULTILINE)


def test_the_worker_knows_every_handler() -> None:
    assert work.__all__
    written = {
        ".".join(path.relative_to(KB.parent).with_suffix("").parts)
        for path in KB.rglob("*.py")
        if _JOB.search(path.read_text())
    }
    assert written == {kind.handler.__module__ for kind in KINDS.values() if kind.handler.__module__.startswith("kb.")}


def test_repeated_jobs_come_at_most_every_minute() -> None:
    for kind in KINDS.values():
        assert kind.every is None or kind.every.total_seconds() >= 60, kind.name
