"""The verbs of case studies."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cases.document import CaseDocument, documents
from kb.cases.models import CaseSection
from kb.cases.rules import Section
from kb.items import actions as items
from kb.items.models import Item


def save(
    session: orm.Session, document: CaseDocument, *, by: int | None, now: dt.datetime, action: str | None = None
) -> Item:
    """Create or change a case study."""
    return items.save(session, document, read=documents, write=write, by=by, now=now, action=action)


def write(
    session: orm.Session, document: CaseDocument, *, before: CaseDocument | None, html: dict[str, str], now: dt.datetime
) -> items.Written:
    """Write a case study's rows, all but its links and revision (``items.actions.settle``)."""
    written = items.write_item(session, document, before=before, html=html, now=now)
    if before is not None:
        session.execute(sa.delete(CaseSection).where(CaseSection.item_id == written.item.id))
    session.add_all(
        CaseSection(item_id=written.item.id, section=Section(name), text=text) for name, text in document.texts.items()
    )
    return written
