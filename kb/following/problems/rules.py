"""How long a report of a privacy problem is kept, its limits, and which record an address is about. Pure."""

import datetime as dt
import re
from urllib.parse import urlsplit

from kb.ids import PUBLIC_ID

KEPT = dt.timedelta(days=180)
LONGEST = 3_000
LONGEST_PAGE = 500
_RECORD = re.compile(rf"/(idea|cycle|case|school|network)s/({PUBLIC_ID.pattern})(?:-|/|$)")


def record_of(page: str) -> tuple[str, str] | None:
    """Return kind and public id of the record that an address names, None for any other page."""
    try:
        path = urlsplit(page.strip()).path
    except ValueError:
        return None
    found = _RECORD.search(path)
    return (found.group(1), found.group(2)) if found else None
