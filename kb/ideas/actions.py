"""The verbs of change ideas."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.drivers.models import Driver, DriverIdea
from kb.errors import InvalidError
from kb.ideas.document import FIELDS, IdeaDocument, documents
from kb.ideas.models import ChangeIdea
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
    return written


def _replace_drivers(session: orm.Session, item: Item, document: IdeaDocument) -> None:
    query = sa.select(Driver.public_id, Driver.id).where(Driver.public_id.in_(document.drivers))
    found = dict(session.execute(query).all())
    missing = sorted(set(document.drivers) - set(found))
    if missing:
        message = f"There is no driver {missing[0]}."
        raise InvalidError(message, field="drivers")
    session.execute(sa.delete(DriverIdea).where(DriverIdea.idea_id == item.id))
    session.add_all(DriverIdea(idea_id=item.id, driver_id=driver_id) for driver_id in sorted(found.values()))
