"""Reads the YAML at the head of a file: safe types only, no references, no key twice, and the line of every field.

It works on the parser's events instead of its tree, so that depth and size stay bounded whatever a file holds.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import yaml

from kb.importer.problems import FileFaultError, Place

MAX_DEPTH = 20
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_TYPES = {f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float", "timestamp", "str")}
_WORDS = {
    "could not find expected ':'": "a colon is missing after the name of a field",
    "mapping values are not allowed": "a text that holds “: ” needs quotes around it",
    "found character '\\t'": "lines are indented by blanks, never by tabs",
    "found unexpected end of stream": "a quotation mark or bracket is never closed",
}


def read(text: str, *, first_line: int) -> tuple[dict[str, Any], dict[Place, int]]:
    """Return the fields and the line of each place; FileFaultError says what is wrong and where."""
    reader = _Reader(text, first_line)
    try:
        fields = reader.document()
    except yaml.YAMLError as error:
        raise _fault(error, first_line) from error
    if not isinstance(fields, dict):
        raise FileFaultError("The head of the file must be fields, one a line: “title: …”.", line=first_line)
    return fields, reader.lines


class _Reader:
    def __init__(self, text: str, first_line: int) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._scalars: Any = yaml.SafeLoader("")
        self._first_line = first_line
        self.lines: dict[Place, int] = {}

    def document(self) -> Any:
        next(self._events)  # the stream starts
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return {}
        value = self._value(next(self._events), ())
        next(self._events)  # the document ends
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise FileFaultError("The head of the file ends here, but more follows.", line=self._line(following))
        return value

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + self._first_line

    def _value(self, event: Any, place: Place) -> Any:
        self.lines.setdefault(place, self._line(event))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "References (& and *) are not allowed. Write the value out."
            raise FileFaultError(message, line=self._line(event), field=str(place[0]) if place else "")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if event.tag is not None:
            raise self._tag_fault(event)
        if len(place) >= MAX_DEPTH:
            raise FileFaultError(f"is nested deeper than {MAX_DEPTH} levels.", line=self._line(event))
        return self._mapping(place) if isinstance(event, yaml.MappingStartEvent) else self._list(place)

    def _list(self, place: Place) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*place, len(values))))
        return values

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = event.value if isinstance(event, yaml.ScalarEvent) else None
            if not name:
                raise FileFaultError("A field needs a name before its colon.", line=self._line(event))
            if name in values:
                first = self.lines[(*place, name)]
                message = f"stands twice: here and in line {first}. Leave one out."
                raise FileFaultError(message, line=self._line(event), field=name)
            self.lines[(*place, name)] = self._line(event)
            values[name] = self._value(next(self._events), (*place, name))
        return values

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None:
            raise self._tag_fault(event)
        tag = self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag not in _TYPES:
            tag = f"{_PREFIX}str"
        node = yaml.ScalarNode(tag, event.value)
        try:
            value = self._scalars.yaml_constructors[tag](self._scalars, node)
            return _utc(value) if isinstance(value, dt.datetime) else value
        except (ValueError, OverflowError) as error:  # a time at the end of the calendar has none in UTC
            message = f"“{event.value[:40]}” is no date, time or number that exists. Correct it, or put it in quotes."
            raise FileFaultError(message, line=self._line(event)) from error

    def _tag_fault(self, event: Any) -> FileFaultError:
        return FileFaultError(f"Tags ({event.tag}) are not allowed. Take it out.", line=self._line(event))


def _utc(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC) if value.tzinfo else value


def _fault(error: yaml.YAMLError, first_line: int) -> FileFaultError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    words = next((words for part, words in _WORDS.items() if part in problem), problem)
    line = first_line + mark.line if mark is not None else first_line
    return FileFaultError(
        f"The head of the file is not valid YAML: {words}. Correct this line or the one above.", line=line
    )
