"""The 200 queries of the search benchmark: nine classes, drawn from the words of the corpus, always the same for it."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb.bench.chance import chance
from kb.bench.fts5 import words as plain_words
from kb.items.rules import Language
from kb.search.analysis import stem

TOTAL = 200
CLASSES = ("rare", "middle", "common", "two", "several", "filtered", "phrase", "prefix", "typo")
SHORTEST = 4  # letters of a word worth asking for
SHORTEST_TYPO = 5
SHORTEST_PREFIX = 3
SAMPLE = 400  # records whose words are kept, to find words that stand together
_RARE, _MIDDLE, _COMMON = (0.0, 0.001), (0.004, 0.03), (0.1, 0.7)  # shares of all records that hold the word
_WORD = re.compile(r"[^\W_]+")
_END = ""  # between two texts, so that no phrase runs from one into the next
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Filter = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: its class, the words, and the value of a facet that is chosen with them."""

    kind: str
    text: str
    filters: tuple[Filter, ...] = ()


@dataclass(slots=True)
class Corpus:
    """What queries are drawn from: all words, in how many records each stem stands, and the texts of some records."""

    records: int = 0
    words: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    sample: list[tuple[list[str], tuple[Filter, ...]]] = field(default_factory=list)

    def add(self, texts: Iterable[str], filters: tuple[Filter, ...], *, keep: bool) -> None:
        """Count the words of a record; ``keep`` also keeps them in order, with the values to filter by."""
        words = [word for text in texts for word in (*_WORD.findall(text.casefold()), _END)]
        self.records += 1
        self.words.update(words)
        self.counts.update({_stem(word) for word in words})
        if keep:
            self.sample.append((words, filters))


def draw(corpus: Corpus, seed: int) -> list[Asked]:
    """Return the queries, class by class."""
    makers = _Makers(corpus)
    asked: list[Asked] = []
    for number, kind in enumerate(CLASSES):
        source = chance(seed, f"search/{kind}")
        count = TOTAL // len(CLASSES) + (number < TOTAL % len(CLASSES))
        made: dict[Asked, None] = {}
        for _ in range(100 * count):  # a small corpus may not hold as many different ones
            made.setdefault(getattr(makers, kind)(source))
            if len(made) == count:
                break
        asked += made
    return asked


class _Makers:
    """One method a class, named after it."""

    def __init__(self, corpus: Corpus) -> None:
        self._counts, self._records, self._sample = corpus.counts, corpus.records, corpus.sample
        known = sorted(word for word in corpus.words if _is_word(word))
        self._rare, self._middle, self._common = (self._between(known, *band) for band in (_RARE, _MIDDLE, _COMMON))

    def _between(self, known: Sequence[str], low: float, high: float) -> list[str]:
        least, most = max(2.0, low * self._records), max(5.0, high * self._records)
        chosen = [word for word in known if least <= self._counts[_stem(word)] <= most]
        return chosen or list(known)

    def rare(self, source: random.Random) -> Asked:
        return Asked("rare", source.choice(self._rare))

    def middle(self, source: random.Random) -> Asked:
        return Asked("middle", source.choice(self._middle))

    def common(self, source: random.Random) -> Asked:
        return Asked("common", source.choice(self._common))

    def two(self, source: random.Random) -> Asked:
        return Asked("two", " ".join(self._together(source, 2)[0]))

    def several(self, source: random.Random) -> Asked:
        return Asked("several", " ".join(self._together(source, source.choice((3, 4)))[0]))

    def filtered(self, source: random.Random) -> Asked:
        words, filters = self._together(source, 1)
        return Asked("filtered", words[0], (source.choice(filters),) if filters else ())

    def phrase(self, source: random.Random) -> Asked:
        while True:
            words, _ = source.choice(self._sample)
            at = source.randrange(len(words) - 1)
            if _is_word(words[at]) and _is_word(words[at + 1]):
                return Asked("phrase", f'"{words[at]} {words[at + 1]}"')

    def prefix(self, source: random.Random) -> Asked:
        word = source.choice(self._middle)
        cut = word[: max(SHORTEST_PREFIX, len(word) - source.randrange(1, 4))]
        return Asked("prefix", cut if source.random() < 1 / 2 else f"{source.choice(self._common)} {cut}")

    def typo(self, source: random.Random) -> Asked:
        while True:
            word = source.choice(self._middle)
            if len(word) >= SHORTEST_TYPO and _stem(wrong := _mistyped(source, word)) not in self._counts:
                return Asked("typo", wrong)

    def _together(self, source: random.Random, count: int) -> tuple[list[str], tuple[Filter, ...]]:
        """Return different words of one record, not the rare ones, and the values it carries."""
        least = _MIDDLE[0] * self._records
        while True:
            words, filters = source.choice(self._sample)
            known = sorted({word for word in words if _is_word(word) and self._counts[_stem(word)] > least})
            if len(known) >= count:
                return source.sample(known, count), filters


def _stem(word: str) -> str:
    return stem(word, Language.EN)


def _is_word(word: str) -> bool:
    return len(word) >= SHORTEST and word.isascii() and word.isalpha() and bool(plain_words(word))


def _mistyped(source: random.Random, word: str) -> str:
    """Return the word with one letter wrong, missing, added or two exchanged."""
    at = source.randrange(1, len(word) - 1)
    match source.randrange(4):
        case 0:
            return word[:at] + source.choice(_LETTERS) + word[at + 1 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + source.choice(_LETTERS) + word[at:]
        case _:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
