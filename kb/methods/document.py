"""The document form of one version of a method, and how it is read from the database."""

from collections import Counter
from typing import Annotated, Literal, Self

import pydantic
from pydantic import Field

from kb.documents import Body, Code, Document, Line, Name, Text, Word
from kb.methods.models import Core, MethodQuestion, MethodStep, MethodVersion, Phase


class QuestionEntry(Document):
    """One question of a step."""

    code: Code
    text: Annotated[Text, Field(min_length=1)]
    hint: Text = ""
    core: Word[Core] | None = None


class StepEntry(Document):
    """One step of a method."""

    code: Annotated[Code, Field(max_length=40)]
    title: Name
    phase: Word[Phase]
    guidance: Text = ""
    questions: list[QuestionEntry] = Field(default_factory=list)


class MethodDocument(Document):
    """One version of a method as files hold it."""

    kind: Literal["method"] = "method"
    code: Annotated[Code, Field(max_length=40)]
    version: Annotated[Line, Field(min_length=1, max_length=20)]
    title: Name
    summary: Text = ""
    source: Text = ""
    steps: list[StepEntry] = Field(min_length=1)
    body: Body = ""

    @pydantic.model_validator(mode="after")
    def _codes(self) -> Self:
        questions = [question for step in self.steps for question in step.questions]
        for what, codes in (
            ("steps", [step.code for step in self.steps]),
            ("questions", [question.code for question in questions]),
        ):
            twice = [code for code, times in Counter(codes).items() if times > 1]
            if twice:
                message = f"steps: use the code {twice[0]} for two {what}. Every code stands once in a method."
                raise ValueError(message)
        cores = Counter(question.core for question in questions if question.core)
        wrong = [core.value for core in Core if cores[core] != 1]
        if wrong:
            message = f"steps: need exactly one question with core: {wrong[0]}."
            raise ValueError(message)
        return self

    def question_codes(self) -> list[str]:
        """Return the codes of all questions in order."""
        return [question.code for step in self.steps for question in step.questions]


def document(version: MethodVersion) -> MethodDocument:
    """Return the document of a version whose method, steps and questions are loaded."""
    return MethodDocument.model_construct(
        kind="method",
        code=version.method.code,
        version=version.version,
        title=version.title,
        summary=version.summary,
        source=version.source,
        steps=[_step(step) for step in sorted(version.steps, key=lambda row: row.position)],
        body=version.body,
    )


def _step(step: MethodStep) -> StepEntry:
    questions = sorted(step.questions, key=lambda row: row.position)
    return StepEntry.model_construct(
        code=step.code,
        title=step.title,
        phase=step.phase,
        guidance=step.guidance,
        questions=[_question(question) for question in questions],
    )


def _question(row: MethodQuestion) -> QuestionEntry:
    return QuestionEntry.model_construct(code=row.code, text=row.text, hint=row.hint, core=row.core)
