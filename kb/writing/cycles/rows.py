"""Rows of a page: predictions and figures, each a group of fields with its number in their names."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from kb.cycles.document import PredictionEntry, ResultEntry
from kb.cycles.locks import says_something
from kb.cycles.rules import Confidence, Direction, MeasureKind, Outcome
from kb.web.forms import LineField, TextField
from kb.writing.cycles.fields import NumberField, Words, number_text, select

PREDICTIONS, RESULTS = "predictions", "results"
MOST = 40  # rows that a form may add: more come from a program
_NUMBERS = {"value", "n", "count", "before", "after", "comparison"}
PREDICTED = ("question", "expected", "value", "unit", "direction", "confidence")
HAPPENED = ("outcome", "actual")
MEASURED = tuple(ResultEntry.model_fields)


def count(sent: Iterable[str], group: str) -> int:
    """Return how many rows of a group came with a form."""
    numbers = [int(found[1]) for name in sent if (found := re.match(rf"{group}-(\d{{1,3}})-", name))]
    return max(numbers, default=-1) + 1


def name(group: str, index: int, field: str) -> str:
    """Return the name of a field of a row."""
    return f"{group}-{index}-{field}"


def prediction_fields(index: int, words: Words) -> dict[str, Any]:
    """Return the fields of what one expects."""
    own = {
        "question": TextField(_("The question it answers"), rows=1),
        "expected": TextField(
            _("What do you expect to happen?"),
            rows=2,
            description=_("One sentence that can turn out wrong: “70% of the class will submit by Friday.”"),
        ),
        "value": NumberField(_("As a number")),
        "unit": LineField(_("Unit"), longest=100, render_kw={"size": 10}),
        "direction": select(_("Direction"), Direction, words, none=_("–")),
        "confidence": select(_("How sure are you?"), Confidence, words, none=_("–")),
        "corrects": wtforms.HiddenField(),
    }
    return {name(PREDICTIONS, index, field): made for field, made in own.items()}


def outcome_fields(index: int, words: Words) -> dict[str, Any]:
    """Return the fields of what became of one prediction."""
    own = {
        "actual": TextField(_("What happened instead, or as well?"), rows=2),
        "outcome": select(_("Did it match?"), Outcome, words, none=_("Choose")),
    }
    return {name(PREDICTIONS, index, field): made for field, made in own.items()}


def result_fields(index: int, words: Words) -> dict[str, Any]:
    """Return the fields of one figure."""
    own = {
        "measure": LineField(_("What did you measure?"), validators=(_Measured(index),)),
        "kind": select(_("Kind of measure"), MeasureKind, words),
        "group": LineField(_("Of which students or what?")),
        "n": NumberField(_("How many in all"), whole=True),
        "count": NumberField(_("How many of them"), whole=True),
        "before": NumberField(_("Before")),
        "after": NumberField(_("After")),
        "unit": LineField(_("Unit"), longest=100, render_kw={"size": 10}),
        "comparison": NumberField(_("Same measure elsewhere")),
        "note": TextField(_("Note"), rows=1),
    }
    return {name(RESULTS, index, field): made for field, made in own.items()}


def start(group: str, entries: Sequence[Any], fields: Sequence[str]) -> dict[str, Any]:
    """Return what stands in the fields of entries at first."""
    return {
        name(group, index, field): _shown(field, getattr(entry, field))
        for index, entry in enumerate(entries)
        for field in fields
    }


def begin_correction(form: Any, index: int, entries: Sequence[PredictionEntry], number: str) -> None:
    """Put the words of a locked prediction into a new row, where they can be corrected."""
    entry = entries[int(number)] if number.isdecimal() and int(number) < len(entries) else PredictionEntry()
    for field in PREDICTED:
        form[name(PREDICTIONS, index, field)].data = _shown(field, getattr(entry, field))
    form[name(PREDICTIONS, index, "corrects")].data = entry.lock_hash or ""


def predictions(form: Any, entries: Sequence[PredictionEntry]) -> list[PredictionEntry]:
    """Return the predictions as a form has them: those that are locked as they are, empty rows left out."""
    found: list[PredictionEntry] = []
    for index in range(max(count(form.data, PREDICTIONS), len(entries))):
        entry = entries[index] if index < len(entries) else PredictionEntry()
        if entry.lock_hash is None and name(PREDICTIONS, index, "expected") in form:
            typed = {field: _typed(form, PREDICTIONS, index, field) for field in (*PREDICTED, "corrects")}
            entry = entry.model_copy(update={**typed, "corrects": typed["corrects"] or None})
        if says_something(entry) or entry.question or entry.lock_hash:
            found.append(entry)
    return found


def outcomes(form: Any, entries: Sequence[PredictionEntry]) -> list[PredictionEntry]:
    """Return the predictions with what became of them."""
    return [
        entry
        if entry.corrects
        else entry.model_copy(update={field: _typed(form, PREDICTIONS, index, field) for field in HAPPENED})
        for index, entry in enumerate(entries)
    ]


def results(form: Any) -> list[ResultEntry]:
    """Return the figures as a form has them, empty rows left out."""
    typed = [
        {field: _typed(form, RESULTS, index, field) for field in MEASURED} for index in range(count(form.data, RESULTS))
    ]
    return [
        ResultEntry.model_construct(**{**row, "kind": row["kind"] or MeasureKind.OUTCOME})
        for row in typed
        if _is_filled(row)
    ]


def _is_filled(row: dict[str, Any]) -> bool:
    return any(value not in ("", None) for field, value in row.items() if field not in ("kind", "unit"))


class _Measured:
    """A row with anything in it says what was measured."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __call__(self, form: Any, field: Any) -> None:
        row = {other: _typed(form, RESULTS, self.index, other) for other in MEASURED}
        if not field.data and _is_filled(row):
            raise ValidationError(str(_("Say what you measured, for example “On time”.")))


def _typed(form: Any, group: str, index: int, field: str) -> Any:
    found = form[name(group, index, field)]
    return found.number if isinstance(found, NumberField) else found.data if found.data is not None else _empty(field)


def _empty(field: str) -> str | None:
    return None if field in ("direction", "confidence", "outcome", "kind") else ""


def _shown(field: str, value: Any) -> Any:
    return number_text(value) if field in _NUMBERS else value
