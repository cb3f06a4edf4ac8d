"""Gathers documents in flat arrays, posting by posting in the order they come, and sorts them by token at the end."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, count
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.search.engine import Document
from kb.search.whoosh.codec import NUMBER, PLACE, WEIGHT, Postings

Numbers = npt.NDArray[np.int64]


class Gathered:
    """Documents that are to become one segment."""

    def __init__(self) -> None:
        self._tokens: defaultdict[str, int] = defaultdict(count().__next__)  # numbered as they appear
        self._words = array("I")
        self._weights = array("f")
        self._placed = array("I")
        self._counts = array("I")
        self._places = array("H")
        self._documents: list[tuple[int, int, int]] = []  # number, words, placed words

    def __len__(self) -> int:
        return len(self._words)

    def add(self, number: int, document: Document) -> None:
        """Add a document under a number that is higher than all before."""
        number_of = self._tokens.__getitem__
        self._words.extend(map(number_of, document.words))
        self._weights.extend(document.words.values())
        self._placed.extend(map(number_of, document.places))
        self._counts.extend(map(len, document.places.values()))
        self._places.extend(chain.from_iterable(document.places.values()))
        self._documents.append((number, len(document.words), len(document.places)))

    def words(self) -> Iterator[tuple[bytes, Postings]]:
        """Yield the documents and weights of each token, in the order of the tokens' bytes."""
        weights = np.frombuffer(self._weights, WEIGHT)
        for token, ids, chosen in self._lists(self._words, 1):
            yield token, Postings(_array("I", ids), _array("f", weights[chosen]))

    def places(self) -> Iterator[tuple[bytes, Postings]]:
        """Yield the documents and places of each token, in the order of the tokens' bytes."""
        counts = np.frombuffer(self._counts, NUMBER)
        places = np.frombuffer(self._places, PLACE)
        starts = np.cumsum(counts, dtype=np.int64) - counts
        for token, ids, chosen in self._lists(self._placed, 2):
            many = counts[chosen]
            ends = np.cumsum(many, dtype=np.int64)
            at = np.arange(ends[-1]) + np.repeat(starts[chosen] - (ends - many), many)
            yield token, Postings(_array("I", ids), counts=_array("I", many), places=_array("H", places[at]))

    def _lists(self, tokens: "array[int]", which: int) -> Iterator[tuple[bytes, npt.NDArray[np.uint32], Numbers]]:
        """Yield the documents of each token and where its postings lie."""
        known = np.frombuffer(tokens, NUMBER)
        order = np.argsort(known, kind="stable")
        ends = np.cumsum(np.bincount(known, minlength=len(self._tokens)))
        documents = np.array([document[0] for document in self._documents], NUMBER)
        ids = np.repeat(documents, [document[which] for document in self._documents])[order]
        for token, number in sorted((token.encode(), number) for token, number in self._tokens.items()):
            part = slice(ends[number - 1] if number else 0, ends[number])
            if part.start < part.stop:
                yield token, ids[part], order[part]


def _array(code: str, values: npt.NDArray[Any]) -> "array[Any]":
    made: array[Any] = array(code)
    made.frombytes(values.tobytes())
    return made
