"""The automatic checks of a write-up, for whoever reviews it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import orm

from kb.items.models import Item
from kb.privacy.rules import Hit
from kb.writing.readiness import readiness
from kb.writing.rules import Blocker


@dataclass(frozen=True, slots=True)
class Checked:
    """What has to be mended first, and the words somebody has yet to look at."""

    findings: list[Blocker] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    def at(self, name: str) -> Iterator[Blocker]:
        """Yield what was found at a field."""
        return (finding for finding in self.findings if finding.field == name)


def check(session: orm.Session, item: Item, document: Any) -> Checked:
    """Return what must be looked at before this text goes to its audience."""
    ready = readiness(session, item, document, publishing=True)
    return Checked(ready.blockers, ready.hits)
