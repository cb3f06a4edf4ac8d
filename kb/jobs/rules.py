"""When a failed job is tried again, and which turn of a repeated job it is: pure."""

import datetime as dt

FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=6)
GROWTH = 4
_START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def wait_after(attempts: int) -> dt.timedelta:
    """Return how long to wait after this many failed attempts: half a minute, 2, 8, 32 minutes, then hours."""
    factor: int = GROWTH ** min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)


def turn(moment: dt.datetime, every: dt.timedelta) -> int:
    """Return the number of the turn a moment lies in, the same on every node."""
    return (moment - _START) // every


def turn_key(kind: str, moment: dt.datetime, every: dt.timedelta) -> str:
    """Return the key of a repeated job in this turn: unique, so that only one node adds it."""
    return f"{kind}@{turn(moment, every)}"
