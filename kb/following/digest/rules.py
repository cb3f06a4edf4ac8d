"""When a digest is due: pure. A day begins when people on the US mainland begin theirs."""

import datetime as dt
import enum

DAY_BEGINS = dt.timedelta(hours=11)  # UTC: 6 in the morning in New York in winter


class Frequency(enum.StrEnum):
    """How often a person wants the digest."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


SENT = (Frequency.DAILY, Frequency.WEEKLY)


def period(frequency: Frequency, now: dt.datetime) -> str:
    """Return the name of the period a moment lies in: ``2026-11-22``, or ``2026-W47`` (from Monday); "" for never."""
    day = (now.astimezone(dt.UTC) - DAY_BEGINS).date()
    match frequency:
        case Frequency.DAILY:
            return day.isoformat()
        case Frequency.WEEKLY:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case Frequency.OFF:
            return ""
