"""Reads of the site's own pages."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.items.models import Item
from kb.items.queries import readable
from kb.permissions import Viewer


def item_ids(session: orm.Session, viewer: Viewer, public_ids: Sequence[str]) -> list[int]:
    """Return the ids of those records the viewer may read, in the given order."""
    rows = session.execute(sa.select(Item.public_id, Item.id).where(Item.public_id.in_(public_ids), readable(viewer)))
    found = {row.public_id: row.id for row in rows}
    return [found[public_id] for public_id in public_ids if public_id in found]
