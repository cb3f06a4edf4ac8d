"""What the database holds already of the records that files bring and refer to, read at once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.document import document as person_document
from kb.accounts.models import Person
from kb.attachments import document as attachments
from kb.attachments.models import Attachment
from kb.cases import document as cases
from kb.cycles import reading as cycles
from kb.cycles.models import Cycle
from kb.documents import Document
from kb.drivers import document as drivers
from kb.drivers.models import Driver
from kb.following.comments import document as comments
from kb.following.comments.models import Comment
from kb.glossary.document import document as term_document
from kb.glossary.models import Term
from kb.ideas import document as ideas
from kb.importer.records import ITEM_KINDS, Key, Record
from kb.items.models import Item, Link
from kb.items.rules import ANCESTRY
from kb.methods.document import document as method_document
from kb.methods.models import Method, MethodStep, MethodVersion
from kb.networks.models import Network
from kb.packages import document as packages
from kb.packages.models import Package
from kb.schools.document import document as school_document
from kb.schools.models import School

READERS: dict[str, Any] = {"idea": ideas.documents, "cycle": cycles.documents, "case": cases.documents}
_BATCH = 500


@dataclass(slots=True)
class Stored:
    """Records that are in the database: their documents, what the last import wrote, and which keys exist."""

    documents: dict[Key, Document] = field(default_factory=dict)
    import_hashes: dict[Key, str] = field(default_factory=dict)
    kinds: dict[Key, str] = field(default_factory=dict)
    editions: dict[Key, int] = field(default_factory=dict)
    nces: dict[str, str] = field(default_factory=dict)
    minimums: dict[str, int] = field(default_factory=dict)
    methods: dict[Key, Any] = field(default_factory=dict)

    def was_changed_by_people(self, key: Key) -> bool:
        """Say whether a record is not as the last import left it."""
        return key in self.import_hashes and self.documents[key].mark() != self.import_hashes[key]


def read(session: orm.Session, records: Sequence[Record]) -> Stored:
    """Return what is stored of these records and of what they refer to."""
    stored = Stored()
    own = {record.key for record in records}
    wanted = own | {reference.key for record in records for reference in record.references()}
    wanted |= {key for record in records for key in record.provides()}
    _read_registers(session, stored, own, wanted)
    _read_methods(session, stored)
    _read_items(session, stored, own, wanted)
    _read_attachments(session, stored, own)
    _read_comments(session, stored, wanted)
    named = {record.document.nces for record in records if record.kind == "school" and record.document.nces}
    for batch in _batches(named):
        rows = session.execute(sa.select(School.nces_id, School.public_id).where(School.nces_id.in_(batch)))
        stored.nces.update({str(nces): public_id for nces, public_id in rows})
    return stored


def item_document(session: orm.Session, kind: str, item: Item) -> Any:
    """Return the document of one item."""
    return READERS[kind](session, [item])[item.id]


def ancestry(session: orm.Session) -> list[tuple[str, str]]:
    """Return every stored ancestry link as child and parent."""
    child, parent = orm.aliased(Item), orm.aliased(Item)
    query = (
        sa.select(child.public_id, parent.public_id)
        .select_from(Link)
        .join(child, Link.source_id == child.id)
        .join(parent, Link.target_id == parent.id)
        .where(Link.type.in_(ANCESTRY))
    )
    return list(session.execute(query).all())


def ramps(session: orm.Session) -> list[tuple[str, str]]:
    """Return every stored cycle with the one before it."""
    item, before = orm.aliased(Item), orm.aliased(Item)
    query = (
        sa.select(item.public_id, before.public_id)
        .select_from(Cycle)
        .join(item, Cycle.item_id == item.id)
        .join(before, Cycle.previous_id == before.id)
    )
    return list(session.execute(query).all())


def _batches(values: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(values)
    return (ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH))


def _names(keys: Collection[Key], space: str) -> set[str]:
    return {key.name for key in keys if key.space == space}


def _read_registers(session: orm.Session, stored: Stored, own: set[Key], wanted: set[Key]) -> None:
    for batch in _batches(_names(wanted, "school")):
        query = sa.select(School).where(School.public_id.in_(batch)).options(orm.selectinload(School.contexts))
        for school in session.scalars(query):
            _note(stored, own, Key("school", school.public_id), school, school_document)
    for batch in _batches(_names(wanted, "term")):
        for term in session.scalars(sa.select(Term).where(Term.code.in_(batch))):
            _note(stored, own, Key("term", term.code), term, term_document)
    for batch in _batches(_names(wanted, "person")):
        for person in session.scalars(sa.select(Person).where(Person.public_id.in_(batch))):
            stored.kinds[Key("person", person.public_id)] = "person"
            stored.documents[Key("person", person.public_id)] = person_document(person)
    _read_networks(session, stored, own, wanted)
    for batch in _batches(_names(wanted, "package")):
        rows = session.scalars(sa.select(Package).where(Package.public_id.in_(batch))).all()
        read_packages = packages.documents(session, rows)
        for package in rows:
            key = Key("package", package.public_id)
            _note(stored, own, key, package, lambda row, read=read_packages: read[row.id])


def _read_attachments(session: orm.Session, stored: Stored, own: set[Key]) -> None:
    for batch in _batches(_names(own, "attachment")):
        rows = session.scalars(sa.select(Attachment).where(Attachment.public_id.in_(batch))).all()
        for document in attachments.documents(session, rows).values():
            key = Key("attachment", document.id)
            stored.kinds[key], stored.documents[key] = "attachment", document


def _read_comments(session: orm.Session, stored: Stored, wanted: set[Key]) -> None:
    for batch in _batches(_names(wanted, "comment")):
        rows = session.scalars(sa.select(Comment).where(Comment.public_id.in_(batch))).all()
        for document in comments.documents(session, rows).values():
            key = Key("comment", document.id)
            stored.kinds[key], stored.documents[key] = "comment", document


def _read_networks(session: orm.Session, stored: Stored, own: set[Key], wanted: set[Key]) -> None:
    networks = session.scalars(sa.select(Network).options(orm.selectinload(Network.questions))).all()
    documents = drivers.documents(session, networks) if _names(own, "network") else {}
    for network in networks:
        stored.minimums[network.public_id] = network.minimum_group
        _note(stored, own, Key("network", network.public_id), network, lambda row: documents[row.id])
    for batch in _batches(_names(wanted, "driver")):
        for public_id in session.scalars(sa.select(Driver.public_id).where(Driver.public_id.in_(batch))):
            stored.kinds[Key("driver", public_id)] = "driver"


def _note(stored: Stored, own: set[Key], key: Key, row: Any, read_document: Any) -> None:
    stored.kinds[key] = key.space
    if key in own:
        stored.documents[key] = read_document(row)
        stored.import_hashes[key] = row.import_hash


def _read_methods(session: orm.Session, stored: Stored) -> None:
    query = (
        sa.select(MethodVersion)
        .join(Method)
        .options(
            orm.joinedload(MethodVersion.method),
            orm.selectinload(MethodVersion.steps).selectinload(MethodStep.questions),
        )
    )
    for row in session.scalars(query):
        key = Key("method", f"{row.method.code} {row.version}")
        stored.kinds[key] = "method"
        stored.documents[key] = stored.methods[key] = method_document(row)


def _read_items(session: orm.Session, stored: Stored, own: set[Key], wanted: set[Key]) -> None:
    mine: dict[str, list[Item]] = {kind: [] for kind in ITEM_KINDS}
    for batch in _batches(_names(wanted, "item")):
        for item in session.scalars(sa.select(Item).where(Item.public_id.in_(batch))):
            key = Key("item", item.public_id)
            stored.kinds[key] = item.kind.value
            stored.editions[key] = item.edition
            if key in own:
                stored.import_hashes[key] = item.import_hash
                mine[item.kind.value].append(item)
    for kind, items in mine.items():
        for start in range(0, len(items), _BATCH):
            batch_items = items[start : start + _BATCH]
            found: Any = READERS[kind](session, batch_items)
            stored.documents.update({Key("item", item.public_id): found[item.id] for item in batch_items})
