"""What a write-up needs before others read it: the eight answers of a cycle, and what ideas and cases need."""

import datetime as dt
from typing import Any

import pytest

from kb.cases.document import CaseDocument
from kb.cycles.document import CycleDocument, PredictionEntry
from kb.cycles.rules import Decision, Outcome, ResultStatus, Stage
from kb.ideas.document import IdeaDocument
from kb.items.document import AdaptationEntry, LinkEntry
from kb.items.rules import LinkType
from kb.permissions import Audience, State
from kb.writing.rules import blockers

NOW = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
CORE = {"did": "do.did", "happened": "study.happened", "learned": "study.learned"}
SHARED: dict[str, Any] = {
    "id": "11111111",
    "title": "Calls",
    "summary": "We called.",
    "state": State.DRAFT,
    "created": NOW,
}


def _cycle(**over: Any) -> CycleDocument:
    values = {
        **SHARED,
        "school": "22222222",
        "idea": "33333333",
        "method": "pdsa",
        "method_version": "1",
        "stage": Stage.DONE,
        "started_on": NOW.date(),
        "test_population": "One ninth-grade class",
        "result": ResultStatus.NO_CLEAR_CHANGE,
        "decision": Decision.ABANDON,
        "predictions": [PredictionEntry(expected="More come.", outcome=Outcome.NOT_MET)],
        "texts": {"do.did": "Called.", "study.happened": "Nothing.", "study.learned": "Text first."},
    }
    return CycleDocument(**{**values, **over})


def _fields(document: Any, **more: Any) -> list[str]:
    return [blocker.field for blocker in blockers(document, core=CORE, **more)]


def test_the_eight_answers_are_enough() -> None:
    assert _fields(_cycle()) == []


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"test_population": " "}, "test_population"),
        ({"predictions": []}, "predictions"),
        ({"predictions": [PredictionEntry(question="Will they?", outcome=Outcome.MET)]}, "predictions"),
        ({"predictions": [PredictionEntry(expected="More come.")]}, "predictions.0.outcome"),
        ({"texts": {"study.happened": "x", "study.learned": "x"}}, "texts.do.did"),
        ({"texts": {"do.did": "x", "study.learned": "x"}}, "texts.study.happened"),
        ({"texts": {"do.did": "x", "study.happened": "x"}}, "texts.study.learned"),
        ({"summary": ""}, "summary"),
    ],
)
def test_each_answer_is_needed(over: dict[str, Any], field: str) -> None:
    assert _fields(_cycle(**over)) == [field]


def test_a_plan_needs_idea_place_and_prediction() -> None:
    plan: dict[str, Any] = {"stage": Stage.PLANNED, "result": None, "decision": None, "started_on": None, "texts": {}}
    expected = [PredictionEntry(expected="More come.")]
    assert _fields(_cycle(**plan, predictions=expected)) == []
    assert _fields(_cycle(**plan, predictions=[])) == ["predictions"]


def test_what_happened_has_a_first_day_behind_it() -> None:
    told = _cycle(stage=Stage.PLANNED, result=None, decision=None, predictions=[PredictionEntry(expected="More.")])
    assert [one.field for one in blockers(told, core=CORE)] == ["started_on"]
    running = told.model_copy(update={"stage": Stage.RUNNING})
    assert blockers(running, core=CORE) == []
    assert blockers(told.model_copy(update={"texts": {}}), core=CORE) == []


def test_an_idea_needs_what_another_school_needs() -> None:
    idea = IdeaDocument(**SHARED)
    assert _fields(idea) == ["texts.hypothesis", "texts.how_to_try", "drivers"]
    texts = {"hypothesis": "If, then.", "how_to_try": "Call."}
    link = LinkEntry(type=LinkType.ADAPTED_FROM, target="44444444", adaptation=AdaptationEntry(kept="All."))
    full = IdeaDocument(**SHARED, drivers=["55555555"], texts=texts, links=[link])
    assert _fields(full) == ["links.0.adaptation.why"]
    told = link.model_copy(update={"adaptation": AdaptationEntry(why="Less time.")})
    assert _fields(full.model_copy(update={"links": [told]})) == []


def test_a_case_rests_on_something() -> None:
    case = CaseDocument(**SHARED, texts={"problem": "x", "what_we_did": "y", "results": "z"})
    assert _fields(case) == ["links"]
    link = LinkEntry(type=LinkType.CITES, target="44444444")
    assert _fields(case.model_copy(update={"links": [link]})) == []


def test_small_counts_stay_at_the_school() -> None:
    told = _cycle(summary="Only 3 of 4 students came.", network="66666666")
    assert _fields(told) == ["summary"]
    assert _fields(told, minimum=4) == []
    assert _fields(told.model_copy(update={"audience": Audience.SCHOOL})) == []
    assert _fields(told.model_copy(update={"audience": Audience.NETWORK})) == ["summary"]
    assert _fields(told.model_copy(update={"small_counts_confirmed": True})) == []
