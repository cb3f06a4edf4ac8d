"""Reads the facts behind the warrant lines of any number of ideas, in one query."""

import functools
from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle, Prediction
from kb.cycles.rules import Outcome
from kb.db import rows
from kb.evidence.rules import CycleFact, Warrant, warrant
from kb.items.models import Item
from kb.items.queries import readable
from kb.permissions import State, Viewer

_MET = sa.func.count().filter(Prediction.outcome == Outcome.MET)
_JUDGED = sa.func.count().filter(Prediction.outcome != Outcome.CANNOT_TELL)  # no outcome: not judged either


def warrants(session: orm.Session, viewer: Viewer, idea_ids: Collection[int]) -> dict[int, Warrant]:
    """Return the warrant of every idea asked for, from the published cycles of its own editions that may be read.

    The caller has made sure that the viewer may read the ideas.
    """
    facts: dict[int, list[CycleFact]] = defaultdict(list)
    if idea_ids:
        for row in rows(session, _facts(viewer), {"ideas": list(idea_ids)}):
            facts[row.idea_id].append(CycleFact(*row))
    return {idea_id: warrant(facts[idea_id]) for idea_id in idea_ids}


@functools.lru_cache(maxsize=64)  # building the statement takes longer than running it
def _facts(viewer: Viewer) -> sa.Select[*tuple[Any, ...]]:
    """Select the columns of CycleFact in its order."""
    return (
        sa.select(
            Cycle.item_id,
            Cycle.idea_id,
            Item.school_id,
            Cycle.stage,
            Cycle.result,
            Cycle.decision,
            Cycle.started_on,
            Cycle.ended_on,
            _MET,
            _JUDGED,
        )
        .join(Item, Item.id == Cycle.item_id)
        .outerjoin(Prediction, Prediction.cycle_id == Cycle.item_id)
        .where(
            Cycle.idea_id.in_(sa.bindparam("ideas", expanding=True)), Item.state == State.PUBLISHED, readable(viewer)
        )
        .group_by(Cycle.item_id, Item.id)
    )
