"""Finds the ideas like one that is being typed, by the product's own search with the eyes of the visitor."""

from sqlalchemy import orm

from kb.cards.queries import Card, cards
from kb.permissions import Viewer
from kb.search.service import Search

MOST = 5
LONGEST = 500
FEWEST_SIGNS = 4


def similar(
    held: Search, session: orm.Session, viewer: Viewer, change_number: int, *, title: str, summary: str, but: str = ""
) -> list[Card]:
    """Return the cards of the ideas most like what was typed; ``but`` is the public id of what is being written."""
    texts = [text[:LONGEST] for text in (title, summary) if text.strip()]
    if sum(map(len, texts)) < FEWEST_SIGNS:
        return []
    found = held.alike(session, viewer, texts, change_number, most=MOST + 1)
    return [card for card in cards(session, viewer, found) if card.ref.public_id != but][:MOST]
