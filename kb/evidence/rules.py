"""The warrant line: how often an idea was tested, where, who kept it, and whether predictions came true. Pure."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb.cycles.rules import Decision, ResultStatus, Stage

KEEPS = frozenset({Decision.ADOPT, Decision.SCALE})
IMPROVES = frozenset({ResultStatus.IMPROVED, ResultStatus.IMPROVED_FOR_SOME})


class EvidenceLabel(enum.StrEnum):
    """The labels that can be given without measures; the higher ones need data over time."""

    UNTESTED = "untested"
    TRIED_ONCE = "tried_once"


@dataclass(frozen=True, slots=True)
class CycleFact:
    """What the warrant line needs of one published cycle. ``predictions_judged`` leaves out "cannot tell"."""

    cycle_id: int
    idea_id: int
    school_id: int | None
    stage: Stage
    result: ResultStatus | None = None
    decision: Decision | None = None
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    predictions_met: int = 0
    predictions_judged: int = 0


@dataclass(frozen=True, slots=True)
class Warrant:
    """Counts over the published cycles of one idea that one viewer may read.

    ``schools`` and ``cycles`` count tests that are done; ``kept`` of ``decided`` schools said adopt or scale in their
    latest decided cycle; ``by_result`` and ``by_decision`` add up to ``cycles`` and keep the order of their words.
    """

    schools: int = 0
    cycles: int = 0
    kept: int = 0
    decided: int = 0
    predictions_met: int = 0
    predictions_judged: int = 0
    running: int = 0
    planned: int = 0
    by_result: dict[ResultStatus, int] = field(default_factory=dict)
    by_decision: dict[Decision, int] = field(default_factory=dict)

    @property
    def label(self) -> EvidenceLabel | None:
        """Return "untested" or "tried once"; nothing for more, because the higher labels need measures."""
        if self.cycles == 0:
            return EvidenceLabel.UNTESTED
        return EvidenceLabel.TRIED_ONCE if self.cycles == 1 else None

    @property
    def without_improvement(self) -> int:
        """Return how many finished tests showed no improvement, whatever the reason; always said beside the rest."""
        return sum(count for result, count in self.by_result.items() if result not in IMPROVES)


def warrant(facts: Iterable[CycleFact]) -> Warrant:
    """Count the facts of one idea."""
    facts = list(facts)
    done = [fact for fact in facts if fact.stage is Stage.DONE]
    latest = _latest_decisions(done)
    stages = Counter(fact.stage for fact in facts)
    results = Counter(fact.result for fact in done)
    decisions = Counter(fact.decision for fact in done)
    return Warrant(
        schools=len({fact.school_id for fact in done} - {None}),
        cycles=len(done),
        kept=sum(decision in KEEPS for decision in latest),
        decided=len(latest),
        predictions_met=sum(fact.predictions_met for fact in done),
        predictions_judged=sum(fact.predictions_judged for fact in done),
        running=stages[Stage.RUNNING],
        planned=stages[Stage.PLANNED],
        by_result={result: results[result] for result in ResultStatus if results[result]},
        by_decision={decision: decisions[decision] for decision in Decision if decisions[decision]},
    )


def _latest_decisions(done: Sequence[CycleFact]) -> list[Decision]:
    """Return each school's latest decision, in no order; "undecided" is no decision."""
    latest: dict[int, CycleFact] = {}
    for fact in sorted(done, key=_when):
        if fact.school_id is not None and fact.decision not in {None, Decision.UNDECIDED}:
            latest[fact.school_id] = fact
    return [fact.decision for fact in latest.values() if fact.decision is not None]


def _when(fact: CycleFact) -> tuple[dt.date, dt.date, int]:
    """Order by the end, then the start; a test without an end date ended when it started, as far as is known."""
    started = fact.started_on or dt.date.min
    return fact.ended_on or started, started, fact.cycle_id
