"""The form of each page of a write-up, made of the questions of its method and those that every cycle answers."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _

from kb.cycles.document import CycleDocument
from kb.cycles.rules import AsPlanned, Decision, ResultStatus, Scale
from kb.errors import InvalidError, KbError
from kb.items.rules import GradeBand
from kb.web.forms import Form, LineField, TextField, choices
from kb.writing.cycles import rows
from kb.writing.cycles.fields import NumberField, Words, boxes, date_field, number_text, radios, select
from kb.writing.cycles.steps import Page, Part, stage_of

DECISIONS = {
    Decision.ADOPT: _("Adopt: keep doing it"),
    Decision.ADAPT: _("Adapt: change it and test again"),
    Decision.ABANDON: _("Abandon: stop"),
    Decision.TEST_AGAIN: _("Test again: with other students or at another place"),
    Decision.SCALE: _("Scale: do it with more students"),
    Decision.UNDECIDED: _("Undecided"),
}


class PageForm(Form):
    """The form of one page."""

    def take(self, error: Any) -> None:
        """Put what was refused at its field: ``predictions.0.value`` stands in ``predictions-0-value``."""
        place = error.facts.get("field") if isinstance(error, KbError) else None
        if place is None:
            super().take(error)
            return
        text = str(place).removeprefix("texts.")
        names = [text, text.replace(".", "-")]
        names += [field for field in self._fields if field.startswith(f"{text}-0-")]
        self.refuse(str(error), next((name for name in names if name in self._fields), None))


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides which fields a page has beside its document.

    ``sent`` are the names of fields that came with the form or a draft of it, ``previous`` the tests to choose from
    (public id and title), ``words`` says the words for a code.
    """

    document: CycleDocument
    words: Words
    sent: Collection[str] = ()
    previous: Sequence[tuple[str, str]] = ()

    def rows(self, group: str, stored: int) -> int:
        """Return how many rows a group has: one at least."""
        return max(stored, min(rows.count(self.sent, group), rows.MOST), 1)


def form_of(page: Page, asked: Asked) -> tuple[type[PageForm], dict[str, Any]]:
    """Return the form of a page, and what stands in its fields at first."""
    document = asked.document
    fields: dict[str, Any] = {}
    start: dict[str, Any] = {}
    for part in page.parts:
        made, begin = _PARTS[part](asked)
        fields |= made
        start |= begin
    for question in page.questions:
        fields[question.code] = TextField(
            question.text, description=question.hint, longest=50_000, rows=5 if question.needed else 3
        )
        start[question.code] = document.texts.get(question.code, "")
    return type("PageForm", (PageForm,), fields), start


def written(form: Any, page: Page, document: CycleDocument, *, today: dt.date) -> CycleDocument:
    """Return the document with what the page's form says, and the stage that follows from it."""
    update: dict[str, Any] = {}
    texts = {question.code: form[question.code].data or "" for question in page.questions}
    for part in page.parts:
        changes = dict(_WRITERS[part](form, document))
        texts |= changes.pop("texts", {})
        update |= changes
    update["texts"] = {code: text for code, text in {**document.texts, **texts}.items() if text}
    changed = document.model_copy(update=update)
    if changed.result is not None and changed.started_on is not None and changed.started_on > today:
        message = _("By its first day the test has not begun. Correct the first day, then say how it turned out.")
        raise InvalidError(str(message), field="started_on" if "started_on" in form else "result")
    if changed.result is not None and changed.decision is None:
        changed = changed.model_copy(update={"decision": Decision.UNDECIDED})
    return changed.model_copy(update={"stage": stage_of(changed, today=today)})


def _about(asked: Asked) -> Any:
    document, words = asked.document, asked.words
    fields: dict[str, Any] = {
        "test_population": LineField(
            _("With whom?"), longest=300, description=_("The class or group, without names: “One Algebra 1 class”.")
        ),
        "scale": select(_("How large is the test?"), Scale, words, none=_("Not said")),
        "group_size": NumberField(
            _("How many students?"),
            whole=True,
            description=_("Leave it empty for adults."),
        ),
        "title": LineField(_("Title")),
        "summary": TextField(_("The test in one sentence"), rows=2, longest=500),
        "grades": boxes(_("Grades"), GradeBand, words),
    }
    start = {name: getattr(document, name) for name in ("test_population", "title", "summary", "grades")}
    start |= {"scale": document.scale, "group_size": number_text(document.group_size)}
    if asked.previous:
        import wtforms

        pairs = [("", _("None: this is the first")), *asked.previous]
        fields["previous"] = wtforms.SelectField(
            _("Which test came before this one?"), choices=choices(pairs), validate_choice=True
        )
        start["previous"] = document.previous or ""
    return fields, start


def _about_written(form: Any, document: CycleDocument) -> dict[str, Any]:
    same = {name: form[name].data or "" for name in ("test_population", "summary")}
    return {
        **same,
        "title": form["title"].data or document.title,
        "scale": form["scale"].data,
        "group_size": form["group_size"].number,
        "grades": [band for band in form["grades"].data or [] if band],
        "previous": (form["previous"].data or None) if "previous" in form else document.previous,
    }


def _prediction(asked: Asked) -> Any:
    document, words = asked.document, asked.words
    entries = document.predictions
    fields: dict[str, Any] = {}
    for index in range(asked.rows(rows.PREDICTIONS, len(entries))):
        if index >= len(entries) or entries[index].lock_hash is None:
            fields |= rows.prediction_fields(index, words)
    fields["started_on"] = date_field(
        _("When does the test start?"),
        description=_(
            "The day before, your prediction is locked with the time, so that all can see it was written first."
        ),
    )
    start = rows.start(rows.PREDICTIONS, entries, (*rows.PREDICTED, "corrects"))
    return fields, start | {"started_on": document.started_on}


def _run(asked: Asked) -> Any:
    document, words = asked.document, asked.words
    fields = {
        "started_on": date_field(_("First day of the test")),
        "ended_on": date_field(_("Last day")),
        "as_planned": radios(_("Did you run it as planned?"), AsPlanned, words),
    }
    return fields, {name: getattr(document, name) for name in fields}


def _figures(asked: Asked) -> Any:
    document, words = asked.document, asked.words
    fields: dict[str, Any] = {}
    for index in range(asked.rows(rows.RESULTS, len(document.results))):
        fields |= rows.result_fields(index, words)
    return fields, rows.start(rows.RESULTS, document.results, rows.MEASURED)


def _outcome(asked: Asked) -> Any:
    document, words = asked.document, asked.words
    fields: dict[str, Any] = {}
    for index, entry in enumerate(document.predictions):
        if entry.corrects is None:
            fields |= rows.outcome_fields(index, words)
    fields["result"] = radios(_("How did it turn out?"), ResultStatus, words)
    fields |= _missing_start(document)
    fields["surprises"] = TextField(_("What surprised you?"), rows=3)
    start = rows.start(rows.PREDICTIONS, document.predictions, rows.HAPPENED)
    return fields, start | {"result": document.result, "surprises": document.texts.get("surprises", "")}


def _decision(asked: Asked) -> Any:
    document, words = asked.document, asked.words
    fields: dict[str, Any] = {"decision": radios(_("What did you decide?"), Decision, DECISIONS.__getitem__)}
    if document.result is None:
        fields["result"] = radios(_("How did it turn out?"), ResultStatus, words)
    fields |= _missing_start(document)
    fields["next_step"] = TextField(_("What comes next?"), rows=3)
    return fields, {"decision": document.decision, "next_step": document.texts.get("next_step", "")}


def _missing_start(document: CycleDocument) -> dict[str, Any]:
    """Return the field for the first day where a result needs one and none is known."""
    label = _("When did the test start?")
    return {} if document.started_on is not None else {"started_on": date_field(label)}


def _run_written(form: Any, _document: CycleDocument) -> dict[str, Any]:
    return {name: form[name].data for name in ("started_on", "ended_on", "as_planned")}


def _outcome_written(form: Any, document: CycleDocument) -> dict[str, Any]:
    return {
        "predictions": rows.outcomes(form, document.predictions),
        "texts": {"surprises": form["surprises"].data or ""},
        **_told(form, ("result", "started_on")),
    }


def _decision_written(form: Any, _document: CycleDocument) -> dict[str, Any]:
    return {
        "decision": form["decision"].data,
        "texts": {"next_step": form["next_step"].data or ""},
        **_told(form, ("result", "started_on")),
    }


def _told(form: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: form[name].data for name in names if name in form}


_PARTS: dict[Part, Any] = {
    Part.ABOUT: _about,
    Part.PREDICTION: _prediction,
    Part.RUN: _run,
    Part.FIGURES: _figures,
    Part.OUTCOME: _outcome,
    Part.DECISION: _decision,
}
_WRITERS: dict[Part, Any] = {
    Part.ABOUT: _about_written,
    Part.PREDICTION: lambda form, document: {
        "predictions": rows.predictions(form, document.predictions),
        "started_on": form["started_on"].data,
    },
    Part.RUN: _run_written,
    Part.FIGURES: lambda form, _document: {"results": rows.results(form)},
    Part.OUTCOME: _outcome_written,
    Part.DECISION: _decision_written,
}


def new_form(places: Sequence[tuple[str, str]], methods: Sequence[tuple[str, str]]) -> type[Form]:
    """Return the form that starts a write-up: at which school, by which method, under which title."""
    fields = {
        "school": wtforms.RadioField(_("At which school?"), choices=choices(places)),
        "method": wtforms.RadioField(_("Which method do you use?"), choices=choices(methods)),
        "title": LineField(_("Title"), description=_("You can change it at any time.")),
    }
    return type("NewForm", (Form,), fields)


def check_form(audiences: Sequence[tuple[str, str]]) -> type[Form]:
    """Return the form that ends a write-up: who may read it."""
    fields = {
        "audience": wtforms.RadioField(_("Who may read it?"), choices=choices(audiences)),
        "note": TextField(_("A word to the hub"), rows=2, longest=2_000),
    }
    return type("CheckForm", (Form,), fields)
