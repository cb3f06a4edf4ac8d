"""A range of days, as the two fields of a form give it: either end may be open. Pure."""

import datetime as dt
import re
from collections.abc import Sequence

NAME = "started"  # how the filter is called; in an address it is ``from`` and ``to``
FIELDS = ("from", "to")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


def parse(first: str, last: str) -> tuple[str, ...]:
    """Return both ends as ISO days, "" for an open one; nothing where neither makes sense. Turned round if need be."""
    days = [_day(first), _day(last)]
    if days == [None, None]:
        return ()
    if days[0] and days[1] and days[1] < days[0]:
        days.reverse()
    return tuple("" if day is None else day.isoformat() for day in days)


def days(values: Sequence[str]) -> tuple[dt.date | None, dt.date | None]:
    """Return the two ends of a parsed range as dates."""
    first, last = (dt.date.fromisoformat(value) if value else None for value in values)
    return first, last


def ordinals(values: Sequence[str]) -> tuple[int, int]:
    """Return the first and the last day of a parsed range as ordinals (days since the year 1)."""
    first, last = days(values)
    return (first or EARLIEST).toordinal(), (last or LATEST).toordinal()


def _day(typed: str) -> dt.date | None:
    if not _DAY.fullmatch(typed):
        return None
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
