"""The verbs of change ideas."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.drivers.models import Driver, DriverIdea
from kb.errors import InvalidError
from kb.ideas.document import FIELDS, IdeaDocument, documents
from kb.ideas.models import ChangeIdea, IdeaMerge
from kb.ideas.queries import kept_idea
from kb.ideas.rules import TEXTS
from kb.items import actions as items
from kb.items.models import Item


def save(
    session: orm.Session, document: IdeaDocument, *, by: int | None, now: dt.datetime, action: str | None = None
) -> Item:
    """Create or change an idea."""
    return items.save(session, document, read=documents, write=write, by=by, now=now, action=action)


def write(
    session: orm.Session, document: IdeaDocument, *, before: IdeaDocument | None, html: dict[str, str], now: dt.datetime
) -> items.Written:
    """Write an idea's rows, all but its links and revision (``items.actions.settle``)."""
    written = items.write_item(session, document, before=before, html=html, now=now)
    row = (session.get(ChangeIdea, written.item.id) if before else None) or ChangeIdea(item_id=written.item.id)
    session.add(row)
    for name in FIELDS:
        setattr(row, name, getattr(document, name))
    for name in TEXTS:
        setattr(row, name, document.texts.get(name, ""))
    session.flush()
    _replace_drivers(session, written.item, document)
    if document.merged_into is not None and session.get(IdeaMerge, written.item.id) is None:
        _keep_merge(session, written.item, document.merged_into, now)
    return written


def _keep_merge(session: orm.Session, item: Item, into: str, now: dt.datetime) -> None:
    """Note that an idea from elsewhere was merged there, so that its address leads to the same idea here."""
    target = session.scalar(sa.select(Item).join(ChangeIdea).where(Item.public_id == into))
    kept = target and (kept_idea(session, into) or target)
    if kept is None or target is None or kept.id == item.id:
        message = f"There is no idea {into} that it could have gone into."
        raise InvalidError(message, field="merged_into")
    session.add(IdeaMerge(idea_id=item.id, into_id=target.id, at=now))
    session.flush()


def _replace_drivers(session: orm.Session, item: Item, document: IdeaDocument) -> None:
    query = sa.select(Driver.public_id, Driver.id).where(Driver.public_id.in_(document.drivers))
    found = dict(session.execute(query).all())
    missing = sorted(set(document.drivers) - set(found))
    if missing:
        message = f"There is no driver {missing[0]}."
        raise InvalidError(message, field="drivers")
    session.execute(sa.delete(DriverIdea).where(DriverIdea.idea_id == item.id))
    session.add_all(DriverIdea(idea_id=item.id, driver_id=driver_id) for driver_id in sorted(found.values()))
