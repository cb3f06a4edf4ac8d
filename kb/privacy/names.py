"""Finds names and initials of students in a text. Pure."""

import re
from collections.abc import Iterator

from kb.privacy import words as lists
from kb.privacy.reading import NEAR, Span, Words, bare

_INITIALS = re.compile(r"(?<![\w.])([A-ZÑ])\. ?([A-ZÑ])(?:\. ?([A-ZÑ]))?\.(?! ?[A-ZÑ][a-zñ])(?![\w])")


def names(words: Words) -> Iterator[Span]:
    """Yield where a name stands together with what makes it that of a student."""
    for index, low in enumerate(words.low):
        if low in lists.ONE_PERSON or low in lists.PEOPLE:
            if (name := _name_after(words, index)) is not None:
                yield words.span(index, _whole_name(words, name))
        elif low in lists.NAMED and _person_before(words, index) and _could_be_name(words, index + 1):
            yield words.span(index, _whole_name(words, index + 1))
        elif low == "name" and _told_name(words, index):
            yield words.span(index, _whole_name(words, index + 2))
        elif low in ("llama", "llamaba") and _could_be_name(words, index + 1) and words.gap(index + 1) == " ":
            yield words.span(index, _whole_name(words, index + 1))
        elif low in lists.FAMILY_BEFORE_NAME and words.low[index + 1 : index + 2] == ["de"]:
            if _could_be_name(words, index + 2):
                yield words.span(index, index + 2)
        elif (last := _name_before_person(words, index)) is not None:
            yield words.span(index, last)


def _name_after(words: Words, person: int) -> int | None:
    """Return the word that is a name after "student", "my student," or "students like"."""
    after = person + 1
    if not words.same(person, after):
        return None
    singular = words.low[person] in lists.ONE_PERSON
    if words.low[after] in lists.NAMED | lists.LIKE:
        return after + 1 if _could_be_name(words, after + 1) and words.gap(after + 1).strip() == "" else None
    if words.low[after] == "such" and words.low[after + 1 : after + 2] == ["as"]:
        return after + 2 if _could_be_name(words, after + 2) else None
    allowed = ("", ",", "(", ":", "–", "—", "-", "“", '"') if singular else ("", ":", "(")
    return after if words.gap(after).strip() in allowed and _could_be_name(words, after) else None


def _could_be_name(words: Words, index: int) -> bool:
    return words.same(index - 1, index) and words.is_name_like(index) and bare(words.low[index]) not in lists.NOT_NAMES


def _whole_name(words: Words, index: int) -> int:
    """Return the last word of the name that begins here: a family name or an initial may follow."""
    after = index + 1
    if words.same(index, after) and words.gap(after) == " " and words.written[after][0].isupper():
        return after
    return index


def _person_before(words: Words, index: int) -> bool:
    first = max(0, index - NEAR)
    before = words.low[first:index]
    return any(low in lists.ONE_PERSON and words.same(first + place, index) for place, low in enumerate(before))


def _told_name(words: Words, index: int) -> bool:
    """Say whether this is the "name" of "her name is …" or "the student’s name was …"."""
    before = words.low[index - 1] if index else ""
    of_person = before in ("his", "her", "whose", "my") or bare(before) in lists.ONE_PERSON
    return of_person and words.low[index + 1 : index + 2] in (["is"], ["was"]) and _could_be_name(words, index + 2)


def _name_before_person(words: Words, index: int) -> int | None:
    """Return the last word of "Marcus, a ninth grader", "Jayden’s mother" or "Anna K. read"; None for anything else."""
    if not words.is_name_like(index) or bare(words.low[index]) in lists.NOT_NAMES:
        return None
    after = index + 1
    if not words.same(index, after) or (index and words.low[index - 1] in lists.PLACE_BEFORE):
        return None
    if words.low[index].endswith("'s"):
        return _family_of(words, index)
    if words.gap(after).startswith(","):
        return _apposition(words, index)
    if words.gap(after) == " (":
        return _grade_in_brackets(words, index)
    return _letter_after(words, index) or _pronoun_after(words, index)


def _family_of(words: Words, index: int) -> int | None:
    """Return the last word of "Jayden’s mother", where the name is no family name of somebody else."""
    follows_name = words.same(index - 1, index) and words.is_name_like(index - 1)
    return index + 1 if words.low[index + 1] in lists.FAMILY and not follows_name else None


def _letter_after(words: Words, index: int) -> int | None:
    """Return the letter in "Anna K. read", which is none of "Plan B. Then"."""
    after = index + 1
    is_letter = len(words.written[after]) == 1 and words.written[after].isupper() and words.gap(after) == " "
    if not is_letter or words.low[index] in lists.BEFORE_A_LETTER or not words.gap(after + 1).startswith(". "):
        return None
    return after if after + 1 < len(words) and words.written[after + 1][0].islower() else None


def _grade_in_brackets(words: Words, index: int) -> int | None:
    """Return the last word of "Mateo (7th grade)"."""
    for place in range(index + 1, min(index + 5, len(words))):
        if words.low[place] in lists.GRADE_WORDS and words.same(index, place):
            return place
    return None


def _pronoun_after(words: Words, index: int) -> int | None:
    """Return the pronoun in "Jaylen raised his hand", where the name is a first name that stands alone.

    Adults are mostly written with a family name or a title; where they are not, somebody confirms that.
    """
    before = words.low[index - 1] if words.same(index - 1, index) else ""
    beside = words.same(index - 1, index) and words.is_name_like(index - 1)
    if words.low[index] not in lists.FIRST_NAMES or beside or before in lists.TITLES or words.is_name_like(index + 1):
        return None
    for place in range(index + 1, min(index + NEAR + 1, len(words))):
        if words.same(index, place) and words.low[place] in lists.PRONOUNS:
            return place
    return None


def _apposition(words: Words, index: int) -> int | None:
    low = words.low[index]
    begins = index == 0 or words.sentence[index - 1] != words.sentence[index]
    if begins and (low in lists.OPENERS or low.endswith(("ly", "mente", "ing"))):
        return None
    if words.low[index + 1] not in lists.A_CERTAIN:
        return None
    for place in range(index + 2, min(index + 7, len(words))):
        if not words.same(index, place) or "," in words.gap(place):
            return None
        if words.low[place] in lists.ONE_PERSON or (words.low[place] in lists.PEOPLE and words.low[index + 1] == "one"):
            return place
    return None


def initials(words: Words) -> Iterator[Span]:
    """Yield "J.S." and "student JS"."""
    for match in _INITIALS.finditer(words.text):
        letters = ".".join(group for group in match.groups() if group).lower()
        if letters not in lists.NOT_INITIALS and letters.replace(".", "") not in lists.ACRONYMS:
            yield match.span()
    for index, low in enumerate(words.low[:-1]):
        after = words.written[index + 1]
        is_short = 1 < len(after) <= 3 and after.isupper() and after.isalpha()  # noqa: PLR2004 - two or three letters
        is_new = is_short and after.lower() not in lists.ACRONYMS and not words.written[index].isupper()
        beside = words.same(index, index + 1) and words.gap(index + 1).strip() in ("", ",", "(")
        if low in lists.ONE_PERSON and is_new and beside:
            yield words.span(index, index + 1)
