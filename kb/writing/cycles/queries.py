"""Reads for whoever writes up a cycle: where they may write, which methods, which test came before, their notes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import item_by_ref, readable
from kb.items.rules import Kind
from kb.methods import actions as methods
from kb.methods.document import MethodDocument
from kb.methods.document import document as method_document
from kb.methods.models import Method, MethodVersion
from kb.networks.models import Network
from kb.permissions import State, Viewer
from kb.schools.models import School
from kb.writing.places import WritingPlace, places

FIRST = "pdsa"


@dataclass(frozen=True, slots=True)
class Choice:
    """A method to choose: its code, the latest version, and how many cycles of the network used it."""

    code: str
    version: str
    title: str
    summary: str
    used: int


def idea_to_try(session: orm.Session, viewer: Viewer, public_id: str) -> Item:
    """Return the idea that somebody wants to try, or raise NotFoundError."""
    idea = item_by_ref(session, viewer, Kind.IDEA, Ref(public_id, ""))
    if idea.state is not State.PUBLISHED:
        raise NotFoundError
    return idea


def school_places(session: orm.Session, viewer: Viewer, idea: Item, *, today: dt.date) -> list[WritingPlace]:
    """Return where the viewer may write up a test: places with a school, those in the idea's network first."""
    found = [one for one in places(session, viewer, today) if one.place.school_id is not None]
    return sorted(found, key=lambda one: one.place.network_id != idea.network_id)


def place_of(session: orm.Session, item: Item) -> tuple[str, str]:
    """Return the names of the item's school and network, "" for none."""
    school = session.get(School, item.school_id) if item.school_id else None
    network = session.get(Network, item.network_id) if item.network_id else None
    return (school.name if school else "", network.name if network else "")


def method_choices(session: orm.Session, network_ids: Sequence[int]) -> list[Choice]:
    """Return the latest version of every method: those most used in these networks first, PDSA before its equals."""
    used = dict(
        session.execute(
            sa.select(MethodVersion.method_id, sa.func.count())
            .join(Cycle, Cycle.method_version_id == MethodVersion.id)
            .join(Item, Item.id == Cycle.item_id)
            .where(Item.network_id.in_(network_ids), Item.state == State.PUBLISHED)
            .group_by(MethodVersion.method_id)
        ).all()
    )
    latest = sa.select(sa.func.max(MethodVersion.id)).group_by(MethodVersion.method_id)
    rows = session.execute(
        sa.select(Method.id, Method.code, MethodVersion.version, MethodVersion.title, MethodVersion.summary)
        .join(MethodVersion, MethodVersion.method_id == Method.id)
        .where(MethodVersion.id.in_(latest))
    )
    found = [Choice(row.code, row.version, row.title, row.summary, used.get(row.id, 0)) for row in rows]
    return sorted(found, key=lambda choice: (-choice.used, choice.code != FIRST, choice.title))


def method_of(session: orm.Session, code: str, version: str) -> MethodDocument:
    """Return the version of a method in which a cycle is written."""
    found = methods.find(session, code, version)
    if found is None:
        raise NotFoundError
    return method_document(found)


def earlier_tests(session: orm.Session, viewer: Viewer, item: Item, *, idea: str) -> list[tuple[str, str]]:
    """Return the school's tests of the same idea, the latest first, as (public id, title), without what led from it."""
    later = sa.select(Cycle.item_id).where(Cycle.item_id == item.id).cte("later", recursive=True)
    later = later.union(sa.select(Cycle.item_id).where(Cycle.previous_id == later.c.item_id))
    tested = sa.select(Item.id).where(Item.public_id == idea).scalar_subquery()
    rows = session.execute(
        sa.select(Item.public_id, Item.title)
        .join(Cycle, Cycle.item_id == Item.id)
        .where(
            Cycle.idea_id == tested,
            Item.school_id == item.school_id,
            Item.state != State.ERASED,
            Item.id.not_in(sa.select(later.c.item_id)),
            readable(viewer),
        )
        .order_by(Cycle.started_on.desc(), Item.id.desc())
    )
    return [(row.public_id, row.title) for row in rows]
