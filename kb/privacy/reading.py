"""Reads a text as words with their places and sentences, in one pass. Pure."""

import re
from dataclasses import dataclass, field

NEAR = 8  # words: how far a rule looks
Span = tuple[int, int]
_WORD = re.compile(r"[^\W\d_]++(?:['’][^\W\d_]++)*+|\d++(?:[.,/:]\d++)*+")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()]++", re.IGNORECASE)
_ENDS = frozenset(".!?…;|\n")
_MARKUP = str.maketrans("", "", "*_`[")
_TITLES = frozenset({"mr", "mrs", "ms", "dr", "st", "sr", "sra", "prof", "vs", "no", "núm"})


@dataclass(slots=True)
class Words:
    """The words of a text: as written, in small letters, where they are, and in which sentence."""

    text: str
    written: list[str] = field(default_factory=list)
    low: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.written)

    def gap(self, index: int) -> str:
        """Return what stands between this word and the one before, at most eight signs of it and no Markdown."""
        if index == 0 or index >= len(self.written):
            return "\n"
        before = self.end[index - 1]
        return self.text[before : min(self.start[index], before + 8)].translate(_MARKUP)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where the words from first to last begin and end in the text."""
        return self.start[first], self.end[last]

    def same(self, first: int, second: int) -> bool:
        """Say whether both words exist and stand in one sentence."""
        size = len(self.written)
        return 0 <= first < size and 0 <= second < size and self.sentence[first] == self.sentence[second]

    def is_name_like(self, index: int) -> bool:
        """Say whether a word is written like a name: a capital and small letters."""
        word = self.written[index]
        return len(word) > 1 and word[0].isupper() and not word.isupper()


def bare(low: str) -> str:
    """Return a word without the end of "Jayden’s"."""
    return low.removesuffix("'s")


def without_addresses(text: str) -> str:
    """Return the text with each web address blanked out, everything else in its place."""
    return _ADDRESS.sub(lambda match: " " * len(match.group()), text)


def read(text: str) -> Words:
    """Return the words of the text."""
    words = Words(text)
    sentence = 0
    for match in _WORD.finditer(text):
        begin = match.start()
        if words.written and _is_end(words, begin):
            sentence += 1
        words.written.append(match.group())
        words.low.append(match.group().lower().replace("’", "'"))
        words.start.append(begin)
        words.end.append(match.end())
        words.sentence.append(sentence)
    return words


def _is_end(words: Words, begin: int) -> bool:
    between = words.text[words.end[-1] : begin]
    if between.startswith(".") and between.strip(". ") == "":
        last = words.low[-1]
        return not ((len(last) == 1 and last.isalpha()) or last in _TITLES)
    if between == "\n":  # a line that was broken goes on
        return False
    return not _ENDS.isdisjoint(between)
