"""The port: what a search engine must do, and the values that go in and come out.

An engine answers one question: which of the allowed items match these terms, with a score each and a mask that says
which terms. Facets, totals, sorts, dropped words and snippets are common code above it.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from kb.errors import KbError

Bitmap = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint32]
PART = 1024  # ids


class IndexUnavailableError(KbError):
    """There is no index, or it cannot be read."""

    title = "The search index cannot be read"
    advice = "Run `kb search rebuild`; nothing is lost, the index is made from the database."


class SearchTimeoutError(KbError):
    """A search took longer than the limit."""

    title = "The search took too long"
    advice = "Use fewer or rarer words."


class Alternative(NamedTuple):
    """One way to match a term: tokens at these distances from each other (one token: anywhere)."""

    tokens: tuple[str, ...]
    offsets: tuple[int, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """What one word or phrase of a query stands for: any of its alternatives. ``text`` is as it was typed."""

    text: str
    alternatives: tuple[Alternative, ...]
    excluded: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """All allowed items that match; bit i of ``mask`` is the i-th term that is not excluded.

    ``indexed`` is the change up to which the index that was searched is complete: read in one step with it.
    """

    ids: Ids
    scores: Scores
    mask: Mask
    indexed: int


@dataclass(frozen=True, slots=True)
class Document:
    """An analysed record: each token with its weight and its positions; ``seq`` is the change it was read at."""

    id: int
    seq: int
    length: float
    words: Mapping[str, float]
    places: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Status:
    """How an index stands. ``problem`` is empty when it can be searched."""

    problem: str
    last: int = -1
    documents: int = 0
    segments: int = 0
    size: int = 0
    made: str = ""


class Engine(Protocol):
    """A search engine. Ids are those of items; ``allowed`` is by item id, what lies beyond it is not allowed."""

    def match(self, terms: Sequence[Term], allowed: Bitmap, *, deadline: float) -> Match:
        """Return the allowed items that match any term and no excluded one; without any wanted term all but those.

        ``deadline`` is on the clock of ``time.monotonic``. Raises SearchTimeoutError or IndexUnavailableError.
        """
        ...

    def last(self) -> int:
        """Return the number of the change up to which the index is complete, -1 if there is no readable index."""
        ...

    def status(self) -> Status:
        """Return how the index stands; never raises."""
        ...

    def faults(self) -> list[str]:
        """Compare what is stored with its checksums; each fault in one sentence."""
        ...

    def sequences(self) -> dict[int, int]:
        """Return the id of every document and the change number it was read at."""
        ...

    def hold(self) -> bool:
        """Become the one writer, if no other process is; keep it until ``release``."""
        ...

    def release(self) -> None:
        """Let another process become the writer."""
        ...

    def apply(self, documents: Sequence[Document], removed: Iterable[int], *, last: int) -> None:
        """Replace and remove documents in one commit, one operation per id, and note the change number."""
        ...

    def merge(self) -> None:
        """Put together what many commits left in parts, for faster searches; searches go on meanwhile."""
        ...

    def rebuilding(self, *, last: int) -> AbstractContextManager[str]:
        """Make an empty index beside the one in use and give its name; at the end of the block it is swapped in.

        After a fault in the block the old one stays in use.
        """
        ...

    def fill(self, name: str, documents: Iterable[Document]) -> int:
        """Add documents to an index that is being made and return how many; any number of processes may at once.

        Two processes never hold ids of the same thousand and twenty-four (``PART``) between them.
        """
        ...

    def rebuild(self, documents: Iterable[Document], *, last: int) -> None:
        """Make a new index of these documents, all in this process."""
        ...
