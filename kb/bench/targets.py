"""Chooses the addresses that a measurement asks for: typical public records, and the most tested idea."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.db import Database
from kb.errors import KbError
from kb.glossary.models import Term
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind
from kb.methods.models import Method
from kb.networks.models import Network
from kb.permissions import ANONYMOUS
from kb.schools.models import School


class NothingToMeasureError(KbError):
    """The database lacks a kind of record that is to be measured."""

    title = "There is nothing to measure"
    advice = "Fill the database with `kb import` or `kb bench seed` first."


def targets(database: Database) -> dict[str, str]:
    """Return the path of each page by its name in the report."""
    with database.reading() as session:
        ideas = _by_tests(session, Cycle.idea_id)
        idea, popular = _item(session, _middle(ideas)), _item(session, _last(ideas))
        cycle = _item(session, _middle(_of_kind(session, Kind.CYCLE)))
        case = _item(session, _middle(_of_kind(session, Kind.CASE)))
        school = session.get_one(School, _middle(_by_tests(session, Item.school_id)))
        network = session.get_one(Network, _last(_by_tests(session, Item.network_id)))
        method = session.scalar(sa.select(Method.code).order_by(Method.code))
        term = session.scalar(sa.select(Term.code).order_by(Term.code))
        found = {
            "home": "/",
            "search": "/search?q=students",
            "search_two_words": "/search?q=family+call",
            "idea": f"/ideas/{idea.ref}",
            "idea_most_tested": f"/ideas/{popular.ref}",
            "cycle": f"/cycles/{cycle.ref}",
            "case": f"/cases/{case.ref}",
            "school": f"/schools/{school.public_id}-{school.slug}",
            "network": f"/networks/{network.public_id}-{network.slug}",
            "lineage": f"/ideas/{idea.ref}/lineage",
            "lineage_most_tested": f"/ideas/{popular.ref}/lineage",
            "method": f"/methods/{method}" if method else "",
            "glossary": f"/glossary/{term}" if term else "",
        }
    return {name: path for name, path in found.items() if path}


def _by_tests(session: orm.Session, owner: Any) -> Sequence[int]:
    """Return ids of what has public cycles and is readable itself, from the least tested to the most."""
    tested = sa.select(owner).join_from(Cycle, Item, Item.id == Cycle.item_id).where(readable(ANONYMOUS))
    if owner is Cycle.idea_id:
        idea = orm.aliased(Item)
        tested = tested.join(idea, idea.id == Cycle.idea_id).where(readable(ANONYMOUS, idea))
    rows = tested.where(owner.is_not(None)).group_by(owner).order_by(sa.func.count(), owner)
    return session.scalars(rows).all()


def _of_kind(session: orm.Session, kind: Kind) -> Sequence[int]:
    """Return public items from the shortest text to the longest."""
    length = sa.func.length(sa.cast(Item.html, sa.Text))
    chosen = sa.select(Item.id).where(Item.kind == kind, readable(ANONYMOUS)).order_by(length, Item.id)
    return session.scalars(chosen).all()


def _middle(ids: Sequence[int]) -> int:
    if not ids:
        raise NothingToMeasureError
    return ids[len(ids) // 2]


def _last(ids: Sequence[int]) -> int:
    if not ids:
        raise NothingToMeasureError
    return ids[-1]


def _item(session: orm.Session, item_id: int) -> Item:
    return session.get_one(Item, item_id)
