"""Turns a file into a typed record: the kinds there are, what each provides and what it refers to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pydantic

from kb.accounts.document import PersonDocument
from kb.attachments.document import AttachmentDocument
from kb.attachments.rules import FileKind
from kb.cases.document import CaseDocument
from kb.cycles.document import CycleDocument
from kb.documents import Document
from kb.following.comments.document import CommentDocument
from kb.glossary.document import TermDocument
from kb.ideas.document import IdeaDocument
from kb.importer.files import Source, body_text, read_file
from kb.importer.problems import FileFaultError, Place, Problem, line_of, of_validation, place_name
from kb.items.document import ItemDocument
from kb.items.revisions import RevisionDocument
from kb.methods.document import MethodDocument
from kb.networks.document import NetworkDocument
from kb.packages.document import PackageDocument
from kb.schools.document import SchoolDocument

MODELS: dict[str, type[Document]] = {  # in the order of dependence
    "person": PersonDocument,
    "method": MethodDocument,
    "term": TermDocument,
    "school": SchoolDocument,
    "network": NetworkDocument,
    "idea": IdeaDocument,
    "cycle": CycleDocument,
    "case": CaseDocument,
    "package": PackageDocument,
    "attachment": AttachmentDocument,
    "comment": CommentDocument,
    "revision": RevisionDocument,
}
ITEM_KINDS = ("idea", "cycle", "case")
BODY_KINDS = ("method", "term", "school", "network", "package", "comment")


class Key(NamedTuple):
    """What a record is called: the space of its name (all kinds of items share one) and the name."""

    space: str
    name: str


class Reference(NamedTuple):
    """A field that names another record. A soft one is only for readers: nothing breaks when it leads nowhere."""

    place: Place
    key: Key
    kind: str = ""
    soft: bool = False
    link: bool = False


@dataclass(slots=True, eq=False)
class Record:
    """A record as a file holds it, valid in itself."""

    path: str
    document: Any
    lines: dict[Place, int]
    revisions: list["Record"] = field(default_factory=list)
    html: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()
    bytes_kept: tuple[FileKind, int] | None = None  # of an attachment: what its bytes are, and how many

    @property
    def kind(self) -> str:
        """The kind of record."""
        return str(self.document.kind)

    @property
    def key(self) -> Key:
        """What it is called."""
        return _key(self.kind, self.document)

    def provides(self) -> Iterator[Key]:
        """Yield every key that others may refer to."""
        yield self.key
        if self.kind == "network":
            yield from (Key("driver", one) for one in self.document.driver_ids())

    def problem(self, place: Place, message: str, *, further: int = 0) -> Problem:
        """Return a problem at a field of this record; ``further`` lines below where it begins."""
        return Problem(self.path, line_of(self.lines, place) + further, place_name(place), message)

    def references(self) -> Iterator[Reference]:
        """Yield every field that names another record."""
        match self.document:
            case NetworkDocument():
                for index, member in enumerate(self.document.members):
                    yield Reference(("members", index, "school"), Key("school", member.school))
            case TermDocument():
                for index, code in enumerate(self.document.see):
                    yield Reference(("see", index), Key("term", code), soft=True)
            case ItemDocument():
                yield from _item_references(self.document)
            case PackageDocument():
                yield Reference(("network",), Key("network", self.document.network))
                for index, entry in enumerate(self.document.entries):
                    yield Reference(("entries", index, "item"), Key("item", entry.item))
            case AttachmentDocument() | RevisionDocument():
                yield from _of_part(self.document)
            case CommentDocument():
                yield from _of_comment(self.document)
            case _:
                pass


def parse(path: Path, name: str) -> tuple[Record | None, list[Problem]]:
    """Return the record of a file, or None and what is wrong with it."""
    try:
        source = read_file(path, name)
        record, problems = parse_source(source)
    except FileFaultError as fault:
        return None, [Problem(name, fault.line, fault.field, str(fault))]
    if record is not None:
        record.folder = path.parent
    return record, problems


def parse_source(source: Source) -> tuple[Record | None, list[Problem]]:
    """Return the record of a file that is read; FileFaultError if its texts cannot be told apart."""
    kind = source.fields.get("kind")
    if not isinstance(kind, str) or kind not in MODELS:
        said = "is missing" if kind is None else f"“{str(kind)[:40]}” is unknown"
        message = f"{said}. Write one of {', '.join(MODELS)}."
        return None, [Problem(source.path, source.lines.get(("kind",), 1), "kind", message)]
    model = MODELS[kind]
    forbidden = [name for name in ("texts", "body") if name in source.fields]
    if forbidden:
        raise FileFaultError("is no field. Long texts stand below the second “---”.", line=1, field=forbidden[0])
    try:
        return Record(source.path, model.model_validate(_with_texts(source, kind)), source.lines), []
    except pydantic.ValidationError as error:
        return None, of_validation(source.path, source.lines, error, model)


def _with_texts(source: Source, kind: str) -> dict[str, Any]:
    if kind in (*BODY_KINDS, "person", "attachment"):
        text = body_text(source)
        return source.fields | ({"body": text} if text else {})
    if kind == "revision":
        content = source.fields.get("content")
        inner = content | {"texts": source.texts()} if isinstance(content, dict) else content
        return source.fields | {"content": _valid_content(inner)}
    return source.fields | {"texts": source.texts()}


def _valid_content(content: Any) -> Any:
    """Return a revision's content as the database keeps it; pydantic says what is wrong with it."""
    kind = content.get("kind") if isinstance(content, dict) else None
    if kind not in ITEM_KINDS:
        raise FileFaultError("must be the record as it was: fields with a kind (idea, cycle or case).", field="content")
    document = MODELS[kind].model_validate(content)
    assert isinstance(document, ItemDocument)  # noqa: S101 - for mypy: ITEM_KINDS are such
    return document.snapshot()


def _key(kind: str, document: Any) -> Key:
    match kind:
        case "method":
            return Key("method", f"{document.code} {document.version}")
        case "term":
            return Key("term", document.code)
        case "revision":
            return Key("revision", f"{document.item} {document.number}")
        case _:
            return Key("item" if kind in ITEM_KINDS else kind, document.id)


def _of_part(document: AttachmentDocument | RevisionDocument) -> Iterator[Reference]:
    """Yield the references of what belongs to an item; a revision is read together with its own."""
    if isinstance(document, AttachmentDocument):
        yield Reference(("item",), Key("item", document.item))
    if document.author:
        yield Reference(("author",), Key("person", document.author))


def _of_comment(document: CommentDocument) -> Iterator[Reference]:
    yield Reference(("item",), Key("item", document.item))
    if document.answers:
        yield Reference(("answers",), Key("comment", document.answers))
    for name in ("author", "state_by"):
        if (person := getattr(document, name)) is not None:
            yield Reference((name,), Key("person", person))


_NAMED = (
    ("network", "network", ""),
    ("school", "school", ""),
    ("author", "person", ""),
    ("merged_into", "item", "idea"),
    ("previous", "item", "cycle"),
)


def _item_references(document: ItemDocument) -> Iterator[Reference]:
    for name, space, kind in _NAMED:
        if (value := getattr(document, name, None)) is not None:
            yield Reference((name,), Key(space, value), kind=kind)
    for index, entry in enumerate(document.publications):
        if entry.by is not None:
            yield Reference(("publications", index, "by"), Key("person", entry.by))
    if isinstance(document, IdeaDocument):
        for index, driver in enumerate(document.drivers):
            yield Reference(("drivers", index), Key("driver", driver))
    if isinstance(document, CycleDocument):
        yield Reference(("idea",), Key("item", document.idea), kind="idea")
        yield Reference(("method",), Key("method", f"{document.method} {document.method_version}"))
    for index, link in enumerate(document.links):
        yield Reference(("links", index, "target"), Key("item", link.target), link=True)
