"""The kinds of jobs: each feature says by a decorator what is to be done and how often.

    @job("mail.send")
    def deliver(work: Work) -> Effect | None: ...

A job is done at least once. What it changes in the database it hands back as an effect: that runs in the transaction
that ends the job, so it happens exactly once. Whatever else it does must bear being done twice.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import orm

from kb.config import Settings
from kb.db import Database
from kb.errors import KbError

TRIES = 8
LEASE = dt.timedelta(minutes=2)


class GiveUpError(KbError):
    """Another attempt would fail like this one, so there is none."""

    title = "This cannot be done"


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at a job, and what it may use. ``now`` is the database's time; ``tools`` hold "search" and the like.

    The database is open for reading and for short writes; a long write would make everybody wait on SQLite.
    """

    key: str
    payload: Mapping[str, Any]
    attempt: int
    now: dt.datetime
    database: Database
    settings: Settings
    tools: Mapping[str, Any]


Effect = Callable[[orm.Session], None]
Handler = Callable[[Work], Effect | None]


@dataclass(frozen=True, slots=True)
class JobKind:
    """What is known of a kind. ``every``: it is added by itself, once in each such span, by whichever worker is first.

    ``lease`` must be longer than one attempt takes: when it is over, another worker takes the job.
    """

    name: str
    handler: Handler
    tries: int = TRIES
    lease: dt.timedelta = LEASE
    every: dt.timedelta | None = None


KINDS: dict[str, JobKind] = {}


def job(
    name: str, *, tries: int = TRIES, lease: dt.timedelta = LEASE, every: dt.timedelta | None = None
) -> Callable[[Handler], Handler]:
    """Register the function as the handler of a kind of job; ``kb/work.py`` must import its module."""

    def register(handler: Handler) -> Handler:
        if name in KINDS:
            message = f"two handlers for the job {name}"
            raise ValueError(message)
        KINDS[name] = JobKind(name, handler, tries, lease, every)
        return handler

    return register
