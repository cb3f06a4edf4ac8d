"""Which items readers see differently when something beside them changes, so that the change feed can name them all.

A cycle inherits topics and drivers from its idea; an idea carries the results of its cycles; a case study those of what
it cites. The tables are named here without their features, as the feed does, so that every feature may ask.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import orm

_ITEM = sa.table("item", sa.column("id"), sa.column("school_id"), sa.column("network_id"))
_CYCLE = sa.table("cycle", sa.column("item_id"), sa.column("idea_id"))
_LINK = sa.table("link", sa.column("source_id"), sa.column("target_id"), sa.column("type"))
_BATCH = 500


def of_items(session: orm.Session, item_ids: Collection[int]) -> set[int]:
    """Return the items, the ideas they test, the cycles that test them or their ideas' siblings, and who cites any."""
    reached = set(item_ids)
    ideas = _select(session, _CYCLE.c.idea_id, _CYCLE.c.item_id, item_ids)
    cycles = _select(session, _CYCLE.c.item_id, _CYCLE.c.idea_id, item_ids)
    reached |= ideas | cycles
    reached |= _select(session, _LINK.c.source_id, _LINK.c.target_id, reached, _LINK.c.type == "cites")
    return reached


def of_schools(session: orm.Session, school_ids: Collection[int]) -> set[int]:
    """Return every item of these schools and what those reach."""
    return of_items(session, _select(session, _ITEM.c.id, _ITEM.c.school_id, school_ids))


def of_network(session: orm.Session, network_id: int) -> set[int]:
    """Return every item of the network and what those reach."""
    return of_items(session, _select(session, _ITEM.c.id, _ITEM.c.network_id, [network_id]))


def _select(
    session: orm.Session,
    wanted: sa.ColumnElement[int],
    by: sa.ColumnElement[int],
    values: Collection[int],
    *conditions: sa.ColumnElement[bool],
) -> set[int]:
    found: set[int] = set()
    ordered = sorted(values)
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        found.update(session.scalars(sa.select(wanted).where(by.in_(batch), *conditions)))
    return found
