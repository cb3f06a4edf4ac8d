"""Reads what an export holds, file by file: everything for the operator, or what an anonymous visitor reads."""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import sqlalchemy as sa
import structlog
from sqlalchemy import orm

from kb.accounts.document import document as person_document
from kb.accounts.models import Person
from kb.attachments import document as attachments
from kb.attachments.blobs import BlobStore
from kb.attachments.models import Attachment
from kb.attachments.rules import named_in
from kb.cases import document as cases
from kb.cells import DEFAULT_MINIMUM
from kb.cycles import reading as cycles
from kb.cycles.document import CycleDocument
from kb.drivers import document as drivers
from kb.exporter.files import write_file
from kb.exporter.public import public_document
from kb.following.comments import document as comments
from kb.following.comments.models import Comment
from kb.glossary.document import document as term_document
from kb.glossary.models import Term
from kb.ideas import document as ideas
from kb.ids import slugify
from kb.items.document import ItemDocument
from kb.items.models import Item, Revision
from kb.items.queries import visible_items
from kb.items.revisions import RevisionDocument, natural
from kb.items.rules import Kind
from kb.methods.document import document as method_document
from kb.methods.models import MethodStep, MethodVersion
from kb.networks.models import Network
from kb.packages import document as packages
from kb.packages.models import Package
from kb.permissions import ANONYMOUS
from kb.schools.document import document as school_document
from kb.schools.models import School

READERS: dict[Kind, Any] = {Kind.IDEA: ideas.documents, Kind.CYCLE: cycles.documents, Kind.CASE: cases.documents}
FOLDERS = {Kind.IDEA: "ideas", Kind.CYCLE: "cycles", Kind.CASE: "cases"}
_BATCH = 200
log = structlog.get_logger("kb")


class File(NamedTuple):
    """A file of the export: where it lies and what stands in it."""

    path: str
    text: str | bytes


def count(session: orm.Session) -> int:
    """Return about how many files an export has, for a progress bar."""
    tables = (Item, School, Network, Term, MethodVersion, Package, Comment)
    return sum(session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def files(session: orm.Session, *, public: bool, blobs: BlobStore | None = None) -> Iterator[File]:
    """Yield every file of the export; attachments only with the store that holds their bytes."""
    yield from _registers(session)
    people: set[str] = set()
    headings = _headings(session)
    minimums = dict(session.execute(sa.select(Network.public_id, Network.minimum_group)).all())
    shown = visible_items(ANONYMOUS) if public else sa.select(Item)
    visible = set(session.scalars(shown.with_only_columns(Item.public_id))) if public else set()
    for kind, folder in FOLDERS.items():
        items = session.scalars(shown.where(Item.kind == kind).order_by(Item.public_id)).all()
        for batch in (items[start : start + _BATCH] for start in range(0, len(items), _BATCH)):
            documents: dict[int, ItemDocument] = READERS[kind](session, batch)
            revisions = {} if public else _revisions(session, batch)
            for item in batch:
                document = documents[item.id]
                if public:
                    minimum = minimums.get(document.network or "", DEFAULT_MINIMUM)
                    document = public_document(document, visible=visible, minimum=minimum)
                yield File(_path(folder, document.id, document.title), _text(document.plain(), headings))
                kept = revisions.get(item.id, [])
                people |= _people(document, kept)
                if kept != natural(item, document):
                    yield from (_revision(one, headings) for one in kept)
            if blobs is not None:
                people |= yield from _attachments(session, batch, documents, blobs, public=public)
    yield from _packages(session, visible if public else None)
    if not public:
        people |= yield from _comments(session)
    yield from _written_by(session, people)


def _attachments(
    session: orm.Session,
    items: Sequence[Item],
    documents: dict[int, ItemDocument],
    blobs: BlobStore,
    *,
    public: bool,
) -> Generator[File, None, set[str]]:
    """Yield what is said of the files of these items, and their bytes; return who added them.

    The public reads of a file only what stands in a text. One whose bytes are lost is left out, and said so.
    """
    ids = [item.id for item in items]
    rows = session.scalars(
        sa.select(Attachment).where(Attachment.item_id.in_(ids)).order_by(Attachment.public_id)
    ).all()
    found = attachments.documents(session, rows)
    people: set[str] = set()
    for row in rows:
        document = found[row.id]
        if public and document.id not in named_in("\n".join(documents[row.item_id].texts.values())):
            continue
        data = blobs.get(row.sha256)
        if data is None:
            log.error(
                "the bytes of a file are lost: restore them from a backup", attachment=document.id, item=document.item
            )
            continue
        if public:
            document = document.model_copy(update={"author": None})
        people |= {document.author} if document.author else set()
        yield File(f"attachments/{document.id}.md", write_file(document.plain(), {}))
        yield File(f"attachments/{document.id}/{document.name}", data)
    return people


def _path(folder: str, public_id: str, title: str) -> str:
    slug = slugify(title)
    return f"{folder}/{public_id}-{slug}.md" if slug else f"{folder}/{public_id}.md"


def _text(fields: dict[str, Any], headings: dict[tuple[str, str], dict[str, str]]) -> str:
    fields = {name: value for name, value in fields.items() if (name, value) != ("idea", "")}
    inner = fields.get("content", fields)
    asked = headings.get((str(inner.get("method", "")), str(inner.get("method_version", ""))), {})
    named = {name: name.replace("_", " ").capitalize() for name in inner.get("texts", {})}
    return write_file(fields, named | asked)


def _registers(session: orm.Session) -> Iterator[File]:
    steps = orm.selectinload(MethodVersion.steps).selectinload(MethodStep.questions)
    versions = session.scalars(sa.select(MethodVersion).options(orm.joinedload(MethodVersion.method), steps))
    for version in versions:
        document = method_document(version)
        name = f"{document.code}-{quote(document.version, safe='')}"
        yield File(f"methods/{name}.md", write_file(document.plain(), {}))
    for term in session.scalars(sa.select(Term)):
        yield File(f"glossary/{term.code}.md", write_file(term_document(term).plain(), {}))
    schools = sa.select(School).options(orm.selectinload(School.contexts)).execution_options(yield_per=_BATCH)
    for school in session.scalars(schools):
        yield File(_path("schools", school.public_id, school.name), write_file(school_document(school).plain(), {}))
    networks = session.scalars(sa.select(Network).options(orm.selectinload(Network.questions))).all()
    for network in drivers.documents(session, networks).values():
        yield File(_path("networks", network.id, network.name), write_file(network.plain(), {}))


def _headings(session: orm.Session) -> dict[tuple[str, str], dict[str, str]]:
    """Return the words of every question, by method and version: what stands above an answer."""
    steps = orm.selectinload(MethodVersion.steps).selectinload(MethodStep.questions)
    versions = session.scalars(sa.select(MethodVersion).options(orm.joinedload(MethodVersion.method), steps))
    return {
        (version.method.code, version.version): {
            question.code: question.text for step in version.steps for question in step.questions
        }
        for version in versions
    }


def _packages(session: orm.Session, visible: set[str] | None) -> Iterator[File]:
    """Yield the change packages: all of them, or the public ones with only the records in ``visible``."""
    query = sa.select(Package).order_by(Package.public_id)
    found = session.scalars(query if visible is None else query.where(Package.is_public)).all()
    for document in packages.documents(session, found).values():
        if visible is not None:
            document.entries = [entry for entry in document.entries if entry.item in visible]
        yield File(_path("packages", document.id, document.title), write_file(document.plain(), {}))


def _comments(session: orm.Session) -> Generator[File, None, set[str]]:
    """Yield what people said about records, and return who; the public reads it on the site, not in bulk."""
    people: set[str] = set()
    last = 0
    while rows := session.scalars(sa.select(Comment).where(Comment.id > last).order_by(Comment.id).limit(_BATCH)).all():
        last = rows[-1].id
        for document in comments.documents(session, rows).values():
            people |= {one for one in (document.author, document.state_by) if one is not None}
            yield File(_path("comments", document.id, ""), write_file(document.plain(), {}))
    return people


def _revisions(session: orm.Session, items: Sequence[Item]) -> dict[int, list[RevisionDocument]]:
    rows = session.execute(
        sa.select(Revision, Item.public_id, Person.public_id)
        .join(Item, Revision.item_id == Item.id)
        .outerjoin(Person, Revision.author_id == Person.id)
        .where(Revision.item_id.in_([item.id for item in items]))
        .order_by(Revision.item_id, Revision.number)
    )
    found: dict[int, list[RevisionDocument]] = defaultdict(list)
    for row, item, author in rows:
        fields = ("number", "base", "edition", "minor", "status", "at", "note", "content")
        found[row.item_id].append(
            RevisionDocument.model_construct(
                kind="revision", item=item, author=author, **{name: getattr(row, name) for name in fields}
            )
        )
    return found


def _revision(document: RevisionDocument, headings: dict[tuple[str, str], dict[str, str]]) -> File:
    fields = document.plain()
    fields["content"] = _typed(document.content)
    return File(f"revisions/{document.item}-{document.number}.md", _text(fields, headings))


def _typed(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with dates as dates, so that a file holds them as every other file does."""
    return _MODELS[content["kind"]].from_json(content).plain()


_MODELS: dict[str, type[ItemDocument]] = {
    "idea": ideas.IdeaDocument,
    "cycle": CycleDocument,
    "case": cases.CaseDocument,
}


def _people(document: ItemDocument, revisions: Sequence[RevisionDocument]) -> set[str]:
    named = {document.author, *(entry.by for entry in document.publications), *(one.author for one in revisions)}
    return {public_id for public_id in named if public_id is not None}


def _written_by(session: orm.Session, people: set[str]) -> Iterator[File]:
    ordered = sorted(people)
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        for person in session.scalars(sa.select(Person).where(Person.public_id.in_(batch))):
            yield File(f"people/{person.public_id}.md", write_file(person_document(person).plain(), {}))
