"""Writes checked records through the actions of their features."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts import actions as accounts
from kb.attachments import actions as attachments
from kb.cases import actions as cases
from kb.cycles import actions as cycles
from kb.drivers import actions as drivers
from kb.errors import ConflictError
from kb.following.comments import actions as comments
from kb.glossary import actions as glossary
from kb.ideas import actions as ideas
from kb.importer.check import Checked
from kb.importer.records import ITEM_KINDS, Record
from kb.importer.stored import item_document
from kb.items import actions as items
from kb.items.actions import Written
from kb.items.links import lock_lineage
from kb.items.models import Item
from kb.methods import actions as methods
from kb.packages import actions as packages
from kb.schools import actions as schools

WRITERS: dict[str, Any] = {"idea": ideas.write, "cycle": cycles.write, "case": cases.write}


def group(session: orm.Session, records: Sequence[Record], checked: Checked, *, now: dt.datetime) -> Iterator[Record]:
    """Write the records, yielding each before it is written; their links last, when all that they point at is there."""
    if any(record.kind in ITEM_KINDS and items.needs_lineage(record.document) for record in records):
        lock_lineage(session)
    written: list[tuple[Record, Written]] = []
    for record in records:
        yield record
        if record.kind in ITEM_KINDS:
            written.append((record, _item(session, record, checked, now=now)))
        else:
            _REGISTERS[record.kind](session, record, now)
    for record, one in written:
        yield record
        given = [revision.document for revision in record.revisions]
        items.settle(session, one, by=None, now=now, given=given)
        one.item.import_hash = one.document.mark()


def _item(session: orm.Session, record: Record, checked: Checked, *, now: dt.datetime) -> Written:
    before: Any = None
    if record.key in checked.changed:
        item = session.scalars(sa.select(Item).where(Item.public_id == record.document.id)).one()
        before = item_document(session, record.kind, item)
        if before.mark() != checked.changed[record.key]:
            raise ConflictError("Somebody changed it while the import ran. Run the import again.")
    document = record.document
    if record.kind == "cycle":
        document = cycles.with_context(session, document)
    writer = WRITERS[record.kind]
    written: Written = writer(session, document, before=before, html=record.html, now=now)
    return written


def _person(session: orm.Session, record: Record, now: dt.datetime) -> None:
    accounts.remember(session, record.document, by=None, now=now)


def _method(session: orm.Session, record: Record, now: dt.datetime) -> None:
    methods.publish(session, record.document, by=None, now=now)


def _term(session: orm.Session, record: Record, now: dt.datetime) -> None:
    glossary.save(session, record.document, by=None, now=now).import_hash = record.document.mark()


def _school(session: orm.Session, record: Record, now: dt.datetime) -> None:
    schools.save(session, [record.document], by=None, now=now)[0].import_hash = record.document.mark()


def _network(session: orm.Session, record: Record, now: dt.datetime) -> None:
    drivers.save(session, record.document, by=None, now=now).import_hash = record.document.mark()


def _package(session: orm.Session, record: Record, now: dt.datetime) -> None:
    packages.save(session, record.document, by=None, now=now).import_hash = record.document.mark()


def _attachment(session: orm.Session, record: Record, now: dt.datetime) -> None:
    if record.bytes_kept is not None:
        kind, size = record.bytes_kept
        attachments.save(session, record.document, kind=kind, size=size, by=None, now=now)


def _comment(session: orm.Session, record: Record, now: dt.datetime) -> None:
    comments.save(session, record.document, by=None, now=now)


_REGISTERS: dict[str, Callable[[orm.Session, Record, dt.datetime], None]] = {
    "person": _person,
    "method": _method,
    "term": _term,
    "school": _school,
    "network": _network,
    "package": _package,
    "attachment": _attachment,
    "comment": _comment,
}
