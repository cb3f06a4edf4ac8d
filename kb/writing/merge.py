"""Puts two people's changes to one text together, field by field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MISSING: Any = None  # a field that is not in a plain form is empty


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both changed, each in another way."""

    field: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields together: mine where both changed one, until the person chooses.

    ``taken`` are the fields that only the other side changed, whose text came in without a question.
    """

    values: dict[str, Any]
    conflicts: list[Conflict] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


def merge(base: Mapping[str, Any] | None, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Merge three flat forms. Without a base every field in which the two differ is a conflict."""
    merged = Merged({})
    for name in dict.fromkeys([*mine, *theirs]):
        one, other = mine.get(name, MISSING), theirs.get(name, MISSING)
        before = MISSING if base is None else base.get(name, MISSING)
        value = one
        if one != other and base is not None and one == before:
            value = other
            merged.taken.append(name)
        elif one != other and (base is None or other != before):
            merged.conflicts.append(Conflict(name, before, one, other))
        if value is not MISSING:
            merged.values[name] = value
    return merged


def flat(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document's plain form with each long text as a field of its own: ``texts.hypothesis``."""
    fields = {name: value for name, value in plain.items() if name != "texts"}
    return fields | {f"texts.{name}": text for name, text in plain.get("texts", {}).items()}


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Undo ``flat``."""
    texts = {name.removeprefix("texts."): text for name, text in fields.items() if name.startswith("texts.")}
    rest = {name: value for name, value in fields.items() if not name.startswith("texts.")}
    return rest | ({"texts": texts} if texts else {})
