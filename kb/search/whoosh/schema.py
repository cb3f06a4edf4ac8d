"""How documents lie in the Whoosh index: what is scored has no positions, what phrases need has no scores.

Tokens come ready from the analyser, so the fields only pack them. ``compound=False`` and the codec must be repeated at
every writer, else they fall back to slower ones.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec

FORMAT = 2  # raise when the schema changes: an index of another format is rebuilt
WORDS, PLACES = "words", "places"
ID, SEQ, LENGTH = "id", "seq", "length"
BLOCK = 4096
PLACE_TYPE = np.dtype(np.uint16)
Posting = tuple[bytes, int, float, bytes]


class _Values(formats.Existence):  # type: ignore[misc]  # whoosh has no types
    """Postings whose value is bytes of any length."""

    posting_size = -1


class WeightedWords(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """Tokens with the sum of their weights."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Mapping[str, float], **_options: Any) -> Iterator[Posting]:
        """Yield one posting a token."""
        for token, weight in value.items():
            yield token.encode(), 1, weight, b""


class Places(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """Tokens with all their positions in the document."""

    def __init__(self) -> None:
        super().__init__(_Values(), None)

    def index(self, value: Mapping[str, Sequence[int]], **_options: Any) -> Iterator[Posting]:
        """Yield one posting a token, its positions as 16-bit numbers in this machine's order."""
        for token, positions in value.items():
            yield token.encode(), 1, 1.0, array("H", positions).tobytes()


class Codec(W3Codec):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's codec without statistics of lengths, for which it would look for a file at each posting."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=0)


def make() -> fields.Schema:
    """Return the schema of a new index."""
    return fields.Schema(
        id=fields.COLUMN(columns.NumericColumn("q")),
        seq=fields.COLUMN(columns.NumericColumn("q")),
        length=fields.COLUMN(columns.NumericColumn("f")),
        words=WeightedWords(),
        places=Places(),
    )


def writer_options(memory_mb: int) -> dict[str, Any]:
    """Return what every writer is opened with."""
    return {"codec": Codec(), "compound": False, "limitmb": memory_mb, "timeout": 10}
