"""Reads on saved searches: only by the tokens a visitor holds, or by the person they belong to."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.saved.models import SavedSearch, SearchOwner


def held(session: orm.Session, tokens: Sequence[str]) -> Sequence[SavedSearch]:
    """Return the searches behind these tokens, the oldest first."""
    if not tokens:
        return []
    return session.scalars(sa.select(SavedSearch).where(SavedSearch.token.in_(tokens)).order_by(SavedSearch.id)).all()


def of_person(session: orm.Session, person_id: int | None) -> Sequence[SavedSearch]:
    """Return the searches that belong to a person, the oldest first; none for a visitor without an account."""
    if person_id is None:
        return []
    mine = sa.select(SearchOwner.search_id).where(SearchOwner.person_id == person_id)
    return session.scalars(sa.select(SavedSearch).where(SavedSearch.id.in_(mine)).order_by(SavedSearch.id)).all()
