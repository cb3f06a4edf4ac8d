"""The answers of a write-up as the check page lists them: page by page, each with its question and the way back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from flask_babel import gettext as _

from kb.cycles.document import PredictionEntry, ResultEntry
from kb.writing.cycles import rows
from kb.writing.cycles.fields import Words, number_text
from kb.writing.cycles.forms import Asked, form_of
from kb.writing.cycles.names import page_name
from kb.writing.cycles.steps import Page, Part

_ROWS = (f"{rows.PREDICTIONS}-", f"{rows.RESULTS}-")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the question, what was written ("" for nothing), and the id of the input that holds it."""

    question: str
    text: str
    input_id: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page with its answers; ``open`` counts the optional questions that were left open."""

    page: Page
    name: str
    answers: list[Answer]
    open: int


def chapters(all_pages: Sequence[Page], asked: Asked, missing: Sequence[str]) -> list[Chapter]:
    """Return the answers page by page; ``missing`` are the ids of inputs that must be filled in first."""
    found = []
    for page in all_pages:
        answers = list(_answers(page, asked))
        shown = [answer for answer in answers if answer.text or answer.input_id in missing]
        found.append(Chapter(page, page_name(page), shown, len(answers) - len(shown)))
    return found


def input_id(field: str) -> str:
    """Return the id of the input in which a field is written, as a blocker names it."""
    if field == "predictions":
        return rows.name(rows.PREDICTIONS, 0, "expected")
    first, _dot, rest = field.partition(".")
    if first == "texts":
        return rest
    return field.replace(".", "-") if first in (rows.PREDICTIONS, rows.RESULTS) else field


def _answers(page: Page, asked: Asked) -> Iterator[Answer]:
    document = asked.document
    if Part.PREDICTION in page.parts:
        entries = list(enumerate(document.predictions)) or [(0, PredictionEntry())]
        for index, entry in entries:
            name = rows.name(rows.PREDICTIONS, index, "expected")
            told = _("Correction") if entry.corrects else _("Prediction")
            yield Answer(entry.question or told, prediction_text(entry, asked.words), name)
    if Part.FIGURES in page.parts:
        for index, row in enumerate(document.results):
            yield Answer(row.measure, result_text(row, asked.words), rows.name(rows.RESULTS, index, "measure"))
    if Part.OUTCOME in page.parts:
        for index, entry in enumerate(document.predictions):
            if entry.corrects is None:
                told = [str(asked.words(entry.outcome)) if entry.outcome else "", entry.actual]
                name = rows.name(rows.PREDICTIONS, index, "outcome")
                yield Answer(entry.question or entry.expected, ". ".join(filter(None, told)), name)
    form, start = form_of(page, asked)
    for field in form(data=start):
        if not field.name.startswith(_ROWS) and not (field.name == "started_on" and Part.PREDICTION in page.parts):
            yield Answer(str(field.label.text), _text(field), _first_input(field))


def prediction_text(entry: PredictionEntry, words: Words) -> str:
    """Return a prediction in one line: what, how much, which way, how sure."""
    amount = f"{number_text(entry.value)} {entry.unit}".strip() if entry.value is not None else ""
    more = [amount, *(str(words(word)) for word in (entry.direction, entry.confidence) if word)]
    return " · ".join(part for part in (entry.expected, *more) if part)


def result_text(row: ResultEntry, words: Words) -> str:
    """Return a figure in one line."""
    of = _("%(count)s of %(n)s", count=row.count, n=row.n) if row.count is not None and row.n is not None else ""
    values = [
        f"{name} {number_text(value)} {row.unit}".strip()
        for name, value in ((_("before"), row.before), (_("after"), row.after), (_("elsewhere"), row.comparison))
        if value is not None
    ]
    n = _("of %(n)s students", n=row.n) if row.n is not None and not of else ""
    count = str(row.count) if row.count is not None and not of else ""
    parts = [row.group, of or count, *values, n, str(words(row.kind)), row.note]
    return " · ".join(part for part in parts if part)


def _first_input(field: wtforms.Field) -> str:
    return f"{field.id}-0" if isinstance(field, wtforms.RadioField | wtforms.SelectMultipleField) else field.id


def _text(field: Any) -> str:
    if isinstance(field, wtforms.SelectMultipleField | wtforms.SelectField):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        options: Any = field.choices or []
        names = {choice.value: choice.label for choice in options}
        return ", ".join(str(names.get(one, one)) for one in chosen if one)
    if isinstance(field, wtforms.DateField) and field.data:
        return f"{field.data:%b} {field.data.day}, {field.data.year}"
    return str(field.data or "")
