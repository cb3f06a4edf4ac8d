"""The folder of the index: a pointer to the directory in use, a manifest in each, and the locks.

The manifest says up to which change the index is complete and holds the checksum of every file: 20 kB of zeros in a
segment once gave silently wrong results. Pointer and manifest are replaced in one step. The folder holds pickles, so it
is for its owner alone and is never part of a backup: it is made again from the database.
"""

import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from whoosh.util.filelock import FileLock

from kb.search import analysis
from kb.search.engine import IndexUnavailableError
from kb.search.whoosh import schema

MANIFEST = "manifest.json"
_POINTER = "current"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index holds. ``files`` gives size and checksum by name."""

    last: int
    documents: int
    made: str
    format: int = schema.FORMAT
    analysis: int = analysis.VERSION
    files: dict[str, tuple[int, str]] = field(default_factory=dict)


class Store:
    """The folder ``KB_SEARCH_DIR``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writer_lock: FileLock | None = None

    def current(self) -> Path:
        """Return the directory of the index in use; IndexUnavailableError if there is none."""
        try:
            name = (self.folder / _POINTER).read_text().strip()
        except OSError as error:
            message = "There is no search index yet."
            raise IndexUnavailableError(message) from error
        path = self.folder / Path(name).name
        if not name or not path.is_dir():
            message = "The search index is missing."
            raise IndexUnavailableError(message)
        return path

    def stamp(self) -> tuple[object, ...]:
        """Return a value that changes whenever an index is committed or swapped in."""
        try:
            path = self.current()
            seen = (path / MANIFEST).stat()
        except OSError as error:
            message = "The manifest of the search index is missing."
            raise IndexUnavailableError(message) from error
        return path.name, seen.st_mtime_ns, seen.st_ino

    def manifest(self, path: Path) -> Manifest:
        """Return the manifest of an index; IndexUnavailableError if it cannot be read or is of another version."""
        try:
            held = Manifest(**json.loads((path / MANIFEST).read_text()))
        except (OSError, ValueError, TypeError) as error:
            message = "The manifest of the search index cannot be read."
            raise IndexUnavailableError(message) from error
        if (held.format, held.analysis) != (schema.FORMAT, analysis.VERSION):
            message = "The search index was made by another version."
            raise IndexUnavailableError(message)
        return held

    def note(self, path: Path, *, last: int, documents: int, known: Manifest | None = None) -> None:
        """Write the manifest of an index after a commit; files whose checksum is known are not read again."""
        old = known.files if known is not None else {}
        files = {
            file.name: old[file.name] if file.name in old and not file.name.endswith(".toc") else (size, checksum(file))
            for file, size in _files(path)
        }
        made = known.made if known is not None else dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        manifest = Manifest(last=last, documents=documents, made=made, files=files)
        _replace(path / MANIFEST, json.dumps(asdict(manifest)))

    def faults(self, path: Path) -> list[str]:
        """Compare each file with its checksum. Files that are not noted yet (a killed commit) are no fault."""
        known = self.manifest(path).files
        found = dict(_files(path))
        return [
            f"{file.name}: {'size' if size != known[file.name][0] else 'content'} differs from the manifest."
            for file, size in found.items()
            if file.name in known and (size != known[file.name][0] or checksum(file) != known[file.name][1])
        ]

    def missing(self, path: Path, segments: Iterable[str]) -> list[str]:
        """Return which noted files of these segments are not there; a merge takes others away."""
        in_use = tuple(segments)
        known = self.manifest(path).files
        return [
            f"{name}: is missing."
            for name in known
            if in_use and name.startswith(in_use) and not (path / name).exists()
        ]

    def new_directory(self) -> Path:
        """Make the directory of a new index; only its owner may read it."""
        self._make()
        path = self.folder / f"index-{secrets.token_hex(4)}"
        path.mkdir(mode=0o700)
        return path

    def new_part(self, name: str) -> Path:
        """Make the directory of a part of a new index."""
        path = self.folder / name / f"part-{secrets.token_hex(8)}"
        path.mkdir(mode=0o700)
        return path

    def parts(self, path: Path) -> list[Path]:
        """Return the directories of the parts of a new index."""
        return sorted(path.glob("part-*"))

    def remove_parts(self, path: Path) -> None:
        """Remove what is left of the parts when their files have been moved."""
        for part in self.parts(path):
            shutil.rmtree(part)

    def use(self, path: Path) -> None:
        """Make this the index in use, in one step; the one before stays until the next rebuild."""
        _replace(self.folder / _POINTER, path.name)

    def tidy(self) -> None:
        """Remove what is not in use: older indexes and what a killed rebuild left."""
        try:
            used = self.current()
        except IndexUnavailableError:
            used = None
        for path in self.folder.glob("index-*"):
            if path != used:
                shutil.rmtree(path, ignore_errors=True)

    def size(self, path: Path) -> int:
        """Return the bytes of an index."""
        return sum(size for _, size in _files(path))

    def hold(self) -> bool:
        """Take the lock of the one writer; False if another process has it."""
        if self._writer_lock is not None:
            return True
        self._make()
        lock = FileLock(str(self.folder / "writer.lock"))
        if lock.acquire(blocking=False):
            self._writer_lock = lock
        return self._writer_lock is not None

    def release(self) -> None:
        """Give the writer's lock back."""
        if self._writer_lock is not None:
            self._writer_lock.release()
            self._writer_lock = None

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Let only one rebuild run."""
        self._make()
        lock = FileLock(str(self.folder / "rebuild.lock"))
        if not lock.acquire(blocking=False):
            message = "The search index is being rebuilt already."
            raise IndexUnavailableError(message)
        try:
            yield
        finally:
            lock.release()

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def checksum(path: Path) -> str:
    """Return the BLAKE2 checksum of a file."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _files(path: Path) -> list[tuple[Path, int]]:
    found = []
    for file in sorted(path.iterdir()):
        if file.suffix in {".toc", ".trm", ".pst", ".col", ".vps", ".seg"}:
            try:
                found.append((file, file.stat().st_size))
            except FileNotFoundError:
                continue  # a commit has just removed it
    return found


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
