"""Finds counts of so few students that people may know who is meant. Pure."""

import re
from collections.abc import Iterator

from kb import cells
from kb.privacy import words as lists
from kb.privacy.reading import Span, Words

_N = re.compile(r"\b[nN] ?= ?(\d{1,3})\b(?![.,]\d)")
_WITH_SHARE = re.compile(r"(?<![\w.,$#/-])(\d{1,3}) ?\(\d{1,3}(?:\.\d{1,2})? ?%\) (?:of|de)\b")


def small_counts(words: Words, minimum: int) -> Iterator[Span]:
    """Yield where a count of students under the minimum stands, in digits or in words."""
    reached = 0
    for told in cells.small_counts_in(words.text, minimum):
        start = words.text.index(told, reached)
        reached = start + len(told)
        yield start, reached
    for pattern in (_N, _WITH_SHARE):
        for match in pattern.finditer(words.text):
            if 0 < int(match.group(1)) < minimum:
                yield match.span()
    for index, low in enumerate(words.low):
        if not 0 < _number(low, minimum) < minimum or _is_label(words, index):
            continue
        if (person := _counted(words, index)) is not None:
            yield words.span(index, person)


def _number(low: str, minimum: int) -> int:
    """Return what the word counts: "three", "3", and the whole of "2/3"; the minimum for no number."""
    part, slash, whole = low.partition("/")
    if slash and part.isdecimal() and whole.isdecimal() and len(whole) < 4:  # noqa: PLR2004 - no year
        return int(whole)
    return lists.NUMBERS.get(low, minimum)


def _is_label(words: Words, index: int) -> bool:
    """Say whether the number names something ("grade 3") or is a share ("one in three")."""
    before = words.gap(index)
    if before.endswith(("$", "#", "-", "–")) and index and not words.low[index - 1].isdigit():
        return True
    return bool(index) and words.same(index - 1, index) and words.low[index - 1] in lists.UNITS_BEFORE


def _counted(words: Words, index: int) -> int | None:
    """Return the word for students that this number counts."""
    after = words.low[index + 1] if index + 1 < len(words) else ""
    if (words.low[index] == "pair" and after != "of") or (words.low[index] == "only" and after == "the"):
        return None
    for place in range(index + 1, min(index + 6, len(words))):
        low = words.low[place]
        if not words.same(index, place) or words.gap(place).strip(" -\u2011\n") != "":
            return None
        several = low in lists.PEOPLE and words.low[index] not in ("only", "single", "sole")
        if several or (low in lists.ONE_PERSON and _is_one(words, index, place)):
            return None if words.low[place + 1 : place + 4] == ["at", "a", "time"] else place
        if low not in lists.BETWEEN:
            return None
    return None


def _is_one(words: Words, index: int, person: int) -> bool:
    """Say whether this is "one student" and not "one student group" or "a three-student table"."""
    hyphen = "-" in (words.gap(person), words.gap(person + 1))
    return words.low[index] in lists.ONLY_ONE and not hyphen
