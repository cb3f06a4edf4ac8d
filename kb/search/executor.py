"""Common arithmetic of engines that can give postings: which documents match, with BM25 over weighted words.

A token's weight is the sum over the fields it stands in (title three times and so on), so one BM25 with B 0.75 and K1 2
over it is BM25F. Hidden documents take part in the rarity of a word and in nothing else; no score is ever shown.
"""

import time
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kb.search.engine import Alternative, Bitmap, Match, SearchTimeoutError, Term

B = 0.75
K1 = 2.0
Documents = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Postings(Protocol):
    """What the executor reads from an index: arrays, each sorted by document."""

    def postings(self, token: str, deadline: float) -> tuple[Documents, Floats]:
        """Return the documents that hold the token and its weight in each."""
        ...

    def places(self, token: str, deadline: float) -> Documents:
        """Return every occurrence, sorted, as document * 2 ** ``place_bits`` + position."""
        ...


class Executor:
    """One search over an index whose documents are numbered from 0; ``allowed`` is by document."""

    def __init__(
        self,
        postings: Postings,
        *,
        ids: Documents,
        lengths: Floats,
        alive: Bitmap,
        last: int,
        place_bits: int,
        deadline: float,
    ) -> None:
        self._postings = postings
        self._last = last
        self._ids = ids
        self._alive = alive
        self._place_bits = place_bits
        self._deadline = deadline
        self._total = max(1, int(alive.sum()))
        average = float(lengths[alive].mean()) if alive.any() else 1.0
        self._norms: Floats = np.float32(K1) * (1 - B + B * lengths / np.float32(average or 1.0))
        self._known: dict[Alternative, tuple[Documents, Floats]] = {}

    def run(self, terms: Sequence[Term], allowed: Bitmap) -> Match:
        """Return all allowed documents that match any wanted term and no excluded one."""
        candidates = self._alive & _gather(allowed, self._ids)
        wanted = [term for term in terms if not term.excluded]
        scores = np.zeros(len(self._ids), np.float32)
        mask = np.zeros(len(self._ids), np.uint32)
        for bit, term in enumerate(wanted):
            own = self._scores(term)
            scores += own
            mask |= (own > 0).astype(np.uint32) << np.uint32(bit)
        hits = candidates & (mask > 0) if wanted else candidates
        for term in terms:
            if term.excluded:
                hits &= self._scores(term) <= 0
        chosen = np.flatnonzero(hits)
        return Match(self._ids[chosen], scores[chosen], mask[chosen], self._last)

    def _scores(self, term: Term) -> Floats:
        """Return the score of each document for a term: that of the alternative that fits best, 0 for no match.

        A term is as rare as all its alternatives together, so that a rare spelling is not preferred.
        """
        best = np.zeros(len(self._ids), np.float32)
        for way in term.alternatives:
            documents, fits = self._alternative(way)
            best[documents] = np.maximum(best[documents], fits * np.float32(way.weight * term.weight))
        scores: Floats = best * self._rarity(int(np.count_nonzero(best)))
        return scores

    def _alternative(self, way: Alternative) -> tuple[Documents, Floats]:
        if time.monotonic() > self._deadline:
            raise SearchTimeoutError
        plain = way._replace(weight=1.0)
        if plain not in self._known:
            documents, weights = self._matching(plain)
            self._known[plain] = documents, self._fit(documents, weights)
        return self._known[plain]

    def _matching(self, way: Alternative) -> tuple[Documents, Floats]:
        if len(way.tokens) == 1:
            return self._postings.postings(way.tokens[0], self._deadline)
        places = self._postings.places(way.tokens[0], self._deadline)
        for token, offset in zip(way.tokens[1:], way.offsets[1:], strict=True):
            if not len(places):
                break
            others = self._postings.places(token, self._deadline) - offset
            places = np.intersect1d(places, others, assume_unique=True)
        documents, times = np.unique(places >> self._place_bits, return_counts=True)
        return documents, times.astype(np.float32)

    def _fit(self, documents: Documents, weights: Floats) -> Floats:
        fits: Floats = weights * np.float32(K1 + 1) / (weights + self._norms[documents])
        return fits

    def _rarity(self, documents: int) -> Any:
        others = max(0, self._total - documents)  # deleted documents may still be counted among the matching
        return np.float32(np.log1p((others + 0.5) / (documents + 0.5)))


def _gather(allowed: Bitmap, ids: Documents) -> Bitmap:
    """Return ``allowed`` by document; an id beyond the bitmap is not allowed."""
    inside = ids < len(allowed)
    result: Bitmap = np.zeros(len(ids), np.bool_)
    result[inside] = allowed[ids[inside]]
    return result
