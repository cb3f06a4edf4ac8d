"""What leads on from a search that found nothing or little: decided from what the viewer may see, and public words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.items.rules import Kind
from kb.search import facets, suggest
from kb.search.columns import KINDS, Rows
from kb.search.engine import Bitmap, Term
from kb.search.facets import Filters
from kb.search.matching import Found
from kb.search.query import Clause, Query
from kb.search.terms import ALL_UP_TO
from kb.search.vocabulary import Vocabulary

FEW = 3
NEAREST_IDEAS = 3


@dataclass(frozen=True, slots=True)
class Meant:
    """The search that was probably meant: its words, and the count with the filters and (``everywhere``) without."""

    clauses: tuple[Clause, ...]
    count: int
    everywhere: int


@dataclass(frozen=True, slots=True)
class WaysOut:
    """What leads on, each with the count it would give.

    ``relaxed``: the same words without one filter; ``everywhere``: without any; ``nearest``: without one word;
    ``ideas``: the ids of the ideas that come nearest. ``unanswered`` holds the words of a search that no record
    answers, corrected, where they may be kept.
    """

    meant: Meant | None = None
    relaxed: Mapping[str, int] = field(default_factory=dict)
    everywhere: int = 0
    nearest: tuple[tuple[tuple[Clause, ...], int], ...] = ()
    ideas: tuple[int, ...] = ()
    unanswered: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was done: what it asked, the terms, what was found before filters, the filters, and all rows."""

    query: Query
    terms: Sequence[Term]
    found: Found
    filters: Filters
    rows: Rows


def of(done: Search, words: Vocabulary, again: Callable[[Sequence[Clause]], tuple[Sequence[Term], Found]]) -> WaysOut:
    """Return the ways out of a search; ``again`` searches for other words."""
    meant, found, terms = None, done.found, done.terms
    better = suggest.corrected(done.query.clauses, words, matched=_matched(done))
    if better is not None:
        other_terms, other = again(better)
        if other.hits.any():
            meant = Meant(better, int(done.filters.apply(other.hits).sum()), int(other.hits.sum()))
            terms, found = other_terms, other
    unanswered = () if _is_answered(terms, found) else (meant.clauses if meant else done.query.clauses)
    if done.filters.apply(done.found.hits).any():
        return WaysOut(meant=meant, unanswered=unanswered)
    return WaysOut(
        meant=meant,
        relaxed=done.filters.relaxed(done.found.hits),
        everywhere=int(done.found.hits.sum()) if done.query.filters else 0,
        nearest=_nearest(done),
        ideas=_ideas(done, found),
        unanswered=unanswered,
    )


def _wanted(terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if not term.excluded]


def _matched(done: Search) -> set[str]:
    """Return the words that were found as they were typed; where little was found, any may have been mistyped."""
    if np.count_nonzero(done.found.hits) <= FEW:
        return set()
    bits = int(np.bitwise_or.reduce(done.found.mask, initial=0))
    return {term.text for bit, term in enumerate(_wanted(done.terms)) if bits >> bit & 1}


def _is_answered(terms: Sequence[Term], found: Found) -> bool:
    """Say whether some record holds all the words, or more than half of many, whatever the filters."""
    size = len(_wanted(terms))
    if size <= ALL_UP_TO:
        return not size or (not found.dropped and bool(found.hits.any()))
    return int(np.bitwise_count(found.mask[found.hits]).max(initial=0)) > size // 2


def _nearest(done: Search) -> tuple[tuple[tuple[Clause, ...], int], ...]:
    """Return the search without each of its words that gives results."""
    wanted = _wanted(done.terms)
    passing = done.filters.apply(np.ones(len(done.found.hits), np.bool_))
    without = {
        tuple(one for one in done.query.clauses if one.excluded or one.text != wanted[bit].text): count
        for bit, count in facets.nearest(done.found, passing, len(wanted)).items()
    }
    return tuple(without.items())


def _ideas(done: Search, meant: Found) -> tuple[int, ...]:
    """Return the ideas that match best without the filters: what was typed, else what was meant."""
    rows = done.rows
    is_idea: Bitmap = rows["kind"] == KINDS[Kind.IDEA]
    for found in (done.found, meant):
        near = np.flatnonzero(found.hits & is_idea & (found.mask > 0))
        if len(near):
            best = near[np.lexsort((rows["moment"][near], found.scores[near]))[::-1][:NEAREST_IDEAS]]
            return tuple(int(item) for item in rows["id"][best])
    return ()
