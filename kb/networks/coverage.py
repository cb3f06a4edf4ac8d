"""Who tests what: the table of drivers by schools, and the tests begun in each month. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDEST = 20  # schools in one table; more cannot be read
LONGEST = 24  # months


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """A line for each driver, a column for each school; 0 where nothing was tested. ``left_out`` counts schools."""

    schools: list[str]
    lines: list[tuple[str, list[int]]]
    left_out: int


@dataclass(frozen=True, slots=True)
class Month:
    """The tests begun in a month; ``share`` is that number in per cent of the largest."""

    first: dt.date
    count: int
    share: float


def table(
    *, drivers: Sequence[tuple[int, str]], schools: Sequence[tuple[int, str]], counts: Mapping[tuple[int, int], int]
) -> CoverageTable:
    """Return the table; of many schools those with the most tests, in the order in which they came."""
    tested = {
        school_id: sum(counts.get((driver_id, school_id), 0) for driver_id, _ in drivers) for school_id, _ in schools
    }
    chosen = set(sorted(tested, key=lambda school_id: -tested[school_id])[:WIDEST])
    shown = [(school_id, name) for school_id, name in schools if school_id in chosen]
    return CoverageTable(
        schools=[name for _, name in shown],
        lines=[
            (title, [counts.get((driver_id, school_id), 0) for school_id, _ in shown]) for driver_id, title in drivers
        ],
        left_out=len(schools) - len(shown),
    )


def by_driver(counts: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Return how many tests each driver has had at all schools together."""
    totals: dict[int, int] = {}
    for (driver_id, _), count in counts.items():
        totals[driver_id] = totals.get(driver_id, 0) + count
    return totals


def months(counts: Mapping[dt.date, int]) -> list[Month]:
    """Return the last 24 months up to the latest one with a test, the empty ones between them too."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    run = [first]
    while run[-1] < last:
        run.append((run[-1] + dt.timedelta(days=32)).replace(day=1))
    run = run[-LONGEST:]
    most = max(counts.get(month, 0) for month in run)
    return [Month(month, counts.get(month, 0), round(100 * counts.get(month, 0) / most, 1)) for month in run]
