"""Finds what tells of one person: dates of birth, numbers, addresses, and private matters near somebody. Pure."""

import re
from collections.abc import Iterator

from kb.privacy import words as lists
from kb.privacy.reading import NEAR, Span, Words, bare

ADDRESS = re.compile(
    r"(?<![\w.,$#-])\d{1,5} (?:[NSEW]\.? )?[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20})? "
    r"(?:Street|St|Avenue|Ave|Road|Rd|Drive|Lane|Ln|Boulevard|Blvd|Court|Terrace|Circle|Way)\b"
    r"|\b[Cc]alle [A-Z][\w]{1,20} \d{1,5}\b"
)
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}")


def birth_dates(words: Words) -> Iterator[Span]:
    """Yield where a date of birth stands, with the word that says so."""
    for index, low in enumerate(words.low):
        turned = low in lists.TURNED and words.low[index + 1 : index + 2] and words.low[index + 1].isdecimal()
        if low not in lists.BIRTH and not turned:
            continue
        for place in range(index + 1 + bool(turned), min(index + NEAR, len(words))):
            if not words.same(index, place):
                break
            if (last := _date_at(words, place)) is not None:
                yield words.start[index], last
                break


def _date_at(words: Words, index: int) -> int | None:
    """Return where a date that begins at this word ends."""
    start = words.start[index]
    if match := _DATE.match(words.text, start, start + 10):
        return match.end()
    near = words.low[index + 1 : index + 4]  # "3rd of March" are four words
    if words.low[index] in lists.MONTHS and near and near[0].isdigit():
        return words.end[index + 1]
    if words.low[index].isdigit() and any(low in lists.MONTHS for low in near):
        return words.end[index + 1 + next(place for place, one in enumerate(near) if one in lists.MONTHS)]
    return None


def student_ids(words: Words) -> Iterator[Span]:
    """Yield where a number stands that a school gave to one student."""
    for index, low in enumerate(words.low):
        if low in lists.ONE_PERSON and words.gap(index + 1).strip() == "#" and words.low[index + 1].isdecimal():
            yield words.span(index, index + 1)
        if low not in lists.ID_WORDS:
            continue
        first = max(0, index - 3)
        near = words.low[first:index]
        of_person = low in lists.ID_AFTER or any(bare(one) in lists.ONE_PERSON for one in near)
        for place in range(index + 1, min(index + 5, len(words))):
            number = words.low[place]
            is_long = number.isdecimal() and len(number) >= (4 if of_person else 5)
            if (of_person or low in ("id", "ids")) and words.same(index, place) and is_long:
                yield words.span(index, place)
                break


def sensitive(words: Words) -> Iterator[Span]:
    """Yield where a private matter stands near one certain person."""
    for index, low in enumerate(words.low):
        pair = (low, words.low[index + 1] if index + 1 < len(words) else "")
        is_ice = words.written[index] == "ICE"
        if low not in lists.SENSITIVE and pair not in lists.SENSITIVE_PAIRS and not is_ice:
            continue
        last = index + 1 if pair in lists.SENSITIVE_PAIRS else index
        for place in _nearest(index, len(words)):
            if words.same(index, place) and _is_certain_person(words, place):
                yield words.span(min(index, place), max(last, place))
                break


def _nearest(index: int, size: int) -> Iterator[int]:
    for distance in range(1, NEAR + 1):
        yield from (place for place in (index - distance, index + distance) if 0 <= place < size)


def _is_certain_person(words: Words, index: int) -> bool:
    """Say whether the word is a pronoun of one person, or "student" said of a certain one."""
    low = bare(words.low[index])
    if low in lists.PRONOUNS or low in lists.FIRST_NAMES:
        return words.low[index] in lists.PRONOUNS or words.is_name_like(index)
    if low not in lists.ONE_PERSON and low not in lists.ONE_FAMILY:
        return False
    before = words.low[max(0, index - 3) : index]
    return not any(low in lists.NOT_CERTAIN for low in before) and any(low in lists.A_CERTAIN for low in before)
