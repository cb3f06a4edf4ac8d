"""The verbs of saved searches. They change nothing that others see, so they leave no history and no change number."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import InvalidError
from kb.saved.models import SavedSearch, SearchOwner
from kb.saved.rules import KEPT_DAYS, LONGEST_NAME, LONGEST_QUERY, new_token


def save(session: orm.Session, *, name: str, query: str, seen: int, now: dt.datetime) -> SavedSearch:
    """Keep a search under a name; what nobody has looked at for more than a year goes at the same time."""
    if len(query) > LONGEST_QUERY:
        message = "This search has too many filters to be kept. Leave some out and save it again."
        raise InvalidError(message)
    oldest = now.date() - dt.timedelta(days=KEPT_DAYS)
    session.execute(sa.delete(SavedSearch).where(SavedSearch.seen_on < oldest))
    row = SavedSearch(
        token=new_token(),
        name=name[:LONGEST_NAME],
        query=query,
        seen=seen,
        created_on=now.date(),
        seen_on=now.date(),
    )
    session.add(row)
    session.flush()
    return row


def give(session: orm.Session, search: SavedSearch, person_id: int) -> None:
    """Let a search belong to a person; whoever had it before has it no longer."""
    session.merge(SearchOwner(search_id=search.id, person_id=person_id))
    session.flush()


def see(search: SavedSearch, *, seen: int, now: dt.datetime) -> None:
    """Note that its holder has seen everything up to a change."""
    search.seen = max(search.seen, seen)
    search.seen_on = now.date()


def delete(session: orm.Session, search: SavedSearch) -> None:
    """Forget a search."""
    session.execute(sa.delete(SearchOwner).where(SearchOwner.search_id == search.id))
    session.delete(search)
    session.flush()
