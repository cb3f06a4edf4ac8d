"""Takes the bytes of attachments, which lie beside their Markdown files, into the blob store."""

import hashlib
from collections.abc import Sequence

from kb.attachments.blobs import BlobStore
from kb.attachments.contents import Content, accept_kept
from kb.attachments.rules import MAX_BYTES
from kb.errors import InvalidError
from kb.importer.problems import Problem
from kb.importer.records import Record


def take_bytes(records: Sequence[Record], blobs: BlobStore | None) -> tuple[list[Record], list[Problem]]:
    """Return the records without the attachments whose bytes cannot be taken, and what is wrong with those.

    Bytes in the store that no record comes to use are cleared away a day later.
    """
    kept, problems = [], []
    for record in records:
        fault = _fault(record, blobs) if record.kind == "attachment" else None
        if fault is None:
            kept.append(record)
        else:
            problems.append(fault)
    return kept, problems


def _fault(record: Record, blobs: BlobStore | None) -> Problem | None:
    """Put the bytes into the store and note what they are; return what is wrong with them instead."""
    if blobs is None:
        return record.problem((), "There is no store for files here. Import it with “kb import”.")
    try:
        data, content = _read(record)
        _compare(record, data, content)
    except InvalidError as error:
        return record.problem((str(error.facts["field"]),), str(error))
    record.document = record.document.model_copy(update={"sha256": blobs.put(content.data)})
    record.bytes_kept = content.kind, len(content.data)
    return None


def _read(record: Record) -> tuple[bytes, Content]:
    document = record.document
    path = record.folder / document.id / document.name
    try:
        if path.is_symlink() or path.stat().st_size > MAX_BYTES:
            message = "is a link or larger than 20 MB. Put the file itself there, or leave it out."
            raise InvalidError(message, field="name")
        data = path.read_bytes()
    except OSError as error:
        message = f"The file {document.id}/{document.name} is not beside this one. Put it there."
        raise InvalidError(message, field="name") from error
    return data, accept_kept(data, document.name)


def _compare(record: Record, data: bytes, content: Content) -> None:
    document = record.document
    if document.sha256 not in (None, hashlib.sha256(data).hexdigest()):
        message = "is not that of the file. Correct it, or leave it out."
        raise InvalidError(message, field="sha256")
    if not document.name.endswith(content.kind.suffix):
        message = f"must end in {content.kind.suffix}: that is what the file is."
        raise InvalidError(message, field="name")
