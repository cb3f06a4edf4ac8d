"""The tables of methods, their versions, steps and questions. A published version never changes."""

import enum

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice


class Phase(enum.StrEnum):
    """The five neutral phases that let search and comparison work across methods."""

    UNDERSTAND = "understand"
    PLAN = "plan"
    TRY = "try"
    LEARN = "learn"
    DECIDE = "decide"


class Core(enum.StrEnum):
    """Which of the eight answers of the minimum write-up a question holds; the other five are fields of the cycle."""

    DID = "did"
    HAPPENED = "happened"
    LEARNED = "learned"


class Method(Base):
    """A method, under the code by which files and addresses name it."""

    __tablename__ = "method"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    code: orm.Mapped[str] = orm.mapped_column(sa.String(40), unique=True)

    versions: orm.Mapped[list["MethodVersion"]] = orm.relationship(
        back_populates="method", order_by="MethodVersion.id", cascade="all, delete-orphan"
    )


class MethodVersion(Base):
    """One published wording of a method."""

    __tablename__ = "method_version"
    __table_args__ = (sa.UniqueConstraint("method_id", "version"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    method_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("method.id"))
    version: orm.Mapped[str] = orm.mapped_column(sa.String(20))
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    summary: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    source: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    body: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    body_html: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")

    method: orm.Mapped[Method] = orm.relationship(back_populates="versions")
    steps: orm.Mapped[list["MethodStep"]] = orm.relationship(
        order_by="MethodStep.position", cascade="all, delete-orphan"
    )


class MethodStep(Base):
    """One step of a method version, under a code that never changes."""

    __tablename__ = "method_step"
    __table_args__ = (sa.UniqueConstraint("version_id", "code"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    version_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("method_version.id"))
    position: orm.Mapped[int]
    code: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    phase: orm.Mapped[Phase] = orm.mapped_column(choice(Phase))
    guidance: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")

    questions: orm.Mapped[list["MethodQuestion"]] = orm.relationship(
        order_by="MethodQuestion.position", cascade="all, delete-orphan"
    )


class MethodQuestion(Base):
    """One question of a step, under a code that is unique in the version and never changes."""

    __tablename__ = "method_question"
    __table_args__ = (sa.UniqueConstraint("step_id", "code"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    step_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("method_step.id"))
    position: orm.Mapped[int]
    code: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
    hint: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    core: orm.Mapped[Core | None] = orm.mapped_column(choice(Core))
