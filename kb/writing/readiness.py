"""What stands between a write-up and its readers: missing answers, and words that may tell who a student is."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import orm

from kb.attachments.queries import images_without_alt, texts_beside
from kb.items.models import Item
from kb.permissions import Audience
from kb.privacy.queries import open_hits, texts_of
from kb.privacy.rules import Hit
from kb.writing import kinds
from kb.writing.rules import BEYOND_SCHOOL, Blocker

NO_WORDS = "Say what each picture shows, between the square brackets: ![Wall chart of seven talk moves](…)."


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is to be done first: answers and changes by field, and the words somebody has yet to look at."""

    blockers: list[Blocker] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to do."""
        return not self.blockers and not self.hits

    def every(self) -> list[Blocker]:
        """Return both in one list."""
        told = [Blocker(hit.field, f"“{hit.words}”: {hit.advice} Or confirm that it does not.") for hit in self.hits]
        return [*self.blockers, *told]


def readiness(session: orm.Session, item: Item, document: Any, *, publishing: bool = False) -> Readiness:
    """Return what must be done before the document goes to its audience.

    Small counts are among the words that the privacy guard asks about. What everyone may read needs the look of a
    curator too, so ``publishing`` to the public asks for theirs; everything else asks for the author's.
    """
    told = document.model_copy(update={"small_counts_confirmed": True})
    hits: list[Hit] = []
    if document.audience in BEYOND_SCHOOL:
        as_curator = publishing and document.audience is Audience.PUBLIC
        texts = texts_of(document)
        hits = open_hits(session, item, texts | texts_beside(session, item, texts), as_curator=as_curator)
    unsaid = [Blocker(name, NO_WORDS) for name in images_without_alt(texts_of(document))]
    return Readiness([*kinds.blockers(session, told), *unsaid], hits)
