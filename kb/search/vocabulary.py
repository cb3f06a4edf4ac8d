"""The words and titles of public records at one moment: a value to look words up in, correct and complete them. Pure.

A typing error is seen through a noisy channel: of the words one step away (a letter left out, added, wrong, or two
swapped) the one is meant that is most often written and most easily mistyped like this. To leave a letter out or swap
two there is one way at each place, to hit a wrong one there are 25, so each of those is that much less likely.
"""

import bisect
import heapq
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.items.rules import Language
from kb.search.analysis import fold, stem

SHORTEST = 4  # letters of a word that is corrected
TWO_ERRORS_FROM = 8
MANY = 8
SHORTEST_PREFIX = 3
_MANY_WORDS = 5
_LETTERS = 26
_BESIDE = 4.0  # a key beside the right one is hit so many times as often as any other
_DOUBLED = 2.0  # there are two places to double a letter, or to leave one of two out
_FREQUENCY = 0.5
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Known(NamedTuple):
    """A word as most records write it, in how many of them it stands, and in how many not only as a name would."""

    form: str
    records: int
    plain: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words by their folded form, in order, also by length; and the titles, also as one text to look through.

    ``changed`` and ``gone`` say what no longer holds of the words and titles: making all of it again takes a while.
    """

    words: Mapping[str, Known]
    ordered: Sequence[str]
    by_length: Mapping[int, Sequence[str]]
    titles: Sequence[str]
    title_text: str
    title_starts: Sequence[int]
    changed: Mapping[str, Known | None] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def known(self, word: str) -> Known | None:
        """Return what is known of a folded word, None if no public record holds it."""
        return self.changed[word] if word in self.changed else self.words.get(word)

    def correct(self, word: str) -> str | None:
        """Return the word that was meant by a folded word that no public record holds, None if there is none near."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        for errors in range(1, 3 if len(word) >= TWO_ERRORS_FROM else 2):
            near = [(other, known) for other in self._within(word, errors) if (known := self.known(other)) is not None]
            if near:
                return max(near, key=lambda one: (_likelihood(word, one[0], one[1], errors), one))[1].form
        return None

    def _within(self, word: str, errors: int) -> list[str]:
        found: list[str] = []
        for length in range(max(SHORTEST - 1, len(word) - errors), len(word) + errors + 1):
            choices = self.by_length.get(length, ())
            near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=errors, limit=None)
            found.extend(choice for choice, distance, _ in near if distance == errors)
        return found

    def complete(self, text: str) -> list[str]:
        """Return up to eight ways to go on from a text: its last word completed, and titles that hold it."""
        start = _last_word(text)
        words = [text[:start] + form for form in self._beginning(fold(text[start:]))]
        titles = self._titled(_spaced(text))
        room = max(_MANY_WORDS, MANY - len(titles))
        ways = dict.fromkeys([*words[:room], *titles])
        return [way for way in ways if fold(way) != fold(text.strip())][:MANY]

    def _beginning(self, prefix: str) -> list[str]:
        """Return the words with a beginning that stand in the most records, one of each stem."""
        if len(prefix) < SHORTEST_PREFIX:
            return []
        first = bisect.bisect_left(self.ordered, prefix)
        after = bisect.bisect_left(self.ordered, prefix + "\U0010ffff")
        found = [(word, known) for word in self.ordered[first:after] if (known := self.known(word)) is not None]
        by_stem: dict[str, str] = {}
        for word, known in heapq.nsmallest(4 * MANY, found, key=lambda one: (-one[1].records, one[0])):
            by_stem.setdefault(stem(word, Language.EN), known.form)
        return list(by_stem.values())[: MANY + 1]

    def _titled(self, wanted: str) -> list[str]:
        found: list[str] = []
        at = self.title_text.find(wanted) if len(wanted) > SHORTEST_PREFIX else -1
        while at >= 0 and len(found) < MANY:
            number = bisect.bisect_right(self.title_starts, at) - 1
            if self.titles[number] not in self.gone:
                found.append(self.titles[number])
            at = self.title_text.find(wanted, self.title_starts[number + 1]) if number + 1 < len(self.titles) else -1
        return found


def make(forms: Iterable[Known], titles: Iterable[str]) -> Vocabulary:
    """Return the vocabulary of these words and titles.

    Of forms that differ in accents only the most frequent stands for all, with the records of all: one that holds two
    of them counts twice.
    """
    words: dict[str, Known] = {}
    for known in forms:
        folded = fold(known.form)
        held = words.get(folded)
        if held is None:
            words[folded] = known
        else:
            form = max(held, known, key=lambda one: (one.records, one.form)).form
            words[folded] = Known(form, held.records + known.records, held.plain + known.plain)
    ordered = sorted(words)
    by_length = {
        length: list(group)
        for length, group in itertools.groupby(sorted((word for word in ordered if word.isalpha()), key=len), key=len)
    }
    kept = sorted(set(titles))
    lines = [_spaced(title) for title in kept]
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))[: len(lines)]
    return Vocabulary(words, ordered, by_length, kept, "\n".join(lines), starts)


EMPTY = make((), ())


def _spaced(text: str) -> str:
    """Return a text folded, each word after a space."""
    return " " + " ".join(fold(word) for word in text.split())


def _last_word(text: str) -> int:
    """Return where the word begins that is being typed."""
    at = len(text)
    while at and (text[at - 1].isalnum() or text[at - 1] in "'\u2019"):
        at -= 1
    return at


def _likelihood(typed: str, meant: str, known: Known, errors: int) -> float:
    channel = math.log(_chance(typed, meant)) if errors == 1 else 0.0
    return channel + _FREQUENCY * math.log(known.records)


def _chance(typed: str, meant: str) -> float:
    """Return how likely it is that a word was typed with this one error, up to a factor that all words share."""
    size = len(meant)
    at = next((place for place, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other), None)
    if len(typed) < size:
        left_out = meant[-1] if at is None else meant[at]
        before = meant[-2] if at is None else meant[at - 1] if at else ""
        return (_DOUBLED if left_out == before else 1.0) / size
    if len(typed) > size:
        added = typed[-1] if at is None else typed[at]
        before = typed[-2] if at is None else typed[at - 1] if at else ""
        return (_DOUBLED if added == before else 1.0) / _LETTERS / (size + 1)
    if at is None:
        return 1.0
    if typed[at : at + 2] == meant[at : at + 2][::-1]:
        return 1.0 / (size - 1)
    return (_BESIDE if _beside(typed[at], meant[at]) else 1.0) / (_LETTERS - 1) / size


def _beside(one: str, other: str) -> bool:
    places = [
        next(((row, keys.index(sign)) for row, keys in enumerate(_KEYS) if sign in keys), None) for sign in (one, other)
    ]
    if places[0] is None or places[1] is None:
        return False
    (row, key), (other_row, other_key) = places[0], places[1]
    return abs(row - other_row) <= 1 and abs(key - other_key) <= 1
