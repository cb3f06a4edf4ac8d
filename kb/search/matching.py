"""Which of the matching items are results: all words up to three, any from four on, and what is dropped when none fits.

Everything is decided from what the viewer may see, so a word that stands only in hidden records and a nonsense word are
treated alike, to the last sentence on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.items.rules import Kind
from kb.permissions import State
from kb.search.columns import KINDS, STATES, Columns, Index, rows_of
from kb.search.engine import Bitmap, Mask, Match, Scores, Term
from kb.search.picture import Picture
from kb.search.terms import ALL_UP_TO

EVIDENCE_BOOST = np.float32(1.05)  # for published evidence; never for popularity


@dataclass(frozen=True, slots=True)
class Found:
    """The results before any filter, by row: ``required`` bits that each has, ``dropped`` words that were not used."""

    hits: Bitmap
    scores: Scores
    mask: Mask
    required: int = 0
    dropped: tuple[Term, ...] = ()

    @property
    def is_loose(self) -> bool:
        """Whether a word that all results should have had was left out."""
        return bool(self.required and self.dropped)


def everything(picture: Picture) -> Found:
    """Return all the viewer may see: for a search without words, and when there is no index."""
    size = len(picture.visible)
    return Found(picture.visible, np.zeros(size, np.float32), np.zeros(size, np.uint32))


def nothing(picture: Picture) -> Found:
    """Return no result."""
    size = len(picture.visible)
    return Found(np.zeros(size, np.bool_), np.zeros(size, np.float32), np.zeros(size, np.uint32))


def find(match: Match, terms: Sequence[Term], held: Columns, picture: Picture, *, loose: bool = False) -> Found:
    """Return the results among what an engine matched. ``loose``: any word will do, even of three."""
    wanted = [term for term in terms if not term.excluded]
    rows = rows_of(held, match.ids)
    known = rows >= 0
    known &= picture.visible[rows] & ~_may_tell(rows, held, picture, match.indexed)
    rows = rows[known]
    scores = np.zeros(len(picture.visible), np.float32)
    mask = np.zeros(len(picture.visible), np.uint32)
    hits = np.zeros(len(picture.visible), np.bool_)
    scores[rows], mask[rows], hits[rows] = match.scores[known], match.mask[known], True
    if not wanted:
        return Found(hits, scores, mask)
    required = 0 if loose else _required(mask[rows], len(wanted))
    hits &= (mask & np.uint32(required)) == required
    # the sum over words counts coverage already: a share of its own made every measure of relevance worse
    used = required if len(wanted) <= ALL_UP_TO else int(np.bitwise_or.reduce(mask[rows], initial=0))
    scores[_is_evidence(held, picture)] *= EVIDENCE_BOOST
    dropped = tuple(term for bit, term in enumerate(wanted) if not used >> bit & 1)
    return Found(hits, scores, mask, required, dropped)


def _required(masks: Mask, words: int) -> int:
    """Return the bits that a result must have: all, or where no item has all, those of the best."""
    if words > ALL_UP_TO or not len(masks):
        return 0
    seen, times = np.unique(masks, return_counts=True)
    best = np.lexsort((times, np.bitwise_count(seen)))[-1]
    return int(seen[best])


def _may_tell(rows: Index, held: Columns, picture: Picture, indexed: int) -> Bitmap:
    """Say which cycles may be in the index with words of an idea that the viewer may no longer read.

    A cycle is indexed with its idea's title only if all its readers may read the idea. If either has changed since, and
    the viewer may not read the idea, the cycle is left out until the index has caught up.
    """
    idea_rows = rows_of(held, held.rows["idea"][rows])
    newest = np.maximum(held.rows["seq"][rows], held.rows["seq"][np.maximum(idea_rows, 0)])
    late: Bitmap = picture.hidden_idea[rows] & (newest > indexed)
    return late


def _is_evidence(held: Columns, picture: Picture) -> Bitmap:
    published = held.rows["state"] == STATES[State.PUBLISHED]
    tests = held.rows["done"] & (held.rows["kind"] == KINDS[Kind.CYCLE])
    is_evidence: Bitmap = published & (tests | (picture.cycles > 0))
    return is_evidence
