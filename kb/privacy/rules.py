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
from kb.privacy.counts import small_counts
from kb.privacy.facts import ADDRESS, birth_dates, sensitive, student_ids
from kb.privacy.names import initials, names
from kb.privacy.reading import Span, Words, read, without_addresses

AROUND = 120  # characters on either side that belong to what is confirmed
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,5}+")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ]?)\d{3}[-. ]?\d{4}(?![\w/-]|[.,]\d)"
    r"|(?<![\w.,/-])\d{3}-\d{4}(?![\w/-]|[.,]\d)"
)
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_LONG_NUMBER = re.compile(r"(?<![\w.,/$-])(?:\d{7,9}|\d{11,14})(?![\w/%-]|[.,]\d)")


class HitKind(enum.StrEnum):
    """What a hit may tell."""

    NAME = "name"
    INITIALS = "initials"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    STUDENT_ID = "student_id"
    SMALL_COUNT = "small_count"
    SENSITIVE = "sensitive"


ADVICE: dict[HitKind, str] = {
    HitKind.NAME: "This looks like the name of a student. Write “a student” instead.",
    HitKind.INITIALS: "Initials can tell who a student is. Write “a student” instead.",
    HitKind.EMAIL: "This is an e-mail address. Take it out; readers can ask your school through the hub.",
    HitKind.PHONE: "This looks like a telephone number. Take it out; readers can ask your school through the hub.",
    HitKind.ADDRESS: "This looks like the address of a home. Take it out.",
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
    found += [(start, end, HitKind.SMALL_COUNT) for start, end in small_counts(words, minimum)]
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


_PATTERNS: tuple[tuple[HitKind, re.Pattern[str]], ...] = (
    (HitKind.EMAIL, _EMAIL),
    (HitKind.PHONE, _PHONE),
    (HitKind.ADDRESS, ADDRESS),
    (HitKind.STUDENT_ID, _SSN),
    (HitKind.STUDENT_ID, _LONG_NUMBER),
)
_FINDERS: tuple[tuple[HitKind, Callable[[Words], Iterator[Span]]], ...] = (
    (HitKind.NAME, names),
    (HitKind.INITIALS, initials),
    (HitKind.BIRTH_DATE, birth_dates),
    (HitKind.STUDENT_ID, student_ids),
    (HitKind.SENSITIVE, sensitive),
)
