"""The document form of a cycle."""

import datetime as dt
from typing import Annotated, Literal, Self

import pydantic
from pydantic import Field

from kb.cycles.rules import (
    AsPlanned,
    Confidence,
    Decision,
    Direction,
    MeasureKind,
    Outcome,
    ResultStatus,
    Scale,
    Stage,
    prediction_hash,
)
from kb.documents import Code, Count, Document, Line, Moment, Name, Number, Percent, PublicId, Text, Word
from kb.items.document import ItemDocument
from kb.permissions import State
from kb.schools.models import Level

LockHash = Annotated[str, pydantic.StringConstraints(pattern="^[0-9a-f]{64}$")]


class PredictionEntry(Document):
    """What the team expected, its lock, and what became of it.

    ``corrects`` is the ``lock_hash`` of the entry above that this one corrects: the locked words stay and are judged.
    """

    question: Text = ""
    expected: Text = ""
    value: Number | None = None
    unit: Annotated[Line, Field(max_length=100)] = ""
    direction: Word[Direction] | None = None
    confidence: Word[Confidence] | None = None
    outcome: Word[Outcome] | None = None
    actual: Text = ""
    locked_at: Moment | None = None
    lock_hash: LockHash | None = None
    do_starts: dt.date | None = None
    corrects: LockHash | None = None

    @property
    def own_hash(self) -> str:
        """The SHA-256 over this prediction's text, as a lock of it would hold."""
        return prediction_hash(
            question=self.question,
            expected=self.expected,
            value=self.value,
            unit=self.unit,
            direction=self.direction and self.direction.value,
            confidence=self.confidence and self.confidence.value,
        )

    @pydantic.model_validator(mode="after")
    def _lock(self) -> Self:
        if (self.locked_at is None) != (self.lock_hash is None):
            message = "locked_at: and lock_hash belong together. Write both or neither."
            raise ValueError(message)
        if self.lock_hash not in (None, self.own_hash):
            message = (
                "lock_hash: does not match the text of the prediction, which was changed after it was locked. "
                "Put the locked text back, or take locked_at, lock_hash and do_starts out: the prediction is then "
                "shown as entered after data."
            )
            raise ValueError(message)
        if self.corrects == self.own_hash:
            message = "corrects: names a prediction with the same words. Change them or leave the entry out."
            raise ValueError(message)
        if self.corrects is not None and (self.outcome is not None or self.actual):
            message = "outcome: stands in a correction. What happened is set beside the words that were locked."
            raise ValueError(message)
        return self


class ResultEntry(Document):
    """One figure of one group."""

    measure: Name
    kind: Word[MeasureKind]
    group: Line = ""
    n: Count | None = None
    count: Count | None = None
    before: Number | None = None
    after: Number | None = None
    comparison: Number | None = None
    unit: Annotated[Line, Field(max_length=100)] = ""
    note: Text = ""

    @pydantic.model_validator(mode="after")
    def _part_of_the_whole(self) -> Self:
        if self.n is not None and self.count is not None and self.count > self.n:
            message = f"count: is {self.count}, more than the {self.n} students in the group. Correct one of them."
            raise ValueError(message)
        return self


class ContextFacts(Document):
    """The school's facts as they were when Do started."""

    year: int | None = Field(default=None, ge=1900, le=2200)
    enrolment: Count | None = None
    frl: Percent | None = None
    multilingual: Percent | None = None
    disability: Percent | None = None
    locale: Annotated[Line, Field(max_length=2)] = ""
    level: Word[Level] | None = None
    source: Line = ""


class CycleDocument(ItemDocument):
    """A cycle as files hold it."""

    kind: Literal["cycle"] = "cycle"
    idea: PublicId
    idea_edition: int = Field(default=1, ge=1, le=1_000_000)
    method: Code
    method_version: Annotated[Line, Field(min_length=1, max_length=20)]
    stage: Word[Stage]
    scale: Word[Scale] | None = None
    test_population: Annotated[Text, Field(max_length=300)] = ""
    group_size: Annotated[Count, Field(ge=1)] | None = None
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    as_planned: Word[AsPlanned] | None = None
    result: Word[ResultStatus] | None = None
    decision: Word[Decision] | None = None
    previous: PublicId | None = None
    predictions: list[PredictionEntry] = Field(default_factory=list)
    results: list[ResultEntry] = Field(default_factory=list)
    context: ContextFacts | None = None

    @pydantic.field_validator("predictions")
    @classmethod
    def _corrections(cls, predictions: list[PredictionEntry]) -> list[PredictionEntry]:
        above: set[str | None] = set()
        corrected: set[str] = set()
        for entry in predictions:
            if entry.corrects is not None and (entry.corrects not in above or entry.corrects in corrected):
                message = (
                    "corrects: names no locked prediction above it, or one that another entry corrects. "
                    "Write the lock_hash of the entry that this one corrects."
                )
                raise ValueError(message)
            above.add(entry.lock_hash)
            corrected.update({entry.corrects} if entry.corrects else ())
        return predictions

    @pydantic.model_validator(mode="after")
    def _stage(self) -> Self:
        if self.state is State.ERASED:
            return self
        done = self.stage is Stage.DONE
        faults = {
            "school: is missing. Write the id of the school where the test was run.": self.school is None,
            "result: is missing. A cycle that is done has one.": done and self.result is None,
            "decision: is missing. A cycle that is done has one (“undecided” is a decision too).": done
            and self.decision is None,
            "result: stands in a cycle that is not done. Write stage: done, or take it out.": not done
            and self.result is not None,
            "decision: stands in a cycle that is not done. Write stage: done, or take it out.": not done
            and self.decision is not None,
            "started_on: is missing. Write the first day of Do.": self.stage is not Stage.PLANNED
            and self.started_on is None,
            "ended_on: stands without started_on. Write the first day of Do too.": self.ended_on is not None
            and self.started_on is None,
            "ended_on: is before started_on. Correct one of them.": None not in (self.ended_on, self.started_on)
            and self.ended_on < self.started_on,  # type: ignore[operator]  # neither is None
            f"previous: names {self.id}, the record itself. Name the cycle before it.": self.previous == self.id,
            "predictions: have an outcome, but the cycle is not done. Take the outcome out.": not done
            and any(entry.outcome is not None for entry in self.predictions),
        }
        for message, is_so in faults.items():
            if is_so:
                raise ValueError(message)
        return self
