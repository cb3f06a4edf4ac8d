"""How postings lie on disk: blocks of packed numbers, so that neither writing nor reading costs a call a posting.

The frame around the blocks is Whoosh's own, so that its reader and its matcher work on them unchanged. This builds on
the inside of Whoosh 2.7.4, which is pinned; tests hold it against Whoosh's own codec, writer and matcher.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3LeafMatcher, W3PostingsWriter

BLOCK = 32_768
NUMBER, WEIGHT, PLACE = np.dtype(np.uint32), np.dtype(np.float32), np.dtype(np.uint16)


@dataclass(slots=True)
class Postings:
    """The documents of one token, in order: with its weight in each, or with its ``places``, so many as ``counts``."""

    ids: "array[int]" = field(default_factory=lambda: array("I"))
    weights: "array[float]" = field(default_factory=lambda: array("f"))
    counts: "array[int]" = field(default_factory=lambda: array("I"))
    places: "array[int]" = field(default_factory=lambda: array("H"))


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a posting list; ``weights`` is None where each is 1."""

    ids: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32] | None
    counts: npt.NDArray[np.uint32]
    places: npt.NDArray[np.uint16]


class Codec(W3Codec):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's codec with packed blocks and without statistics of lengths, which nothing reads."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=BLOCK, compression=0)

    def field_writer(self, storage: Any, segment: Any) -> "FieldWriter":
        """Return the writer of a segment's postings."""
        return FieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> "_PostingsWriter":  # noqa: FBT001, FBT002 - whoosh's
        """Return the writer of posting lists."""
        return _PostingsWriter(dbfile, BLOCK, byteids=byteids, compression=0)

    def postings_reader(
        self, dbfile: Any, terminfo: Any, format_: Any, term: object = None, scorer: object = None
    ) -> "Matcher":
        """Return the reader of one posting list."""
        return Matcher(dbfile, *terminfo.extent(), format_, term=term, scorer=scorer)


class FieldWriter(W3FieldWriter):  # type: ignore[misc]  # whoosh has no types
    """Writes whole posting lists, token by token in order."""

    def add_list(self, token: bytes, postings: Postings) -> None:
        """Write the posting list of the next token."""
        self.start_term(token)
        self._postwriter.add_list(postings)
        self.finish_term()


class _PostingsWriter(W3PostingsWriter):  # type: ignore[misc]  # whoosh has no types
    _counts: "array[int]"

    def add_list(self, postings: Postings) -> None:
        done = 0
        for start in range(0, len(postings.ids), BLOCK):
            part = slice(start, start + BLOCK)
            self._ids = postings.ids[part]
            self._counts = postings.counts[part]
            self._weights = postings.weights[part] or array("f", [1.0]) * len(self._ids)
            self._maxweight = max(self._weights)
            places = sum(self._counts)
            self._values = postings.places[done : done + places]
            done += places
            self._write_block(last=start + BLOCK >= len(postings.ids))

    def _mini_ids(self) -> bytes:
        return bytes(self._ids.tobytes())

    def _mini_weights(self) -> bytes | None:
        return None if self._weights.count(1.0) == len(self._weights) else self._weights.tobytes()

    def _mini_values(self) -> tuple[bytes, bytes] | None:
        return (self._counts.tobytes(), self._values.tobytes()) if self._counts else None


class Matcher(W3LeafMatcher):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's matcher over packed blocks; ``blocks`` gives them whole."""

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks from the first; to be called on a fresh matcher."""
        while True:
            yield self._block()
            if self._lastblock:
                return
            self._goto(self._nextoffset)

    def _block(self) -> Block:
        if self._data is None:
            self._read_data()
        ids, weights, values = self._data
        counts, places = values or (b"", b"")
        return Block(
            np.frombuffer(ids, NUMBER),
            None if weights is None else np.frombuffer(weights, WEIGHT),
            np.frombuffer(counts, NUMBER),
            np.frombuffer(places, PLACE),
        )

    def _read_ids(self) -> None:
        self._ids = self._block().ids.tolist()

    def _read_weights(self) -> None:
        weights = self._block().weights
        self._weights = [1.0] * self._blocklength if weights is None else weights.tolist()

    def _read_values(self) -> None:
        block = self._block()
        ends = np.cumsum(block.counts)[:-1] if len(block.counts) else np.zeros(self._blocklength - 1, np.int64)
        self._values = [part.tobytes() for part in np.split(block.places, ends)]
