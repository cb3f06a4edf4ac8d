"""What is new in a saved search."""

from urllib.parse import parse_qs

from sqlalchemy import orm

from kb.permissions import Viewer
from kb.saved.models import SavedSearch
from kb.saved.rules import LONGEST_QUERY
from kb.search import query as grammar
from kb.search.query import Query
from kb.search.service import Changed, Search


def query_of(written: str) -> Query:
    """Return the search of an address, from its first page."""
    return grammar.parse(parse_qs(written[: 4 * LONGEST_QUERY], max_num_fields=None)).with_page(1)


def changed(
    searches: Search, session: orm.Session, viewer: Viewer, saved: SavedSearch, number: int, *, after: int = 0
) -> Changed | None:
    """Return what is new since the search was last seen, or since ``after`` if that is later; None: not known now."""
    return searches.changed(session, viewer, query_of(saved.query), number, after=max(saved.seen, after))
