"""The table of work to be done after a commit."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice


class JobState(enum.StrEnum):
    """Where a job stands. One in hand is a waiting one with an owner."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """One piece of work.

    ``owner`` names the attempt that has it in hand until ``leased_until``; both are compared with the database's clock.
    ``key`` is unique: what is asked for twice under one key is done once. A done job keeps its row for some days, so
    that its key stays taken, but not its payload, which may hold an address or a letter. ``about`` is the public id of
    the record whose words stand in the payload: if that is erased, the job goes too.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.CheckConstraint("(owner IS NULL) = (leased_until IS NULL)", name="leased_by_someone"),
        sa.Index(None, "state", "run_at"),
        {"info": {"erased_with": "about"}},
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    key: orm.Mapped[str] = orm.mapped_column(sa.String(120), unique=True)
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    about: orm.Mapped[str] = orm.mapped_column(sa.String(80), default="", index=True)
    payload: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    state: orm.Mapped[JobState] = orm.mapped_column(choice(JobState), default=JobState.WAITING)
    attempts: orm.Mapped[int] = orm.mapped_column(default=0)
    run_at: orm.Mapped[dt.datetime]
    owner: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    leased_until: orm.Mapped[dt.datetime | None]
    error: orm.Mapped[str] = orm.mapped_column(sa.String(500), default="")
    created_at: orm.Mapped[dt.datetime]
    ended_at: orm.Mapped[dt.datetime | None]
