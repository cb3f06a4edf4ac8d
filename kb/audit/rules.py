"""What the log is asked for, as it stands in its address. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

LONGEST = 100
FOLDERS = {
    "idea": "ideas",
    "cycle": "cycles",
    "case": "cases",
    "school": "schools",
    "network": "networks",
    "person": "people",
    "comment": "comments",
    "question": "inbox/questions",
    "problem": "inbox/problems",
}
"""Where the page of a kind is; other kinds have none of their own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters, empty where everything is wanted. ``before`` is the number of the row above the page."""

    kind: str = ""
    action: str = ""
    who: str = ""
    record: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    before: int | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return replace(self, before=None) != Asked()

    def address(self, *, before: int | None = None) -> str:
        """Return what stands after "?" for these filters, from the given row on."""
        given = {
            "kind": self.kind,
            "action": self.action,
            "who": self.who,
            "record": self.record,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            "before": str(before) if before else "",
        }
        return urlencode({name: value for name, value in given.items() if value})


def parse(given: Mapping[str, str]) -> Asked:
    """Read the filters; what makes no sense is left out."""
    words = {name: given.get(name, "").strip()[:LONGEST] for name in ("kind", "action", "who", "record")}
    before = given.get("before", "")
    return Asked(
        **words,
        first=_date(given.get("first", "")),
        last=_date(given.get("last", "")),
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < LONGEST // 10 else None,
    )


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
