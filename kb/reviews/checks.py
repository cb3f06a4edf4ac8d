"""The automatic checks of a write-up: missing answers, words that may tell of a child, pictures without words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import orm

from kb.attachments.queries import texts_beside
from kb.items.models import Item
from kb.privacy.queries import open_hits, texts_of
from kb.privacy.rules import Hit
from kb.reviews.rules import Finding, images_without_words
from kb.writing import kinds
from kb.writing.rules import BEYOND_SCHOOL


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found; ``hits`` are the words a curator has yet to look at."""

    findings: list[Finding] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    def at(self, name: str) -> Iterator[Finding]:
        """Yield what was found at a field."""
        return (finding for finding in self.findings if finding.field == name)


def check(session: orm.Session, item: Item, document: Any) -> Checked:
    """Return what must be looked at before this text goes to its audience."""
    findings = [Finding(blocker.field, blocker.message) for blocker in kinds.blockers(session, document)]
    texts = texts_of(document)
    findings += images_without_words(texts)
    goes_beyond = document.audience in BEYOND_SCHOOL
    if not goes_beyond:
        return Checked(findings, [])
    texts |= texts_beside(session, item, texts)
    return Checked(findings, open_hits(session, item, texts, as_curator=True))
