"""The pages of a write-up: every question of every method stands on one page, and few are asked for."""

import datetime as dt
from collections import Counter

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.config import bundled
from kb.cycles.rules import ResultStatus, Stage
from kb.methods.document import MethodDocument, QuestionEntry, StepEntry
from kb.methods.models import Core, Phase
from kb.writing.cycles.steps import OWN_PAGES, Page, Part, neighbours, next_texts, page_of, pages, stage_of
from tests.cycles.test_locks import TODAY, plan

METHODS = ("pdsa", "roci", "kaizen", "dmaic", "carnegie", "hth")
ALWAYS = (Part.ABOUT, Part.PREDICTION, Part.RUN, Part.FIGURES, Part.OUTCOME, Part.DECISION)


def method(code: str) -> MethodDocument:
    front = (bundled("content") / "methods" / f"{code}.md").read_text().split("---")[1]
    return MethodDocument.model_validate(yaml.safe_load(front))


@st.composite
def methods(draw: st.DrawFn) -> MethodDocument:
    """Draw a method of any shape: phases in any order, the three core answers anywhere."""
    phases = draw(st.lists(st.sampled_from(list(Phase)), min_size=1, max_size=6))
    codes = [draw(st.sampled_from(["about", "figures", "plan_it", "x"])) + str(index) for index in range(len(phases))]
    codes[0] = draw(st.sampled_from([codes[0], "about", "figures"]))
    at = {core: draw(st.integers(0, len(phases) - 1)) for core in Core}
    steps = [
        StepEntry(
            code=code,
            title=code,
            phase=phase,
            questions=[
                *[QuestionEntry(code=f"{code}.{core}", text="?", core=core) for core in Core if at[core] == index],
                QuestionEntry(code=f"{code}.more", text="?"),
            ],
        )
        for index, (code, phase) in enumerate(zip(codes, phases, strict=True))
    ]
    return MethodDocument(code="m", version="1", title="M", steps=steps)


def _is_whole(found: list[Page], told: MethodDocument) -> None:
    parts = Counter(part for page in found for part in page.parts)
    assert parts == Counter(ALWAYS)
    assert sorted(q.code for page in found for q in page.questions) == sorted(told.question_codes())
    slugs = [page.slug for page in found]
    assert len(set(slugs)) == len(slugs)
    where = {part: index for index, page in enumerate(found) for part in page.parts}
    assert where[Part.ABOUT] == 0
    assert where[Part.RUN] < where[Part.FIGURES]
    assert where[Part.OUTCOME] <= where[Part.DECISION]


@settings(max_examples=60, deadline=None)
@given(methods())
def test_any_method_gives_every_question_one_page(told: MethodDocument) -> None:
    found = pages(told)
    _is_whole(found, told)
    for page in found:
        before, after = neighbours(found, page)
        assert (before is None) is (page is found[0])
        assert after is None or neighbours(found, after)[0] is page


@pytest.mark.parametrize("code", METHODS)
def test_a_page_asks_for_little(code: str) -> None:
    """At most four questions stand open on a page of a method that ships, and eight answers in all are asked for."""
    found = pages(method(code))
    _is_whole(found, method(code))
    shown = {Part.ABOUT: 3, Part.PREDICTION: 2, Part.RUN: 2, Part.FIGURES: 1, Part.OUTCOME: 2, Part.DECISION: 2}
    for page in found:
        more = len(page.needed) if page.parts else len(page.questions)
        assert 1 <= sum(shown[part] for part in page.parts) + more <= 4, page.slug
    assert [q.core for page in found for q in page.needed] == ["did", "happened", "learned"]
    assert Part.PREDICTION in next(page for page in found if page.parts and page.title).parts, "first of the own parts"


def test_pdsa_in_seven_pages() -> None:
    assert [page.slug for page in pages(method("pdsa"))] == ["about", "model", "plan", "do", "figures", "study", "act"]


@pytest.mark.parametrize(
    ("field", "slug"),
    [
        ("test_population", "about"),
        ("summary", "about"),
        ("predictions", "plan"),
        ("predictions.1.value", "plan"),
        ("predictions.1.outcome", "study"),
        ("started_on", "plan"),
        ("as_planned", "do"),
        ("results.0.measure", "figures"),
        ("texts.do.did", "do"),
        ("texts.next_step", "act"),
        ("decision", "act"),
    ],
)
def test_every_field_has_its_page(field: str, slug: str) -> None:
    found = page_of(pages(method("pdsa")), field)
    assert found is not None
    assert found.slug == slug


def test_an_unknown_field_has_none() -> None:
    assert page_of(pages(method("pdsa")), "audience") is None


def test_own_pages_and_steps_never_share_an_address() -> None:
    step = StepEntry(code="figures", title="F", phase=Phase.TRY)
    questions = [QuestionEntry(code=f"q.{core}", text="?", core=core) for core in Core]
    told = MethodDocument(code="m", version="1", title="M", steps=[step.model_copy(update={"questions": questions})])
    slugs = [page.slug for page in pages(told)]
    assert "figures-step" in slugs
    assert len(set(slugs)) == len(slugs)
    assert {"figures"} <= OWN_PAGES


@pytest.mark.parametrize(
    ("started_on", "result", "stage"),
    [
        (None, None, Stage.PLANNED),
        (TODAY + dt.timedelta(days=1), None, Stage.PLANNED),
        (TODAY, None, Stage.RUNNING),
        (TODAY, ResultStatus.IMPROVED, Stage.DONE),
    ],
)
def test_the_stage_follows_from_what_is_written(
    started_on: dt.date | None, result: ResultStatus | None, stage: Stage
) -> None:
    assert stage_of(plan().model_copy(update={"started_on": started_on, "result": result}), today=TODAY) is stage


def test_the_next_test_takes_problem_and_plan_along() -> None:
    texts = dict.fromkeys(("model.aim", "plan.why", "do.did", "study.learned", "act.reason", "surprises"), "x")
    assert set(next_texts(method("pdsa"), texts)) == {"model.aim", "plan.why"}
