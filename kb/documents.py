"""The document form of a record: one strict shape for files, revisions and exports, so that none loses a thing.

Reading is strict (no text for a number, no unknown field); writing is canonical (fixed order, nothing empty), so that
two equal records always give the same document and the same fingerprint.
"""

import datetime as dt
import functools
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, Self, TypeVar

import pydantic
from pydantic import AfterValidator, Field, StringConstraints

from kb.ids import PUBLIC_ID
from kb.markup import normalise

Choice = TypeVar("Choice")
Word = Annotated[Choice, Field(strict=False)]  # one of the words of an enum, written as text
_UNSEEN = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and line end
_EMPTY: tuple[object, ...] = ("", None, False, [], {})


def _storable(text: str) -> str:
    if "\x00" in text:
        message = "holds a NUL character, which cannot be stored. Take it out."
        raise ValueError(message)
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        message = "holds half of a character (a lone surrogate). Type it again."
        raise ValueError(message)
    if unseen := _UNSEEN.search(text):
        message = f"holds a control character (U+{ord(unseen.group()):04X}) that no page or feed can show. Take it out."
        raise ValueError(message)
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        message = "runs over several lines. Write it on one."
        raise ValueError(message)
    return text


def _aware(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        message = "needs a time zone. Write UTC with a Z at the end: 2025-09-08T14:05:00Z."
        raise ValueError(message)
    return moment.astimezone(dt.UTC)


def number(value: float) -> float:
    """Return a whole number without a fraction, so that 70 and 70.0 are written alike."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR2004 - doubles are exact to there


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        message = "names something twice. Leave one out."
        raise ValueError(message)
    return values


Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_storable)]  # a paragraph of plain text
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable), AfterValidator(_one_line)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable), AfterValidator(_one_line)
]
Label = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    AfterValidator(_storable),
    AfterValidator(_one_line),
]
PublicId = Annotated[str, StringConstraints(pattern=f"^{PUBLIC_ID.pattern}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=60)]
Moment = Annotated[dt.datetime, AfterValidator(_aware)]
Number = Annotated[int | float, Field(ge=-1e15, le=1e15), AfterValidator(number)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Percent = Annotated[int | float, Field(ge=0, le=100), AfterValidator(number)]
Body = Annotated[str, AfterValidator(_storable), AfterValidator(normalise)]
Unique = AfterValidator(_unique)


class Document(pydantic.BaseModel):
    """The base of every document and of its parts. Field order is the order in files."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, validate_by_name=True)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Return the document that ``as_json`` wrote."""
        return cls.model_validate_json(json.dumps(content))

    def plain(self, leave_out: Iterable[str] = ()) -> dict[str, Any]:
        """Return the fields in order, without those that are empty by default; dates stay dates."""
        written: dict[str, Any] = {}
        for name, written_as, default in _fields(type(self)):
            value = getattr(self, name)
            if name in leave_out or (value in _EMPTY and value == default):
                continue
            written[written_as] = _plain(value)
        return written

    def as_json(self, leave_out: Iterable[str] = ()) -> dict[str, Any]:
        """Return the same as JSON holds it: what a revision keeps."""
        written: dict[str, Any] = json.loads(json.dumps(self.plain(leave_out), default=_json))
        return written

    def fingerprint(self, leave_out: Iterable[str] = ()) -> str:
        """Return a SHA-256 over the content: equal records have equal fingerprints."""
        text = json.dumps(self.plain(leave_out), default=_json, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def mark(self) -> str:
        """Return a fingerprint of all that an import sets: what tells that somebody changed it since."""
        return self.fingerprint()


@functools.cache
def _fields(model: type[Document]) -> list[tuple[str, str, Any]]:
    """Return each field's name, its name in files and its default."""
    return [
        (name, field.alias or name, field.get_default(call_default_factory=True))
        for name, field in model.model_fields.items()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Document):
        return value.plain()
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value


def _json(value: object) -> str:
    if isinstance(value, dt.datetime):
        return time_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    message = f"{type(value)} has no place in a document"
    raise TypeError(message)


def time_text(moment: dt.datetime) -> str:
    """Return a point in time as files write it."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
