"""The sentence of a result with the words that were found marked: escaped first, marked afterwards.

Texts come from the database, for items the viewer may read; nothing is taken from the index.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from kb.items.rules import Language
from kb.search.analysis import SPANISH, clean, fold, stem
from kb.search.engine import Alternative, Term

AROUND = 80
LONGEST = 260
MAX_TEXT = 20_000
_GAP = 14  # characters a word that is too common may take inside a phrase
_MANY = 60


class Spot(NamedTuple):
    """A word of a text that was searched for: where it stands, and the bit of its term."""

    start: int
    end: int
    bit: int


class _Beginnings(NamedTuple):
    starts: tuple[str, ...]
    pattern: re.Pattern[str]


class Marker:
    """Finds and marks the words of one query."""

    def __init__(self, terms: Sequence[Term]) -> None:
        wanted = [term for term in terms if not term.excluded]
        self._ways = [(bit, way) for bit, term in enumerate(wanted) for way in term.alternatives]
        self._phrases = [(bit, way) for bit, way in self._ways if len(way.tokens) > 1]
        self._single: dict[str, set[int]] = {}
        for bit, way in self._ways:
            if len(way.tokens) == 1:
                self._single.setdefault(way.tokens[0], set()).add(bit)
        self._words = len(wanted)
        self._known = {language: self._beginnings(language) for language in Language}

    def _beginnings(self, language: Language) -> _Beginnings | None:
        """Return the beginnings of all stems, to look at few words only; the stem decides."""
        stems = {token for _, way in self._ways for token in way.tokens}
        own = {_bare(token) for token in stems if token.startswith(SPANISH) == (language is Language.ES)}
        starts = sorted({one[:-1] if len(one) > 3 else one for one in own if one})  # noqa: PLR2004 - "study" has the stem "studi"
        if not starts:
            return None
        ways = "|".join(map(re.escape, starts))
        return _Beginnings(tuple(starts), re.compile(rf"(?<![^\W_])(?:{ways})[^\W_]*(?:['\u2019][^\W_]+)*"))

    def snippet(self, texts: Iterable[str], language: Language) -> Markup | None:
        """Return the best piece of the texts with its words marked, None if none is there; the first comes whole."""
        best: tuple[int, str, list[Spot], bool] | None = None
        for number, raw in enumerate(texts):
            text = clean(raw[:MAX_TEXT])
            spots = self._spots(text, language)
            if not spots:
                continue
            whole = number == 0
            piece = spots if whole else _densest(spots)
            worth = len({spot.bit for spot in piece})
            if best is None or worth > best[0]:
                best = worth, text, piece, whole
            if worth == self._words:
                break  # no other piece can hold more
        if best is None:
            return None
        _, text, piece, whole = best
        return _marked(text, piece, *((0, len(text)) if whole else _window(text, piece)))

    def _spots(self, text: str, language: Language) -> list[Spot]:
        known = self._known[language]
        if known is None:
            return []
        plain = _plain(text)
        if not any(start in plain for start in known.starts):  # most texts: no need to look at their words
            return []
        words = [
            (found.start(), found.end(), stem(fold(found.group()), language)) for found in known.pattern.finditer(plain)
        ]
        spots = {Spot(start, end, bit) for start, end, word in words for bit in self._single.get(word, ())}
        spots.update(spot for bit, way in self._phrases for spot in _matches(words, way, bit))
        first: dict[int, Spot] = {}
        for spot in sorted(spots):
            first.setdefault(spot.start, spot)
        return list(first.values())[:_MANY]


def _matches(words: Sequence[tuple[int, int, str]], way: Alternative, bit: int) -> Iterable[Spot]:
    """Yield the spots where the tokens stand one after the other, not further apart than their offsets allow."""
    size = len(way.tokens)
    for at in range(len(words) - size + 1):
        run = words[at : at + size]
        if tuple(word[2] for word in run) != way.tokens:
            continue
        gaps = (after[0] - before[1] for before, after in pairwise(run))
        steps = (after - before for before, after in pairwise(way.offsets))
        if all(gap <= 2 + _GAP * (step - 1) for gap, step in zip(gaps, steps, strict=True)):
            yield from (Spot(start, end, bit) for start, end, _ in run)


def _densest(spots: list[Spot]) -> list[Spot]:
    """Return the run of spots within one window that holds the most different words."""
    runs = ([spot for spot in spots[at:] if spot.end - spots[at].start <= LONGEST - AROUND] for at in range(len(spots)))
    return max(runs, key=lambda run: (len({spot.bit for spot in run}), len(run)))


def _window(text: str, spots: list[Spot]) -> tuple[int, int]:
    """Return where the piece begins and ends: whole words around the spots."""
    start = max(0, spots[0].start - AROUND)
    end = min(len(text), max(spots[-1].end + AROUND, start + LONGEST))
    if start:
        space = text.find(" ", start, spots[0].start)
        start = start if space < 0 else space + 1
    if end < len(text):
        space = text.rfind(" ", spots[-1].end, end)
        end = end if space < 0 else space
    return start, end


def _marked(text: str, spots: list[Spot], start: int, end: int) -> Markup:
    parts = [Markup("… ") if start else Markup("")]
    at = start
    for spot in spots:
        if at <= spot.start and spot.end <= end:
            parts += [
                escape(text[at : spot.start]),
                Markup("<mark>"),
                escape(text[spot.start : spot.end]),
                Markup("</mark>"),
            ]
            at = spot.end
    parts += [escape(text[at:end]), Markup(" …") if end < len(text) else Markup("")]
    return Markup("").join(parts)


def _bare(token: str) -> str:
    return token.removeprefix(SPANISH)


def _plain(text: str) -> str:
    """Return the text in lower case without accents, each character in its place."""
    return text.lower() if text.isascii() else "".join(map(_base, text))


@functools.lru_cache(maxsize=4096)
def _base(sign: str) -> str:
    first = unicodedata.normalize("NFKD", sign)[:1].lower()
    return first if len(first) == 1 else sign
