"""The file of a backup: a ZIP of members with a manifest that holds the SHA-256 of each.

The manifest is written last, so a file that was cut off has none; it is checked before anything is restored.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pydantic

from kb.errors import KbError

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024
_OWNER_ONLY = 0o600
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, RuntimeError)
"""What the library raises of a damaged file; a flipped bit may call it encrypted, or packed in another way."""


class DamagedError(KbError):
    """The file is no backup, or not as it was written."""

    title = "This backup cannot be used"
    advice = "Nothing was changed. Take another backup, or copy this one again from where it is kept."


class Table(pydantic.BaseModel):
    """One table: its columns in the order of its rows, and how many there are."""

    name: str
    columns: list[str]
    rows: int


class Manifest(pydantic.BaseModel):
    """What a backup holds. ``revision`` is its schema, ``change`` the number of its latest change."""

    format: int = FORMAT
    product: str
    revision: str
    made_at: str
    change: int
    tables: list[Table]
    blobs: list[str]
    missing_blobs: list[str]
    has_secret_key: bool
    checksums: dict[str, str]


class Writer:
    """Writes members, and the manifest at the end."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.checksums: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = True) -> None:
        """Write a member piece by piece; ``packed`` tells whether compression is worth its time."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest = hashlib.sha256()
        with self._file.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self.checksums[name] = digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest."""
        self._file.writestr(MANIFEST, manifest.model_dump_json(indent=1))


class Reader:
    """Reads a backup whose manifest fits; ``check`` compares every member with its checksum."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        try:
            held: dict[str, Any] = json.loads(file.read(MANIFEST))
        except _UNREADABLE as error:
            raise DamagedError("It has no manifest: it was cut off, or is something else.") from error
        if held.get("format") != FORMAT:
            raise DamagedError("It was made by another version, in a format this one does not know.")
        self.manifest = Manifest.model_validate(held)

    def check(self) -> None:
        """Raise DamagedError unless every member is there and as it was written."""
        names = set(self._file.namelist()) - {MANIFEST}
        if names != set(self.manifest.checksums):
            raise DamagedError("A part of it is missing.")
        for name, expected in self.manifest.checksums.items():
            digest = hashlib.sha256()
            try:
                for piece in self.pieces(name):
                    digest.update(piece)
            except _UNREADABLE as error:
                raise DamagedError(f"{name} cannot be read.") from error
            if digest.hexdigest() != expected:
                raise DamagedError(f"{name} is not as it was written.")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a member piece by piece."""
        with self.open(name) as member:
            while piece := member.read(_CHUNK):
                yield piece

    def open(self, name: str) -> IO[bytes]:
        """Open a member."""
        return self._file.open(name)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Give a writer; the file appears under its name when it is complete, readable by its owner alone."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "w+b") as raw:
            with zipfile.ZipFile(raw, "w", compresslevel=1) as file:
                yield Writer(file)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Give a reader of a backup, checked for its manifest only."""
    try:
        file = zipfile.ZipFile(path)
    except _UNREADABLE as error:
        raise DamagedError(f"{path} is no backup, or was cut off.") from error
    with file:
        yield Reader(file)
