"""How long a write-up waits. Pure."""

import datetime as dt


def waiting_days(since: dt.datetime, now: dt.datetime) -> int:
    """Return for how many whole days something has been waiting."""
    return max(0, (now - since).days)
