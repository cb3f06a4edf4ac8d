"""Reads on saved searches: only by the tokens a visitor holds."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.saved.models import SavedSearch


def held(session: orm.Session, tokens: Sequence[str]) -> Sequence[SavedSearch]:
    """Return the searches behind these tokens, the oldest first."""
    if not tokens:
        return []
    return session.scalars(sa.select(SavedSearch).where(SavedSearch.token.in_(tokens)).order_by(SavedSearch.id)).all()
