"""What changed between two texts, word by word, so that a person can read it. Pure."""

import difflib
import enum
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PARTS = re.compile(r"\n+|[^\S\n]+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+$")
_MOST_WORDS = 3_000  # of one passage; comparing takes the square of it
_SHORT = 2  # words that stayed between two changes: read more easily as part of the change


class Change(enum.StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what became of them."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose text is another now. ``pieces`` read in order are the old and the new text at once."""

    field: str
    pieces: list[Piece]


def pieces(before: str, after: str) -> list[Piece]:
    """Return the words of both texts: without what was added the old text, without what was removed the new one."""
    if before == after:
        return [Piece(Change.SAME, before)] if before else []
    return _joined(_by_line(_LINES.findall(before), _LINES.findall(after)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return the fields of two flat forms (``merge.flat``) that differ, in the order of the new one."""
    names = dict.fromkeys([*after, *before])
    told = {name: (words(before.get(name)), words(after.get(name))) for name in names}
    return [FieldChange(name, pieces(old, new)) for name, (old, new) in told.items() if old != new]


def words(value: Any) -> str:
    """Return a field as text: lists line by line, parts of them as "name: value"."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Mapping():
            told = {name: words(inner) for name, inner in value.items()}
            return "\n".join(f"{name.replace('_', ' ')}: {text}" for name, text in told.items() if text)
        case list():
            return "\n".join(filter(None, map(words, value)))
        case _:
            return str(value)


def shortened(found: Sequence[Piece], around: int = 160) -> list[Piece | None]:
    """Return the pieces with long stretches that stayed cut down to what is near a change; None stands for the rest."""
    short: list[Piece | None] = []
    for index, piece in enumerate(found):
        if piece.change is not Change.SAME or len(piece.text) <= 2 * around + 40:
            short.append(piece)
            continue
        if index > 0:
            short.append(Piece(Change.SAME, _first_words(piece.text[:around])))
        short.append(None)
        if index < len(found) - 1:
            short.append(Piece(Change.SAME, _first_words(piece.text[-around:][::-1])[::-1]))
    return short


def _first_words(text: str) -> str:
    """Return the text up to its last space, so that no word is cut in half."""
    return text[: max(text.rfind(" "), text.rfind("\n")) + 1] or text


def _by_line(before: list[str], after: list[str]) -> Iterator[Piece]:
    """Compare the lines first: only those that changed are compared by the word."""
    for tag, begin, end, other_begin, other_end in _steps(before, after):
        old, new = "".join(before[begin:end]), "".join(after[other_begin:other_end])
        if tag == "equal":
            yield Piece(Change.SAME, old)
        else:
            yield from _by_word(_PARTS.findall(old), _PARTS.findall(new))


def _by_word(before: list[str], after: list[str]) -> Iterator[Piece]:
    if len(before) > _MOST_WORDS or len(after) > _MOST_WORDS:
        yield from _replaced(before, after)
        return
    steps = _steps(before, after)
    for index, (tag, begin, end, other_begin, other_end) in enumerate(steps):
        between = 0 < index < len(steps) - 1
        if tag == "equal" and not (between and _is_short(before[begin:end])):
            yield Piece(Change.SAME, "".join(before[begin:end]))
        else:
            yield from _replaced(before[begin:end], after[other_begin:other_end])


def _steps(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _is_short(parts: list[str]) -> bool:
    return sum(1 for part in parts if part[0].isalnum()) < _SHORT and "\n" not in "".join(parts)


def _replaced(before: list[str], after: list[str]) -> Iterator[Piece]:
    if before:
        yield Piece(Change.REMOVED, "".join(before))
    if after:
        yield Piece(Change.ADDED, "".join(after))


def _joined(found: Iterator[Piece]) -> list[Piece]:
    """Put neighbours together: between two stretches that stayed, first all that went, then all that came."""
    joined: list[Piece] = []
    for is_same, group in itertools.groupby(found, key=lambda piece: piece.change is Change.SAME):
        members = list(group)
        for change in (Change.SAME,) if is_same else (Change.REMOVED, Change.ADDED):
            text = "".join(piece.text for piece in members if piece.change is change)
            if text:
                joined.append(Piece(change, text))
    return joined
