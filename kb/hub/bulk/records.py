"""Makes the document of a draft from a row of cells; whatever fits no field is kept as text. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pydantic

from kb.cycles.document import CycleDocument, PredictionEntry
from kb.cycles.rules import Decision, Stage
from kb.documents import Document
from kb.hub.bulk import rules
from kb.hub.bulk.rules import CellError, Column, Sort
from kb.ideas.document import IdeaDocument
from kb.items.document import CreditEntry
from kb.items.rules import CreditRole, Kind
from kb.permissions import Audience, State

MOST_KEPT = 18_000
_CORE = ("did", "happened", "learned")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row: the header of the column, "" for the row as a whole. ``stops``: no draft is made."""

    row: int
    header: str
    message: str
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a row may refer to, each by plain text; and what every draft of the import has in common.

    ``core`` is the question of the method for each of the answers did, happened and learned.
    """

    kind: Kind
    schools: Mapping[str, str]
    school: str
    network: str | None
    author: str
    ideas: Mapping[str, str]
    drivers: Mapping[str, str]
    method: str
    method_version: str
    core: Mapping[str, str]


@dataclass(slots=True)
class Row:
    """A row that was read: its values by column, the text that fits no field, and what is wrong."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        """Whether no draft can be made of it."""
        return any(problem.stops for problem in self.problems)


def read(
    number: int, headers: Sequence[str], cells: Sequence[str], mapping: Sequence[str], around: Surroundings
) -> Row:
    """Return what a row says under a mapping of its cells to columns."""
    row = Row(number)
    columns = {column.name: column for column in rules.COLUMNS[around.kind]}
    for header, cell, name in zip(headers, cells, mapping, strict=False):
        if cell and name in columns:
            _take(row, header, cell, columns[name], around)
    _complete(row, around)
    if row.stops:  # what else is wrong with it matters once it can be a draft
        row.problems = [problem for problem in row.problems if problem.stops]
    return row


def _take(row: Row, header: str, cell: str, column: Column, around: Surroundings) -> None:
    if column.sort is Sort.TEXT:
        row.values[column.name] = "\n\n".join(filter(None, (row.values.get(column.name), cell)))
        return
    try:
        row.values[column.name] = _READERS[column.sort](cell, column, around)
    except CellError as error:
        stops = column.sort is Sort.SCHOOL
        told = f"{error}" if stops else f"{error} It is kept as text in the draft."
        row.problems.append(Problem(row.number, header, told, stops=stops))
        row.kept.append(f"{header}: {cell}")
        if column.sort is Sort.LINE:
            row.values[column.name] = f"{_line(cell)[: column.longest - 1].rstrip()}…"


def _line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, column: Column, _around: Surroundings) -> str:
    line = _line(text)
    if len(line) > column.longest:
        message = f"is longer than {column.longest} signs and is shortened."
        raise CellError(message)
    return line


def _school(text: str, _column: Column, around: Surroundings) -> str:
    found = around.schools.get(rules.plain(text))
    if found is None:
        raise CellError("is no school that you can bring write-ups for. Write its name as it stands in the list.")
    return found


def _drivers(text: str, _column: Column, around: Surroundings) -> list[str]:
    known = {part: around.drivers.get(rules.plain(part)) for part in rules.labels(text)}
    found = [driver for driver in known.values() if driver is not None]
    if len(found) < len(known):
        raise CellError("names a driver that the diagram does not have.")
    return found


def _labels(text: str, _column: Column, _around: Surroundings) -> list[str]:
    found = rules.labels(text)
    if any(len(label) > 100 for label in found):  # noqa: PLR2004 - the longest tag
        raise CellError("holds a word longer than 100 signs.")
    return found


_READERS: Mapping[Sort, Callable[[str, Column, Surroundings], Any]] = {
    Sort.LINE: _short,
    Sort.DATE: lambda text, _column, _around: rules.date(text),
    Sort.NUMBER: lambda text, _column, _around: rules.number(text),
    Sort.WORD: lambda text, column, _around: rules.word(column.name, text),
    Sort.LABELS: _labels,
    Sort.GRADES: lambda text, _column, _around: rules.grades(text),
    Sort.SCHOOL: _school,
    Sort.IDEA: lambda text, _column, _around: _line(text)[:200],
    Sort.DRIVERS: _drivers,
    Sort.PEOPLE: lambda text, _column, _around: [name[:200] for name in rules.labels(text)][:20],
}


def _complete(row: Row, around: Surroundings) -> None:
    """Fill in what follows from other cells, and say what is missing."""
    values = row.values
    values.setdefault("school", around.school)
    if around.kind is Kind.CYCLE:
        _complete_cycle(row)
    if not values.get("title"):
        row.problems.append(Problem(row.number, "", "has no title, so no draft is made of it.", stops=True))


def _complete_cycle(row: Row) -> None:
    values = row.values
    if not values["school"] and not row.stops:
        row.problems.append(Problem(row.number, "", "names no school. Choose one for all rows.", stops=True))
    idea = values.get("idea") or values.get("title")
    if idea:
        values["idea"] = idea
        values.setdefault("title", f"Test of “{idea[:180]}”")
    first, last = values.get("started_on"), values.get("ended_on")
    if last is not None and (first is None or last < first):
        row.kept.append(f"Last day: {last.isoformat()}")
        del values["ended_on"]
        told = "ends before it begins" if first else "has a last day and no first one"
        row.problems.append(Problem(row.number, "", f"{told}. The last day is kept as text in the draft."))
    if "result" in values and "started_on" not in values:
        told = "has a result and no first day. Result and decision are kept as text until you write the day."
        _keep_as_text(row, told, "result", "decision", "outcome")
    elif "result" not in values and ("decision" in values or "outcome" in values):
        told = "has no result. What was decided is kept as text until you say what the result was."
        _keep_as_text(row, told, "decision", "outcome")


def _keep_as_text(row: Row, told: str, *names: str) -> None:
    for name in names:
        if name in row.values:
            row.kept.append(f"{name.capitalize()}: {row.values.pop(name).value.replace('_', ' ')}")
    row.problems.append(Problem(row.number, "", told))


def document(row: Row, public_id: str, around: Surroundings, *, idea: str | None, now: dt.datetime) -> Document:
    """Return the draft of a row; a pydantic error where it cannot be one. ``idea`` is the id of the tested idea."""
    values = row.values
    shared = {
        "id": public_id,
        "state": State.DRAFT,
        "audience": Audience.NETWORK if around.network else Audience.SCHOOL if values["school"] else Audience.OWNER,
        "network": around.network,
        "school": values["school"] or None,
        "author": around.author,
        "shared_with_school": bool(values["school"]),
        "created": now,
        "credits": [CreditEntry(name=name, role=CreditRole.TEACHER) for name in values.get("people", ())],
        **{name: values[name] for name in ("title", "summary", *_TAGS) if name in values},
    }
    return _idea(row, shared) if around.kind is Kind.IDEA else _cycle(row, shared, around, idea)


_TAGS = ("topics", "subjects", "groups", "grades")
_IDEA_FIELDS = ("population", "roles_needed", "staff_time", "duration", "cost", "target", "drivers")
_IDEA_TEXTS = ("hypothesis", "how_to_try", "core_parts", "adaptable_parts", "materials")
_CYCLE_FIELDS = ("started_on", "ended_on", "test_population", "group_size", "scale", "as_planned", "result")


def _idea(row: Row, shared: dict[str, Any]) -> IdeaDocument:
    texts = {name: row.values[name] for name in _IDEA_TEXTS if name in row.values}
    own = {name: row.values[name] for name in _IDEA_FIELDS if name in row.values}
    return IdeaDocument(**shared, **own, texts=_with_kept(texts, "materials", row.kept))


def _cycle(row: Row, shared: dict[str, Any], around: Surroundings, idea: str | None) -> CycleDocument:
    values = row.values
    texts = {around.core[name]: values[name] for name in _CORE if name in values and name in around.core}
    loose = [values[name] for name in _CORE if name in values and name not in around.core]
    texts |= {name: values[name] for name in ("surprises", "next_step") if name in values}
    own = {name: values[name] for name in _CYCLE_FIELDS if name in values}
    is_done = "result" in values
    if is_done:
        own["decision"] = values.get("decision", Decision.UNDECIDED)
    return CycleDocument(
        **shared,
        **own,
        idea=idea or "",
        method=around.method,
        method_version=around.method_version,
        stage=Stage.DONE if is_done else Stage.RUNNING if "started_on" in values else Stage.PLANNED,
        predictions=_predictions(values, is_done=is_done),
        texts=_with_kept(texts, "surprises", loose + row.kept),
    )


def _predictions(values: Mapping[str, Any], *, is_done: bool) -> list[PredictionEntry]:
    """Return the prediction without a lock: of a test that is done the page says "entered after data"."""
    if not values.get("question") and not values.get("predicted"):
        return []
    return [
        PredictionEntry(
            question=values.get("question", ""),
            expected=values.get("predicted", ""),
            outcome=values.get("outcome") if is_done else None,
        )
    ]


def _with_kept(texts: dict[str, str], name: str, kept: Sequence[str]) -> dict[str, str]:
    """Add what fits no field at the end of a text."""
    if kept:
        texts[name] = "\n\n".join(filter(None, (texts.get(name), *kept)))[:MOST_KEPT]
    return texts


def fault(error: pydantic.ValidationError, row: int) -> Problem:
    """Return in words why a row cannot be a draft."""
    first = error.errors()[0]
    where = str(first["loc"][0]).replace("_", " ") if first["loc"] else ""
    message = first["msg"].removeprefix("Value error, ")
    return Problem(row, "", f"{where}: {message}" if where else message, stops=True)
