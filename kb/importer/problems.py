"""What is wrong with a file, in words that say where it is and what to do."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pydantic

Place = tuple[str | int, ...]
Lines = Mapping[Place, int]
_NAME_SIGNS = str.maketrans("", "", "_.-")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct. ``line`` counts from 1; 0 when it is about the whole file."""

    path: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class FileFaultError(Exception):
    """A file cannot be read as a record at all."""

    def __init__(self, message: str, *, line: int = 0, field: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.field = field


def line_of(lines: Lines, place: Iterable[str | int]) -> int:
    """Return the line of a field, or of the nearest thing around it."""
    at = tuple(place)
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 0)


def place_name(place: Iterable[str | int]) -> str:
    """Return a field's name for people: ``links[2].target``, counted from 1."""
    name = ""
    for part in place:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name.removeprefix("texts.")


def of_validation(
    path: str, lines: Lines, error: pydantic.ValidationError, model: type[pydantic.BaseModel]
) -> list[Problem]:
    """Return one problem for each fault that a model found."""
    problems = []
    for fault in error.errors(include_url=False):
        place, message = _read(fault, model)
        problems.append(Problem(path, line_of(lines, place), place_name(place), message))
    return problems


_SENTENCES = {
    "missing": "is missing. Add it.",
    "string_type": "must be text. Put it between quotes: “{input}”.",
    "string_too_long": "is longer than {max_length} characters. Shorten it.",
    "string_too_short": "is empty. Write something.",
    "too_short": "is empty. Write something.",
    "enum": "“{input}” is none of {expected}. Use one of these.",
    "date_type": "must be a date like 2025-09-08, without quotes.",
    "date_from_datetime_inexact": "must be a date like 2025-09-08, without a time.",
    "datetime_type": "must be a time like 2025-09-08T14:05:00Z, without quotes.",
}


def _read(fault: Any, model: type[pydantic.BaseModel]) -> tuple[Place, str]:
    place: Place = tuple(part for part in fault["loc"] if part not in ("int", "float", "[key]"))
    facts = {"input": _short(fault["input"]), **fault.get("ctx", {})}
    kind = fault["type"]
    if kind == "extra_forbidden":
        return place, _unknown(str(place[-1]), model, nested=len(place) > 1)
    if kind == "string_pattern_mismatch":
        return place, f"“{facts['input']}” has not the right form: {_form(facts['pattern'])}."
    if kind == "value_error":
        return _own_words(place, str(facts["error"]))
    sentence = _SENTENCES.get(kind)
    return place, sentence.format_map(facts) if sentence else f"{fault['msg']}. Correct it."


def _own_words(place: Place, message: str) -> tuple[Place, str]:
    """Read "field: words" as a validator writes it for a record as a whole."""
    field, colon, words = message.partition(": ")
    if colon and field.translate(_NAME_SIGNS).isalnum() and field == field.lower():
        return (*place, *field.split(".", 1)), words
    return place, message


def _unknown(name: str, model: type[pydantic.BaseModel], *, nested: bool) -> str:
    known = [field.alias or key for key, field in model.model_fields.items()]
    near = [] if nested else difflib.get_close_matches(name, known, 1)
    hint = f"Did you mean {near[0]}?" if near else "Check the spelling, or take it out."
    return f"is no field that this takes. {hint}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - enough to recognise it


_FORMS = {
    "{8}": "8 characters of 0123456789abcdefghjkmnpqrstvwxyz",
    "{12}": "12 digits, in quotes",
    "{64}": "64 hexadecimal digits",
    "[A-Z]{2}": "two capital letters, like CA",
    "[1-4][1-3]": "an NCES locale code from 11 to 43, in quotes",
    "[a-z0-9]": "small letters, digits, hyphen, dot and underscore",
}


def _form(pattern: str) -> str:
    return next((words for part, words in _FORMS.items() if part in pattern), pattern)
