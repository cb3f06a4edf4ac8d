"""Finds words that may tell who a student is: what the privacy guard asks about before others read it. Pure.

Every rule walks over the words of a text once and looks at a bounded number of neighbours, so the time grows with the
length of the text and nothing else. A rule that errs, errs by asking: a person confirms each hit or writes it anew.
"""

import enum
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kb import cells
from kb.privacy import words as lists
from kb.privacy.reading import Words, read, without_addresses

NEAR = 8  # words
AROUND = 120  # characters on either side that belong to what is confirmed
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,5}+")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ]?)\d{3}[-. ]?\d{4}(?![\w/-]|[.,]\d)"
    r"|(?<![\w.,/-])\d{3}-\d{4}(?![\w/-]|[.,]\d)"
)
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_LONG_NUMBER = re.compile(r"(?<![\w.,/$-])(?:\d{7,9}|\d{11,14})(?![\w/%-]|[.,]\d)")
_N = re.compile(r"\b[nN] ?= ?(\d{1,3})\b(?![.,]\d)")
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{2}|\d{4})|\d{4}-\d{2}-\d{2}")
_INITIALS = re.compile(r"(?<![\w.])([A-ZÑ])\. ?([A-ZÑ])(?:\. ?([A-ZÑ]))?\.(?! ?[A-ZÑ][a-zñ])(?![\w])")


class HitKind(enum.StrEnum):
    """What a hit may tell."""

    NAME = "name"
    INITIALS = "initials"
    EMAIL = "email"
    PHONE = "phone"
    BIRTH_DATE = "birth_date"
    STUDENT_ID = "student_id"
    SMALL_COUNT = "small_count"
    SENSITIVE = "sensitive"


ADVICE: dict[HitKind, str] = {
    HitKind.NAME: "This looks like the name of a student. Write “a student” instead.",
    HitKind.INITIALS: "Initials can tell who a student is. Write “a student” instead.",
    HitKind.EMAIL: "This is an e-mail address. Take it out; readers can ask your school through the hub.",
    HitKind.PHONE: "This looks like a telephone number. Take it out; readers can ask your school through the hub.",
    HitKind.BIRTH_DATE: "This looks like a date of birth. Write the grade instead.",
    HitKind.STUDENT_ID: "This looks like a student’s number. Take it out.",
    HitKind.SMALL_COUNT: "A group this small can tell who the students are. Write “a few students” instead.",
    HitKind.SENSITIVE: "This tells something private near one person. Say what you changed, not what the student has.",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """Words in a field that may tell who a student is. ``fingerprint`` names them and the sentence they stand in."""

    field: str
    kind: HitKind
    words: str
    start: int
    end: int
    fingerprint: str

    @property
    def advice(self) -> str:
        """What to do, in a plain sentence."""
        return ADVICE[self.kind]


Span = tuple[int, int]


def hits(texts: Mapping[str, str], *, minimum: int = cells.DEFAULT_MINIMUM) -> list[Hit]:
    """Return every hit in texts by field, in the order of fields and places; ``minimum`` is the network's group."""
    return [hit for name, text in texts.items() for hit in hits_in(name, text, minimum=minimum)]


def hits_in(field: str, text: str, *, minimum: int = cells.DEFAULT_MINIMUM) -> list[Hit]:
    """Return every hit in one text; of two that overlap and are of one kind, the first."""
    clean = without_addresses(text)
    found: list[tuple[int, int, HitKind]] = []
    for kind, rule in _PATTERNS:
        found += [(*match.span(), kind) for match in rule.finditer(clean)]
    words = read(clean)
    for kind, find in _FINDERS:
        found += [(start, end, kind) for start, end in find(words)]
    found += [(start, end, HitKind.SMALL_COUNT) for start, end in _small_counts(words, minimum)]
    return _distinct(field, text, sorted(found))


def _distinct(field: str, text: str, found: list[tuple[int, int, HitKind]]) -> list[Hit]:
    seen: set[str] = set()
    reached: dict[HitKind, int] = {}
    kept = []
    for start, end, kind in found:
        told = fingerprint(field, text, start, end, kind)
        if start < reached.get(kind, 0) or told in seen:
            continue
        seen.add(told)
        reached[kind] = end
        kept.append(Hit(field, kind, " ".join(text[start:end].split()), start, end, told))
    return kept


def fingerprint(field: str, text: str, start: int, end: int, kind: HitKind) -> str:
    """Return the kind and a SHA-256 of the field, the words and what stands around them: what changes is new."""
    around = " ".join(text[max(0, start - AROUND) : end + AROUND].split()).casefold()
    words = " ".join(text[start:end].split()).casefold()
    told = hashlib.sha256(f"{field}\0{words}\0{around}".encode("utf-8", "replace")).hexdigest()
    return f"{kind.value}.{told}"


# names ---------------------------------------------------------------------------------------------------------------


def _names(words: Words) -> Iterator[Span]:
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
    return words.same(index - 1, index) and words.is_name_like(index) and _bare(words.low[index]) not in lists.NOT_NAMES


def _bare(low: str) -> str:
    return low.removesuffix("'s")


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
    of_person = before in ("his", "her", "whose") or _bare(before) in lists.ONE_PERSON
    return of_person and words.low[index + 1 : index + 2] in (["is"], ["was"]) and _could_be_name(words, index + 2)


def _name_before_person(words: Words, index: int) -> int | None:
    """Return the last word of "Marcus, a ninth grader", "Jayden’s mother" or "Anna K. read"; None for anything else."""
    if not words.is_name_like(index) or _bare(words.low[index]) in lists.NOT_NAMES:
        return None
    after = index + 1
    if not words.same(index, after) or (index and words.low[index - 1] in lists.PLACE_BEFORE):
        return None
    if words.low[index].endswith("'s"):
        follows_name = index > 0 and words.same(index - 1, index) and words.is_name_like(index - 1)
        return after if words.low[after] in lists.FAMILY and not follows_name else None
    if words.gap(after).startswith(","):
        return _apposition(words, index)
    is_letter = len(words.written[after]) == 1 and words.written[after].isupper() and words.gap(after) == " "
    if is_letter and words.low[index] not in lists.BEFORE_A_LETTER and words.gap(after + 1).startswith(". "):
        follows_small = after + 1 < len(words) and words.written[after + 1][0].islower()
        return after if follows_small else None
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


# initials ------------------------------------------------------------------------------------------------------------


def _initials(words: Words) -> Iterator[Span]:
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


# small groups --------------------------------------------------------------------------------------------------------


def _small_counts(words: Words, minimum: int) -> Iterator[Span]:
    reached = 0
    for told in cells.small_counts_in(words.text, minimum):
        start = words.text.index(told, reached)
        reached = start + len(told)
        yield start, reached
    for match in _N.finditer(words.text):
        if 0 < int(match.group(1)) < minimum:
            yield match.span()
    for index, low in enumerate(words.low):
        if lists.NUMBERS.get(low, minimum) >= minimum or _is_label(words, index):
            continue
        if (person := _counted(words, index)) is not None:
            yield words.span(index, person)


def _is_label(words: Words, index: int) -> bool:
    """Say whether the number names something ("grade 3") or is a share ("one in three")."""
    before = words.gap(index)
    if before.endswith(("$", "#", "-", "–")) and index and not words.low[index - 1].isdigit():
        return True
    return bool(index) and words.same(index - 1, index) and words.low[index - 1] in lists.UNITS_BEFORE


def _counted(words: Words, index: int) -> int | None:
    """Return the word for students that this number counts."""
    for place in range(index + 1, min(index + 6, len(words))):
        low = words.low[place]
        if not words.same(index, place) or words.gap(place).strip(" -\u2011\n") != "":
            return None
        if low in lists.PEOPLE or (low in lists.ONE_PERSON and _is_one(words, index, place)):
            return None if words.low[place + 1 : place + 4] == ["at", "a", "time"] else place
        if low not in lists.BETWEEN:
            return None
    return None


def _is_one(words: Words, index: int, person: int) -> bool:
    """Say whether this is "one student" and not "one student group" or "a three-student table"."""
    hyphen = "-" in (words.gap(person), words.gap(person + 1))
    return words.low[index] in ("1", "one") and not hyphen


# numbers and dates ---------------------------------------------------------------------------------------------------


def _birth_dates(words: Words) -> Iterator[Span]:
    for index, low in enumerate(words.low):
        if low not in lists.BIRTH:
            continue
        for place in range(index + 1, min(index + NEAR, len(words))):
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


def _student_ids(words: Words) -> Iterator[Span]:
    for index, low in enumerate(words.low):
        if low not in lists.ID_WORDS:
            continue
        first = max(0, index - 3)
        near = words.low[first:index]
        of_person = low in lists.ID_AFTER or any(_bare(one) in lists.ONE_PERSON for one in near)
        for place in range(index + 1, min(index + 5, len(words))):
            number = words.low[place]
            if of_person and words.same(index, place) and number.isdigit() and len(number) >= 4:  # noqa: PLR2004
                yield words.span(index, place)
                break


# private matters -----------------------------------------------------------------------------------------------------


def _sensitive(words: Words) -> Iterator[Span]:
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
    if words.low[index] in lists.PRONOUNS:
        return True
    if _bare(words.low[index]) not in lists.ONE_PERSON:
        return False
    before = words.low[max(0, index - 3) : index]
    return not any(low in lists.NOT_CERTAIN for low in before) and any(low in lists.A_CERTAIN for low in before)


_PATTERNS: tuple[tuple[HitKind, re.Pattern[str]], ...] = (
    (HitKind.EMAIL, _EMAIL),
    (HitKind.PHONE, _PHONE),
    (HitKind.STUDENT_ID, _SSN),
    (HitKind.STUDENT_ID, _LONG_NUMBER),
)
_FINDERS: tuple[tuple[HitKind, Callable[[Words], Iterator[Span]]], ...] = (
    (HitKind.NAME, _names),
    (HitKind.INITIALS, _initials),
    (HitKind.BIRTH_DATE, _birth_dates),
    (HitKind.STUDENT_ID, _student_ids),
    (HitKind.SENSITIVE, _sensitive),
)
