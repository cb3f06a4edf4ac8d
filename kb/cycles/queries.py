"""Reads on one cycle: everything its page shows."""

import datetime as dt
import functools
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import cells
from kb.cycles import figures
from kb.cycles.models import Cycle, Prediction, Result
from kb.cycles.rules import Confidence, Direction, LockLabel, Outcome, lock_label, students
from kb.db import rows
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import item_by_ref, readable
from kb.items.rules import Kind, Language
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion, Phase
from kb.networks.models import Network
from kb.permissions import Viewer
from kb.schools.models import School

_Idea = orm.aliased(Item, name="tested_idea")
_OF = sa.bindparam("of", type_=sa.Integer)
_STEPS = (
    sa.select(MethodStep.code, MethodStep.title, MethodStep.phase, MethodQuestion.code, MethodQuestion.text)
    .join(MethodQuestion, MethodQuestion.step_id == MethodStep.id)
    .where(MethodStep.version_id == sa.bindparam("version"))
    .order_by(MethodStep.position, MethodQuestion.position)
)
_PREDICTIONS = sa.select(*Prediction.__table__.c).where(Prediction.cycle_id == _OF).order_by(Prediction.position)
_RESULTS = sa.select(Result).where(Result.cycle_id == _OF).order_by(Result.position)


@dataclass(frozen=True, slots=True)
class Named:
    """Something with an address and a name; ``ref`` is None where there is nothing to open."""

    name: str
    ref: Ref | None
    kind: Kind = Kind.IDEA
    language: Language = Language.EN


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """A cycle with its place. ``minimum`` is the smallest group of which a number may be shown."""

    cycle: Cycle
    idea: Named
    school: Named
    network: Named
    method: str
    method_code: str
    method_version: str
    minimum: int

    @property
    def students(self) -> int | None:
        """How many students took part, whether or not that may be told."""
        return students(self.cycle.group_size, self.cycle.scale)

    @property
    def small(self) -> bool:
        """Whether the group is too small for any number."""
        return cells.is_small(self.students, self.minimum)

    @property
    def group_size(self) -> int | None:
        """How many students took part, where that may be told."""
        return None if self.small else self.cycle.group_size

    @property
    def population(self) -> str:
        """With whom it was tested, where that does not point at a small group."""
        return "" if self.small else self.cycle.test_population


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the method with those of its questions that were answered: (question, HTML of the answer)."""

    code: str
    title: str
    phase: Phase
    answers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShownPrediction:
    """A prediction beside what happened, and what may honestly be said about when it was written.

    Of a small group no figure is told, neither the expected one nor the actual one; with it goes the fingerprint, from
    which a hidden figure could be guessed. ``corrections`` were added after the lock, the oldest first.
    """

    question: str
    expected: str
    expected_hidden: bool
    amount: str
    direction: Direction | None
    confidence: Confidence | None
    outcome: Outcome | None
    actual: str
    hidden: bool
    label: LockLabel
    locked_at: dt.datetime | None
    lock_hash: str | None
    locked_at_origin: bool
    corrections: list["ShownPrediction"] = field(default_factory=list)


def cycle_by_ref(session: orm.Session, viewer: Viewer, ref: Ref) -> Item:
    """Return the cycle, NotFoundError or WithdrawnError."""
    return item_by_ref(session, viewer, Kind.CYCLE, ref)


def facts(session: orm.Session, viewer: Viewer, item: Item) -> CycleFacts:
    """Return the facts of a cycle that the caller was allowed to read; its idea only if that may be read too."""
    row = session.execute(_facts(viewer), {"of": item.id}).one()
    return CycleFacts(
        cycle=row.Cycle,
        idea=Named(row.idea_title or "", _ref(row.idea_id, row.idea_slug), language=row.idea_language or Language.EN),
        school=Named(row.school_name or "", _ref(row.school_id, row.school_slug)),
        network=Named(row.network_name or "", _ref(row.network_id, row.network_slug)),
        method=row.method,
        method_code=row.code,
        method_version=row.version,
        minimum=cells.DEFAULT_MINIMUM if row.minimum_group is None else row.minimum_group,
    )


def steps(session: orm.Session, item: Item, version_id: int) -> list[Step]:
    """Return the steps of the method in which something was answered, in their order."""
    found: dict[str, Step] = {}
    for code, title, phase, question, text in rows(session, _STEPS, {"version": version_id}):
        step = found.setdefault(code, Step(code, title, phase, []))
        if item.html.get(question):
            step.answers.append((text, item.html[question]))
    return [step for step in found.values() if step.answers]


def predictions(session: orm.Session, facts: CycleFacts) -> list[ShownPrediction]:
    """Return the predictions in their order, without figures where the group is small; corrections stand in them."""
    shown: list[ShownPrediction] = []
    by_lock: dict[str | None, ShownPrediction] = {}
    for row in rows(session, _PREDICTIONS, {"of": facts.cycle.item_id}):
        made = _shown(row, cycle=facts.cycle, small=facts.small)
        corrected = by_lock.get(row.corrects) if row.corrects else None
        if corrected is None:
            shown.append(made)
        else:
            corrected.corrections.append(made)
        if row.lock_hash is not None:
            by_lock[row.lock_hash] = corrected or made
    return shown


def results(session: orm.Session, facts: CycleFacts) -> figures.Table:
    """Return the results as they may be shown."""
    rows = session.scalars(_RESULTS, {"of": facts.cycle.item_id})
    return figures.Table(figures.lines(rows.all(), group_size=facts.students, minimum=facts.minimum))


@functools.lru_cache(maxsize=64)  # building a statement of this size takes longer than running it
def _facts(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Cycle,
            _Idea.title.label("idea_title"),
            _Idea.public_id.label("idea_id"),
            _Idea.slug.label("idea_slug"),
            _Idea.language.label("idea_language"),
            School.name.label("school_name"),
            School.public_id.label("school_id"),
            School.slug.label("school_slug"),
            Network.name.label("network_name"),
            Network.public_id.label("network_id"),
            Network.slug.label("network_slug"),
            Network.minimum_group,
            MethodVersion.title.label("method"),
            MethodVersion.version,
            Method.code,
        )
        .join(Item, Item.id == Cycle.item_id)
        .join(MethodVersion, MethodVersion.id == Cycle.method_version_id)
        .join(Method, Method.id == MethodVersion.method_id)
        .outerjoin(_Idea, sa.and_(_Idea.id == Cycle.idea_id, readable(viewer, _Idea)))
        .outerjoin(School, School.id == Item.school_id)
        .outerjoin(Network, Network.id == Item.network_id)
        .where(Cycle.item_id == sa.bindparam("of"))
    )


def _shown(row: Any, *, cycle: Cycle, small: bool) -> ShownPrediction:
    question, expected, actual = (
        figures.words_only(text, small=small) for text in (row.question, row.expected, row.actual)
    )
    told = (question, expected) == (row.question, row.expected) and not (small and row.value is not None)
    return ShownPrediction(
        question=question,
        expected=expected,
        expected_hidden=expected != row.expected,
        amount="" if small else _amount(row),
        direction=row.direction,
        confidence=row.confidence,
        outcome=row.outcome,
        actual=actual,
        hidden=actual != row.actual,
        label=lock_label(
            locked_at=row.locked_at, do_starts=row.do_starts, stage=cycle.stage, started_on=cycle.started_on
        ),
        locked_at=row.locked_at,
        lock_hash=row.lock_hash if told else None,
        locked_at_origin=row.locked_at_origin,
    )


def _amount(row: Any) -> str:
    """Return the expected number with its unit where the words do not say it."""
    number = "" if row.value is None else f"{row.value:,.10g}"
    return "" if not number or number in row.expected else f"{number} {row.unit}".strip()


def _ref(public_id: str | None, slug: str | None) -> Ref | None:
    return None if public_id is None else Ref(public_id, slug or "")
