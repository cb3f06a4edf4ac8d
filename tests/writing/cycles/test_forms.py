"""The forms of a write-up write back what they show, and change nothing else of the record."""

import datetime as dt
from typing import Any

import flask
import pytest
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kb.cycles.document import CycleDocument, PredictionEntry, ResultEntry
from kb.cycles.rules import AsPlanned, Confidence, Decision, Direction, MeasureKind, Outcome, ResultStatus, Scale, Stage
from kb.errors import InvalidError
from kb.items.rules import GradeBand
from kb.web.forms import Form
from kb.writing.cycles import forms
from kb.writing.cycles.fields import NumberField, number_text
from kb.writing.cycles.steps import Page, pages
from tests.cycles.test_locks import TODAY, plan
from tests.writing.cycles.test_steps import method

AMOUNTS = st.none() | st.integers(-(10**15), 10**15) | st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


class _NumberForm(Form):
    amount = NumberField("Amount")


@pytest.fixture(scope="module")
def context() -> Any:
    app = flask.Flask(__name__)
    Babel(app)
    return app.test_request_context()


def _whole(**over: Any) -> CycleDocument:
    """Return a document in which every field of every page holds something."""
    lock = PredictionEntry(expected="First", value=3, confidence=Confidence.LOW)
    locked = lock.model_copy(update={"locked_at": dt.datetime(2026, 9, 1, tzinfo=dt.UTC), "lock_hash": lock.own_hash})
    told = {
        "summary": "One sentence.",
        "test_population": "One class",
        "scale": Scale.FIVE,
        "group_size": 120,
        "grades": [GradeBand.G6_8, GradeBand.G9_12],
        "stage": Stage.DONE,
        "started_on": TODAY - dt.timedelta(days=9),
        "ended_on": TODAY,
        "as_planned": AsPlanned.PARTLY,
        "result": ResultStatus.IMPROVED_FOR_SOME,
        "decision": Decision.SCALE,
        "predictions": [
            locked.model_copy(update={"outcome": Outcome.PARTLY, "actual": "Two\nlines"}),
            PredictionEntry(expected="Better", corrects=lock.own_hash),
            PredictionEntry(question="How many?", value=38.5, unit="%", direction=Direction.UP, outcome=Outcome.MET),
        ],
        "results": [
            ResultEntry(
                measure="On time", kind=MeasureKind.PROCESS, group="All", n=24, count=12, note="Counted\ntwice."
            ),
            ResultEntry(
                measure="Score", kind=MeasureKind.OUTCOME, before=-0.5, after=1e-07, comparison=3, unit="points"
            ),
        ],
        "texts": {code: f"About {code}" for code in [*method("pdsa").question_codes(), "surprises", "next_step"]},
    }
    return plan(**{**told, **over})


def _sent_back(page: Page, document: CycleDocument, context: Any, **typed: str) -> CycleDocument:
    """Send a page just as it was shown, but for what was typed."""
    with context:
        made, start = forms.form_of(page, forms.Asked(document, words=str))
        sent = MultiDict[str, str]()
        for field in made(data=start):
            value = field.data
            for one in value if isinstance(value, list) else [value]:
                sent.add(field.name, one.isoformat() if isinstance(one, dt.date) else str(one or ""))
        for name, words in typed.items():
            sent[name] = words
        made, start = forms.form_of(page, forms.Asked(document, words=str, sent=list(sent)))
        form = made(sent)
        assert form.validate(), form.errors
        return forms.written(form, page, document, today=TODAY)


@pytest.mark.parametrize("code", ["pdsa", "roci", "kaizen"])
@pytest.mark.parametrize("part", ["whole", "nothing"])
def test_a_page_that_is_sent_as_it_was_shown_changes_nothing(code: str, part: str, context: Any) -> None:
    texts = {question: f"About {question}" for question in method(code).question_codes()}
    document = _whole(method=code, texts=texts) if part == "whole" else plan(method=code, predictions=[])
    for page in pages(method(code)):
        assert _sent_back(page, document, context) == document, page.slug


def test_many_rows_of_an_import_stay(context: Any) -> None:
    rows = [ResultEntry(measure=f"Measure {index}", kind=MeasureKind.OUTCOME) for index in range(60)]
    document = _whole(results=rows)
    figures = next(page for page in pages(method("pdsa")) if page.slug == "figures")
    assert _sent_back(figures, document, context).results == rows


def test_a_result_before_the_first_day_is_refused(context: Any) -> None:
    document = plan(started_on=TODAY + dt.timedelta(days=3))
    study = next(page for page in pages(method("pdsa")) if page.slug == "study")
    with pytest.raises(InvalidError, match="has not begun"):
        _sent_back(study, document, context, result="improved")


def test_a_result_without_a_decision_is_undecided(context: Any) -> None:
    study = next(page for page in pages(method("pdsa")) if page.slug == "study")
    told = _sent_back(study, plan(started_on=TODAY), context, result="improved")
    assert (told.decision, told.stage) == (Decision.UNDECIDED, Stage.DONE)


@settings(max_examples=80)
@given(AMOUNTS)
def test_a_number_comes_back_as_it_was(value: float | None) -> None:
    form = _NumberForm(MultiDict({"amount": number_text(value)}))
    assert form.validate()
    assert form.amount.number == value


@pytest.mark.parametrize(("typed", "number"), [("1,450", 1450), (" 70 % ", 70), ("-0.5", -0.5), ("", None)])
def test_numbers_are_read_as_people_write_them(typed: str, number: float | None) -> None:
    assert _NumberForm(MultiDict({"amount": typed})).amount.number == number
