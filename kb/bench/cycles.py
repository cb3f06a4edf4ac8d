"""Seeded cycles: plan, prediction with its lock, figures, result and decision."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from kb.bench.bulk import Bulk
from kb.bench.chance import chance
from kb.bench.ideas import Idea, capital, words_for
from kb.bench.items import Items, Sheet
from kb.bench.places import TODAY, YEARS, World
from kb.bench.prose import Prose, Text
from kb.bench.ramps import Test, tests
from kb.bench.registers import Way
from kb.bench.topics import TOPICS
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
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
from kb.documents import number, time_text
from kb.items.rules import Kind, Vocabulary

_ANSWER, _SURPRISES, _NEXT = 56, 40, 28  # words
_LOCKED = 0.8
_SMALL_GROUP = 0.06
_JULY = 7
_STATUS_WEIGHTS = {  # of a good and of a poor idea
    ResultStatus.IMPROVED: (40, 8),
    ResultStatus.IMPROVED_FOR_SOME: (25, 15),
    ResultStatus.NO_CLEAR_CHANGE: (15, 35),
    ResultStatus.GOT_WORSE: (3, 14),
    ResultStatus.TOO_LITTLE_DATA: (8, 12),
    ResultStatus.NOT_AS_PLANNED: (6, 9),
    ResultStatus.STOPPED_EARLY: (3, 7),
}
_GOOD = (ResultStatus.IMPROVED, ResultStatus.IMPROVED_FOR_SOME)
_DECISION_WEIGHTS = {  # after a good result and after another
    Decision.ADOPT: (35, 4),
    Decision.ADAPT: (25, 35),
    Decision.ABANDON: (3, 25),
    Decision.TEST_AGAIN: (15, 25),
    Decision.SCALE: (18, 1),
    Decision.UNDECIDED: (4, 10),
}
_OPENING = "We tried the {phrase} with {group} for {weeks} weeks and wrote down what we saw."
Word = TypeVar("Word")
_SUMMARY = "At {school} we tested whether a {phrase} changes {word} for {group}."
_CLASSES = ("one class", "two classes", "the ninth-grade team", "one reading group", "all advisories", "one table")


@dataclass(frozen=True, slots=True)
class Tested:
    """What cases need of a cycle."""

    id: int
    idea: Idea
    place_id: int


def write(
    bulk: Bulk, items: Items, prose: Prose, world: World, seed: int, ideas: list[Idea], ways: list[Way], count: int
) -> Iterator[Tested]:
    """Write the cycles ramp by ramp, giving each as it is written."""
    writer, previous = _Writer(bulk, items, prose, chance(seed, "cycles")), None
    for test in tests(ideas, world, count, chance(seed, "ramps")):
        item_id = items.number()
        writer.write(item_id, test, ways[test.place.id % len(ways)], previous if test.goes_on else None)
        previous = item_id
        yield Tested(item_id, test.idea, test.place.id)


class _Writer:
    def __init__(self, bulk: Bulk, items: Items, prose: Prose, draw: random.Random) -> None:
        self._bulk, self._items, self._prose, self._draw = bulk, items, prose, draw

    def write(self, item_id: int, test: Test, way: Way, previous: int | None) -> None:
        draw, stage = self._draw, _stage(test)
        group = draw.choice(_CLASSES)
        size = draw.randint(4, 9) if draw.random() < _SMALL_GROUP else draw.randint(12, 240)
        fields = self._fields(test, stage, group, size)
        context = _context(test, stage)
        predictions, results = self._figures(test, stage, fields.get("result"), size)
        texts = self._texts(test, way, group, stage)
        planned = dt.datetime.combine(test.started, dt.time(15), dt.UTC) - dt.timedelta(days=4)
        created = min(planned, TODAY - dt.timedelta(days=3))
        topic = TOPICS[test.idea.topic]
        words = words_for(draw, topic) | {"group": group, "school": test.place.name}
        title = f"{test.idea.title}: {group} at {test.place.name}"
        tags = [(Vocabulary.GRADE, band.value) for band in test.place.bands[-1:]]
        own = {
            "idea": self._items.public_ids[test.idea.id],
            "idea_edition": 1,
            "method": way.code,
            "method_version": way.version,
            "previous": previous and self._items.public_ids[previous],
            **{name: value for name, value in fields.items() if value is not None},
            "predictions": [_prediction_entry(entry) for entry in predictions],
            "results": [_result_entry(entry) for entry in results],
            "context": {name: value for name, value in context.items() if value},
        }
        own |= {name: own[name].isoformat() for name in ("started_on", "ended_on") if name in own}
        self._items.write(
            item_id, Sheet(Kind.CYCLE, test.place, title, _SUMMARY.format(**words), created, texts, tags, own)
        )
        self._bulk.add(
            Cycle,
            item_id=item_id,
            idea_id=test.idea.id,
            method_version_id=way.version_id,
            previous_id=previous,
            **fields,
            surprises=texts["surprises"].markdown if "surprises" in texts else "",
            next_step=texts["next_step"].markdown,
            **{f"context_{name}": value for name, value in context.items()},
        )
        for question_id, code in way.questions:
            if code in texts:
                self._bulk.add(StepAnswer, cycle_id=item_id, question_id=question_id, text=texts[code].markdown)
        for position, entry in enumerate(predictions):
            self._bulk.add(Prediction, cycle_id=item_id, position=position, **entry)
        for position, entry in enumerate(results):
            self._bulk.add(Result, cycle_id=item_id, position=position, **entry)

    def _fields(self, test: Test, stage: Stage, group: str, size: int) -> dict[str, Any]:
        draw, done = self._draw, stage is Stage.DONE
        result = _weighted(draw, _STATUS_WEIGHTS, test.idea.quality) if done else None
        decision = _weighted(draw, _DECISION_WEIGHTS, 1.0 if result in _GOOD else 0.0) if done else None
        return {
            "stage": stage,
            "scale": draw.choice(tuple(Scale)),
            "test_population": f"{capital(group)} of {test.place.level} students",
            "group_size": size,
            "started_on": None if stage is Stage.PLANNED else test.started,
            "ended_on": test.ended if done else None,
            "as_planned": draw.choice(tuple(AsPlanned)) if done else None,
            "result": result,
            "decision": decision,
        }

    def _texts(self, test: Test, way: Way, group: str, stage: Stage) -> dict[str, Text]:
        draw, topic = self._draw, test.idea.topic
        answered = way.questions if stage is Stage.DONE else way.questions[:2]
        weeks = max(1, (test.ended - test.started).days // 7)
        opening = _OPENING.format(**words_for(draw, TOPICS[topic]), group=group, weeks=weeks)
        texts = {code: self._prose.text(topic, _ANSWER) for _, code in answered}
        texts[answered[-1][1]] = self._prose.text(topic, _ANSWER, opening)
        if stage is Stage.DONE:
            texts["surprises"] = self._prose.text(topic, _SURPRISES)
        texts["next_step"] = self._prose.text(topic, _NEXT)
        return texts

    def _figures(
        self, test: Test, stage: Stage, result: ResultStatus | None, size: int
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return one prediction, and a result of the same measure when the test is done; both in per cent."""
        draw, word = self._draw, TOPICS[test.idea.topic].words[0]
        before = float(draw.randint(15, 70))
        hoped = before + draw.randint(5, 25)
        after = max(0.0, min(100.0, before + (draw.randint(4, 24) if result in _GOOD else draw.randint(-9, 5))))
        prediction = self._prediction(test, stage, word, hoped)
        if stage is not Stage.DONE:
            return [prediction], []
        prediction |= _judged(hoped, before, after)
        shared = {"group": f"Students in the test of {word}", "n": size, "note": ""}
        empty = {"count": None, "before": None, "after": None, "comparison": None, "unit": ""}
        outcome = {**empty, "measure": f"Better {word}", "kind": MeasureKind.OUTCOME, **shared}
        outcome |= {"before": before, "after": after, "unit": "%"}
        process = {**empty, "measure": "Received it each week", "kind": MeasureKind.PROCESS, **shared}
        process["count"] = int(size * draw.uniform(0.4, 1.0))
        return [prediction], [outcome, process]

    def _prediction(self, test: Test, stage: Stage, word: str, hoped: float) -> dict[str, Any]:
        draw = self._draw
        said: dict[str, Any] = {
            "question": f"Will {word} improve for most students?",
            "expected": f"{hoped:.0f} percent by the last week",
            "value": hoped,
            "unit": "%",
            "direction": Direction.UP,
            "confidence": draw.choice(tuple(Confidence)),
        }
        locked = stage is not Stage.PLANNED and draw.random() < _LOCKED
        at = dt.datetime.combine(test.started, dt.time(9), dt.UTC) - dt.timedelta(days=draw.randint(0, 3))
        lock = {
            "locked_at": at if locked else None,
            "lock_hash": prediction_hash(**said) if locked else None,
            "do_starts": test.started if locked else None,
        }
        return {**said, "outcome": None, "actual": "", **lock}


def _stage(test: Test) -> Stage:
    if test.started > TODAY.date():
        return Stage.PLANNED
    return Stage.RUNNING if test.ended > TODAY.date() else Stage.DONE


def _context(test: Test, stage: Stage) -> dict[str, Any]:
    """Return the facts of the school in the year in which Do started."""
    year = test.started.year - (test.started.month < _JULY)
    known = {} if stage is Stage.PLANNED else test.place.contexts.get(min(year, YEARS[-1]), {})
    return {
        "year": min(year, YEARS[-1]) if known else None,
        **{name: known.get(name) for name in ("enrolment", "frl", "multilingual", "disability")},
        "locale": test.place.locale if known else "",
        "level": test.place.level if known else None,
        "source": known.get("source", ""),
    }


def _judged(hoped: float, before: float, after: float) -> dict[str, Any]:
    met = Outcome.MET if after >= hoped else Outcome.PARTLY if after > before else Outcome.NOT_MET
    return {"outcome": met, "actual": f"{after:.0f} percent"}


def _prediction_entry(entry: dict[str, Any]) -> dict[str, Any]:
    written = {name: value for name, value in entry.items() if value not in (None, "")}
    if "locked_at" in written:
        written["locked_at"] = time_text(written["locked_at"])
        written["do_starts"] = written["do_starts"].isoformat()
    return _whole(written)


def _result_entry(entry: dict[str, Any]) -> dict[str, Any]:
    return _whole({name: value for name, value in entry.items() if value not in (None, "")})


def _whole(entry: dict[str, Any]) -> dict[str, Any]:
    """Write 70.0 as 70, as documents do."""
    return {name: number(value) if isinstance(value, float) else value for name, value in entry.items()}


def _weighted(draw: random.Random, weights: dict[Word, tuple[int, int]], share: float) -> Word:
    """Choose a word; ``share`` moves the weights from the second column (0) to the first (1)."""
    mixed = [share * good + (1 - share) * poor for good, poor in weights.values()]
    return draw.choices(tuple(weights), mixed)[0]
