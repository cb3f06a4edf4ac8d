"""The marked sentences of a page of results, from what the database lets the viewer read."""

import functools
from collections.abc import Sequence
from itertools import chain

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy import orm

from kb import markup
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Language
from kb.permissions import Viewer
from kb.search.engine import Term
from kb.search.snippets import Marker


def excerpts(session: orm.Session, viewer: Viewer, ids: Sequence[int], terms: Sequence[Term]) -> dict[int, Markup]:
    """Return the sentence of each item that holds any of the terms."""
    if not ids or not any(not term.excluded for term in terms):
        return {}
    marker = Marker(terms)
    made = {
        row.id: marker.snippet(chain([row.summary], map(markup.plain, row.html.values())), row.language)
        for row in session.execute(_texts(viewer), {"ids": ids})
    }
    return {item: snippet for item, snippet in made.items() if snippet is not None}


@functools.lru_cache(maxsize=64)  # building the statement takes longer than running it
def _texts(viewer: Viewer) -> sa.Select[int, str, dict[str, str], Language]:
    wanted = Item.id.in_(sa.bindparam("ids", expanding=True))
    return sa.select(Item.id, Item.summary, Item.html, Item.language).where(wanted, readable(viewer))
