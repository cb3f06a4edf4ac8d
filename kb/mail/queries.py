"""Reads on the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.jobs.models import Job, JobState
from kb.mail.rules import KIND


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that waits to be sent."""

    to: str
    subject: str
    text: str
    headers: dict[str, Any]


def waiting(session: orm.Session) -> Sequence[Letter]:
    """Return what waits to be sent, oldest first."""
    rows = session.scalars(
        sa.select(Job.payload).where(Job.kind == KIND, Job.state == JobState.WAITING).order_by(Job.id)
    )
    return [Letter(row["to"], row["subject"], row["text"], row["headers"]) for row in rows]
