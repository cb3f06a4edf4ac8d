"""The Whoosh engine behind the port."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import index

from kb.search.engine import Bitmap, Document, IndexUnavailableError, Match, SearchTimeoutError, Status, Term
from kb.search.executor import Executor
from kb.search.whoosh import schema
from kb.search.whoosh.columns import column
from kb.search.whoosh.reader import PLACE_BITS, Opened, Readers
from kb.search.whoosh.store import Manifest, Store
from kb.search.whoosh.writer import Rule, Writer, everything, nothing, usual

CACHE_BYTES = 64 * 1024 * 1024
_SEGMENT_POSTINGS = 5_000_000  # what a rebuild holds in memory: about 200 MB


class WhooshEngine:
    """An index in one folder on local disk, read by every thread of every process and written by one."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)
        self._readers = Readers(self._store, CACHE_BYTES)

    def match(self, terms: Sequence[Term], allowed: Bitmap, *, deadline: float) -> Match:
        """See Engine."""
        opened = self._readers.get()
        try:
            return _executor(opened, deadline).run(terms, allowed)
        except (IndexUnavailableError, SearchTimeoutError):
            raise
        except Exception as error:  # what a damaged file raises depends on where it is damaged
            self._readers.close()
            message = "The search index is damaged."
            raise IndexUnavailableError(message) from error

    def last(self) -> int:
        """See Engine."""
        try:
            return self._store.manifest(self._store.current()).last
        except IndexUnavailableError:
            return -1

    def status(self) -> Status:
        """See Engine."""
        try:
            path = self._store.current()
            manifest = self._store.manifest(path)
            opened = self._readers.get()
        except IndexUnavailableError as error:
            return Status(problem=str(error))
        return Status(
            problem="",
            last=manifest.last,
            documents=int(opened.shared.alive.sum()),
            segments=len(opened.leaves),
            size=self._store.size(path),
            made=manifest.made,
        )

    def faults(self) -> list[str]:
        """See Engine."""
        try:
            path = self._store.current()
            found = self._store.faults(path)
            self._readers.get()
            segments = [segment.segment_id() for segment in index.open_dir(str(path))._segments()]  # noqa: SLF001
            return [*found, *self._store.missing(path, segments)]
        except IndexUnavailableError as error:
            return [str(error)]
        except Exception:  # noqa: BLE001 - a damaged pickle can raise anything
            return [*found, "The list of segments cannot be read."]

    def sequences(self) -> dict[int, int]:
        """See Engine."""
        shared = self._readers.get().shared
        alive = np.flatnonzero(shared.alive)
        return dict(zip(shared.ids[alive].tolist(), shared.seqs[alive].tolist(), strict=True))

    def hold(self) -> bool:
        """See Engine."""
        return self._store.hold()

    def release(self) -> None:
        """See Engine."""
        self._store.release()

    def close(self) -> None:
        """Close the calling thread's reader."""
        self._readers.close()

    def apply(self, documents: Sequence[Document], removed: Iterable[int], *, last: int) -> None:
        """See Engine."""
        path = self._store.current()
        known = self._store.manifest(path)
        gone = {*removed, *(document.id for document in documents)}
        if gone:
            with _writing(path) as writer:
                for number in _numbers(writer, gone):
                    writer.delete_document(number)
                for document in {document.id: document for document in documents}.values():
                    writer.add(document)
        self._note(path, last=last, known=known)

    def merge(self) -> None:
        """See Engine."""
        path = self._store.current()
        known = self._store.manifest(path)
        with _writing(path, everything):
            pass
        self._note(path, last=known.last, known=known)

    @contextmanager
    def rebuilding(self, *, last: int) -> Iterator[str]:
        """See Engine. Each call of ``fill`` leaves a part, an index of its own; their segments are put together."""
        with self._store.rebuilding():
            self._store.tidy()
            path = self._store.new_directory()
            index.create_in(str(path), schema.make())
            yield path.name
            with _writing(path, nothing) as writer:
                writer.segments.extend(_moved(self._store.parts(path), path))
            self._store.remove_parts(path)
            self._note(path, last=last, known=None)
            self._store.use(path)

    def fill(self, name: str, documents: Iterable[Document]) -> int:
        """See Engine."""
        path = self._store.new_part(name)
        index.create_in(str(path), schema.make())
        given: dict[int, int] = {}
        rest = iter(documents)
        for first in rest:
            with _writing(path, nothing) as writer:
                document: Document | None = first
                while document is not None:
                    given[document.id] = document.seq
                    writer.add(document)
                    document = next(rest, None) if writer.postings < _SEGMENT_POSTINGS else None
        _check(path, given)
        return len(given)

    def rebuild(self, documents: Iterable[Document], *, last: int) -> None:
        """See Engine."""
        with self.rebuilding(last=last) as name:
            self.fill(name, documents)

    def _note(self, path: Path, *, last: int, known: Manifest | None) -> None:
        documents = index.open_dir(str(path)).doc_count()
        self._store.note(path, last=last, documents=documents, known=known)


def _executor(opened: Opened, deadline: float) -> Executor:
    shared = opened.shared
    return Executor(
        opened,
        ids=shared.ids,
        lengths=shared.lengths,
        alive=shared.alive,
        last=shared.last,
        place_bits=PLACE_BITS,
        deadline=min(deadline, time.monotonic() + 60),
    )


def _moved(parts: Iterable[Path], to: Path) -> Iterator[Any]:
    """Move the files of all segments of the parts, and yield the segments."""
    for part in parts:
        for segment in index.open_dir(str(part))._segments():  # noqa: SLF001 - only a pickle in the .toc names them
            for file in part.glob(f"{segment.segment_id()}*"):
                file.rename(to / file.name)
            yield segment


def _check(path: Path, given: dict[int, int]) -> None:
    """Compare a new index with what went into it, before it is used."""
    with index.open_dir(str(path)).reader() as reader:
        held = list(zip(column(reader, schema.ID).tolist(), column(reader, schema.SEQ).tolist(), strict=True))
    if len(held) != len(given) or dict(held) != given:
        message = "The new search index does not hold what was read from the database, so it is not used."
        raise IndexUnavailableError(message)


@contextmanager
def _writing(path: Path, rule: Rule = usual) -> Iterator[Writer]:
    """Give a writer and commit it. On a full disk commit and cancel both raise: the lock goes whatever happens."""
    writer = Writer(index.open_dir(str(path)))
    lock = writer.writelock
    try:
        yield writer
        writer.finish(rule)
    except BaseException:
        with suppress(Exception):
            writer.cancel()
        raise
    finally:
        if lock is not None and lock.fd is not None:
            lock.release()


def _numbers(writer: Writer, ids: set[int]) -> list[int]:
    """Return the numbers of the living documents of these items, as the writer sees them under its lock."""
    with writer.reader() as reader:
        candidates = np.flatnonzero(np.isin(column(reader, schema.ID), np.fromiter(ids, np.int64)))
        return [int(number) for number in candidates if not reader.is_deleted(int(number))]
