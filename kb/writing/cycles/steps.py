"""The pages on which a cycle is written: the steps of its method, with the questions every cycle answers. Pure.

The minimum write-up is eight answers. The idea and the school are chosen at the start; the other six stand on these
pages and are the only ones that a page asks for: with whom, the prediction, what we did, what happened, whether it
matched with the result, what we learned, and the decision. All else is optional.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.cycles.rules import Stage

if TYPE_CHECKING:
    import datetime as dt

    from kb.cycles.document import CycleDocument
    from kb.methods.document import MethodDocument, QuestionEntry, StepEntry


class Part(enum.StrEnum):
    """A group of questions that every cycle answers, whatever its method."""

    ABOUT = "about"
    PREDICTION = "prediction"
    RUN = "run"
    FIGURES = "figures"
    OUTCOME = "outcome"
    DECISION = "decision"


OWN_PAGES = frozenset(Part)
FIELDS: dict[Part, tuple[str, ...]] = {  # what of the document a part writes
    Part.ABOUT: ("test_population", "title", "scale", "group_size", "summary", "grades", "previous"),
    Part.PREDICTION: ("predictions", "started_on"),
    Part.RUN: ("started_on", "ended_on", "as_planned"),
    Part.FIGURES: ("results",),
    Part.OUTCOME: ("predictions", "result", "texts.surprises"),
    Part.DECISION: ("decision", "texts.next_step"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the method. ``core`` names the one of the eight answers that it holds, "" for none."""

    code: str
    text: str
    hint: str
    core: str

    @property
    def needed(self) -> bool:
        """Whether it must be answered before a finished test is published."""
        return bool(self.core)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the write-up. ``title`` is "" for a page that is not a step of the method: its part names it."""

    slug: str
    title: str
    guidance: str = ""
    parts: tuple[Part, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def needed(self) -> tuple[Question, ...]:
        """The questions that must be answered before a finished test is published."""
        return tuple(question for question in self.questions if question.needed)

    @property
    def optional(self) -> tuple[Question, ...]:
        """The questions that may stay open."""
        return tuple(question for question in self.questions if not question.needed)

    @property
    def fields(self) -> frozenset[str]:
        """The names of what this page writes, as ``rules.blockers`` names it."""
        own = {name for part in self.parts for name in FIELDS[part]}
        return frozenset(own | {f"texts.{question.code}" for question in self.questions})


def pages(method: MethodDocument) -> list[Page]:
    """Return the pages for a method: one about the test, one a step, one for figures after the last step of trying."""
    found = [_page(step) for step in method.steps]
    where: dict[str | None, int] = {
        question.core: index for index, page in enumerate(method.steps) for question in page.questions
    }
    did, learned = where["did"], where["learned"]
    tried = _last(method.steps, ("try",))
    placed = {
        Part.PREDICTION: _last(method.steps, ("plan",)),
        Part.RUN: did,
        Part.OUTCOME: learned,
        Part.DECISION: _first(method.steps, ("decide",), learned),
    }
    for part, index in placed.items():
        if index is not None:
            found[index] = replace(found[index], parts=(*found[index].parts, part))
    found.insert((did if tried is None else max(tried, did)) + 1, _own(Part.FIGURES))
    if placed[Part.DECISION] is None:
        found.append(_own(Part.DECISION))
    if placed[Part.PREDICTION] is None:
        found.insert(_first(method.steps, ("try", "learn", "decide"), 0) or 0, _own(Part.PREDICTION))
    return [_own(Part.ABOUT), *found]


def page_of(all_pages: Sequence[Page], field: str) -> Page | None:
    """Return the page on which a field is written, as ``rules.blockers`` names it: ``predictions.0.outcome``."""
    if field.startswith("predictions.") and field.endswith(("outcome", "actual")):
        return next(page for page in all_pages if Part.OUTCOME in page.parts)
    name = field if field.startswith("texts.") else field.split(".", maxsplit=1)[0]
    return next((page for page in all_pages if name in page.fields), None)


def neighbours(all_pages: Sequence[Page], page: Page) -> tuple[Page | None, Page | None]:
    """Return the page before and the page after; None at either end."""
    index = all_pages.index(page)
    before = all_pages[index - 1] if index else None
    after = all_pages[index + 1] if index + 1 < len(all_pages) else None
    return before, after


def begun(page: Page, filled: Collection[str]) -> bool:
    """Say whether anything on the page is answered; ``filled`` are the names of what the document holds."""
    return not page.fields.isdisjoint(filled)


def stage_of(document: CycleDocument, *, today: dt.date) -> Stage:
    """Return how far a test is, from what is written: done with a result, running once its first day has come."""
    if document.result is not None:
        return Stage.DONE
    started = document.started_on
    return Stage.RUNNING if started is not None and started <= today else Stage.PLANNED


def next_texts(method: MethodDocument, texts: dict[str, str]) -> dict[str, str]:
    """Return what the next test of a ramp starts with: the answers about the problem and the plan."""
    kept = {q.code for step in method.steps if step.phase in ("understand", "plan") for q in step.questions}
    return {code: text for code, text in texts.items() if code in kept}


def _own(part: Part) -> Page:
    return Page(slug=part.value, title="", parts=(part,))


def _page(step: StepEntry) -> Page:
    return Page(_slug(step.code), step.title, step.guidance, questions=tuple(map(_question, step.questions)))


def _slug(code: str) -> str:
    """Return how a step stands in an address, which knows no underscore."""
    slug = code.replace("_", "-")
    return f"{slug}-step" if slug in OWN_PAGES else slug


def _question(entry: QuestionEntry) -> Question:
    return Question(entry.code, entry.text, entry.hint, core=entry.core or "")


def _last(steps: Sequence[StepEntry], phases: Collection[str]) -> int | None:
    return max((index for index, step in enumerate(steps) if step.phase in phases), default=None)


def _first(steps: Sequence[StepEntry], phases: Collection[str], at_least: int) -> int | None:
    return min((index for index, step in enumerate(steps) if step.phase in phases and index >= at_least), default=None)
