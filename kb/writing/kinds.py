"""One way to read, check and write a record of any kind, whoever writes it."""

import datetime as dt
from typing import Any

import pydantic
import sqlalchemy as sa
from sqlalchemy import orm

from kb.cases import actions as cases
from kb.cases import document as case_documents
from kb.cells import DEFAULT_MINIMUM
from kb.cycles import actions as cycles
from kb.cycles import locks
from kb.cycles import reading as cycle_documents
from kb.cycles.document import CycleDocument
from kb.errors import InvalidError
from kb.ideas import actions as ideas
from kb.ideas import document as idea_documents
from kb.items.document import ItemDocument
from kb.items.models import Item
from kb.items.rules import Kind
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.networks.models import Network
from kb.writing import rules
from kb.writing.rules import Blocker

MODELS: dict[Kind, type[ItemDocument]] = {
    Kind.IDEA: idea_documents.IdeaDocument,
    Kind.CYCLE: CycleDocument,
    Kind.CASE: case_documents.CaseDocument,
}
_READERS: dict[Kind, Any] = {
    Kind.IDEA: idea_documents.documents,
    Kind.CYCLE: cycle_documents.documents,
    Kind.CASE: case_documents.documents,
}
_SAVERS: dict[Kind, Any] = {Kind.IDEA: ideas.save, Kind.CYCLE: cycles.write_up, Kind.CASE: cases.save}


def document_of(session: orm.Session, item: Item) -> Any:
    """Return the document of an item as it stands: an IdeaDocument, CycleDocument or CaseDocument."""
    return _READERS[item.kind](session, [item])[item.id]


def save(
    session: orm.Session, document: ItemDocument, *, by: int | None, now: dt.datetime, action: str | None = None
) -> Item:
    """Create or change the item of a document. ``action`` is the word in the history; None says created or changed."""
    item: Item = _SAVERS[Kind(document.kind)](session, checked(document), by=by, now=now, action=action)
    return item


def written(session: orm.Session, before: Any, document: Any, *, now: dt.datetime) -> Any:
    """Return what a person has just typed, with what follows from it: a cycle's predictions are locked when it is time.

    ``before`` is the text they went on with, None for a new record. InvalidError if locked words were changed.
    """
    return cycles.with_locks(session, before, document, now=now) if document.kind == Kind.CYCLE else document


def restored(standing: Any, earlier: Any) -> Any:
    """Return an earlier text as it may come back: the predictions of a cycle that were locked since stay locked."""
    return locks.restored(standing, earlier) if earlier.kind == Kind.CYCLE else earlier


def checked(document: ItemDocument) -> ItemDocument:
    """Return the document after all rules of its form, which a copy with other values has not been through."""
    try:
        return type(document).from_json(document.as_json())
    except pydantic.ValidationError as error:
        fault = error.errors()[0]
        named, _, rest = fault["msg"].removeprefix("Value error, ").partition(": ")
        place = ".".join(map(str, fault["loc"])) or (named if rest else None)
        message = rest or named if not fault["loc"] else fault["msg"].removeprefix("Value error, ")
        raise InvalidError(message[:1].upper() + message[1:], field=place) from error


def of_snapshot(content: dict[str, Any]) -> Any:
    """Return the document that a revision keeps."""
    return MODELS[Kind(content["kind"])].from_json(content)


def blockers(session: orm.Session, document: Any) -> list[Blocker]:
    """Return what must be done before the document may be published (``rules.blockers``)."""
    minimum = session.scalar(sa.select(Network.minimum_group).where(Network.public_id == document.network))
    return rules.blockers(document, core=_core_questions(session, document), minimum=minimum or DEFAULT_MINIMUM)


def _core_questions(session: orm.Session, document: Any) -> dict[str, str]:
    if document.kind != Kind.CYCLE:
        return {}
    found = session.execute(
        sa.select(MethodQuestion.core, MethodQuestion.code)
        .join(MethodStep)
        .join(MethodVersion)
        .join(Method)
        .where(
            Method.code == document.method,
            MethodVersion.version == document.method_version,
            MethodQuestion.core.is_not(None),
        )
    )
    return {core.value: code for core, code in found if core is not None}
