"""Reads of the site's own pages."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.items.models import Item


def item_ids(session: orm.Session, public_ids: Sequence[str]) -> list[int]:
    """Return the ids of those records, in the given order; whoever shows them decides who may read them."""
    rows = session.execute(sa.select(Item.public_id, Item.id).where(Item.public_id.in_(public_ids)))
    found = {row.public_id: row.id for row in rows}
    return [found[public_id] for public_id in public_ids if public_id in found]
