"""The tables of cycles, their answers, predictions and results."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

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
)
from kb.db import Base, choice
from kb.items.models import Item
from kb.methods.models import MethodVersion
from kb.schools.models import Level


class Cycle(Base):
    """One test of one edition of an idea at one school (``Item.school_id``).

    The ``context_…`` columns are the school's facts as they were when Do started, so that a later change of the school
    does not rewrite history; percentages 0–100.
    """

    __tablename__ = "cycle"
    __table_args__ = (
        sa.CheckConstraint("stage = 'done' OR (result IS NULL AND decision IS NULL)", name="result_only_when_done"),
        sa.CheckConstraint("stage <> 'done' OR (result IS NOT NULL AND decision IS NOT NULL)", name="done_has_result"),
        sa.CheckConstraint("stage = 'planned' OR started_on IS NOT NULL", name="started_when"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        sa.CheckConstraint("previous_id <> item_id", name="not_its_own_previous"),
        sa.CheckConstraint("group_size > 0", name="group_size"),
        sa.Index(None, "idea_id", "stage"),
    )

    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), primary_key=True)
    idea_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("change_idea.item_id"))
    idea_edition: orm.Mapped[int] = orm.mapped_column(default=1)
    method_version_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("method_version.id"), index=True)
    previous_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("cycle.item_id"), index=True)
    stage: orm.Mapped[Stage] = orm.mapped_column(choice(Stage))
    scale: orm.Mapped[Scale | None] = orm.mapped_column(choice(Scale))
    test_population: orm.Mapped[str] = orm.mapped_column(sa.String(300), default="")
    group_size: orm.Mapped[int | None]
    started_on: orm.Mapped[dt.date | None]
    ended_on: orm.Mapped[dt.date | None]
    as_planned: orm.Mapped[AsPlanned | None] = orm.mapped_column(choice(AsPlanned))
    result: orm.Mapped[ResultStatus | None] = orm.mapped_column(choice(ResultStatus, "result"))
    decision: orm.Mapped[Decision | None] = orm.mapped_column(choice(Decision))
    surprises: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    next_step: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    context_year: orm.Mapped[int | None]
    context_enrolment: orm.Mapped[int | None]
    context_frl: orm.Mapped[float | None]
    context_multilingual: orm.Mapped[float | None]
    context_disability: orm.Mapped[float | None]
    context_locale: orm.Mapped[str] = orm.mapped_column(sa.String(2), default="")
    context_level: orm.Mapped[Level | None] = orm.mapped_column(choice(Level, "context_level"))
    context_source: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")

    item: orm.Mapped[Item] = orm.relationship(lazy="raise_on_sql")
    method_version: orm.Mapped[MethodVersion] = orm.relationship(lazy="raise_on_sql")
    answers: orm.Mapped[list["StepAnswer"]] = orm.relationship(cascade="all, delete-orphan", lazy="raise_on_sql")
    predictions: orm.Mapped[list["Prediction"]] = orm.relationship(
        order_by="Prediction.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    results: orm.Mapped[list["Result"]] = orm.relationship(
        order_by="Result.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )


class StepAnswer(Base):
    """The answer to one question of the method, Markdown; its HTML is in ``Item.html`` under the question's code."""

    __tablename__ = "step_answer"

    cycle_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("cycle.item_id"), primary_key=True)
    question_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("method_question.id"), primary_key=True)
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)


class Prediction(Base):
    """What the team expected. ``do_starts`` is the start of Do as recorded when the lock was made.

    ``corrects`` is the ``lock_hash`` of the prediction of the same cycle that this one corrects.
    """

    __tablename__ = "prediction"
    __table_args__ = (sa.CheckConstraint("(locked_at IS NULL) = (lock_hash IS NULL)", name="lock_complete"),)

    cycle_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("cycle.item_id"), primary_key=True)
    position: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    question: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    expected: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    value: orm.Mapped[float | None]
    unit: orm.Mapped[str] = orm.mapped_column(sa.String(100), default="")
    direction: orm.Mapped[Direction | None] = orm.mapped_column(choice(Direction))
    confidence: orm.Mapped[Confidence | None] = orm.mapped_column(choice(Confidence))
    outcome: orm.Mapped[Outcome | None] = orm.mapped_column(choice(Outcome))
    actual: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    locked_at: orm.Mapped[dt.datetime | None]
    lock_hash: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    do_starts: orm.Mapped[dt.date | None]
    corrects: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    locked_at_origin: orm.Mapped[bool] = orm.mapped_column(default=False)


class Result(Base):
    """One figure of one group: a count of n, or values before and after in a unit. Shown only through ``cells``."""

    __tablename__ = "result"
    __table_args__ = (
        sa.CheckConstraint("n >= 0", name="n"),
        sa.CheckConstraint("count >= 0 AND (n IS NULL OR count <= n)", name="count"),
    )

    cycle_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("cycle.item_id"), primary_key=True)
    position: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    measure: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    kind: orm.Mapped[MeasureKind] = orm.mapped_column(choice(MeasureKind))
    group: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
    n: orm.Mapped[int | None]
    count: orm.Mapped[int | None]
    before: orm.Mapped[float | None]
    after: orm.Mapped[float | None]
    comparison: orm.Mapped[float | None]
    unit: orm.Mapped[str] = orm.mapped_column(sa.String(100), default="")
    note: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
