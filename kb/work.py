"""Every kind of job, imported in one place, and the worker that does them."""

from collections.abc import Mapping
from typing import Any

from kb.accounts import cleaning as accounts_cleaning
from kb.accounts import invitations, resets
from kb.attachments import cleaning as attachments
from kb.backup import erased
from kb.config import Settings
from kb.cycles import evening
from kb.db import Database
from kb.following import retention
from kb.following.digest import jobs as digests
from kb.hub.bulk import jobs as imports
from kb.jobs import cleaning
from kb.jobs.worker import Worker
from kb.mail import delivery
from kb.writing import tidying

__all__ = [
    "accounts_cleaning",
    "attachments",
    "cleaning",
    "delivery",
    "digests",
    "erased",
    "evening",
    "imports",
    "invitations",
    "resets",
    "retention",
    "tidying",
    "worker",
]


def worker(database: Database, settings: Settings, tools: Mapping[str, Any] | None = None) -> Worker:
    """Return a worker that knows every kind of job; ``tools`` as in ``Work.tools``."""
    return Worker(database, settings, tools)
