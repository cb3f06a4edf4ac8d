"""Where the bytes of attachments lie: the port, and a folder on this machine."""

import datetime as dt
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from kb.config import Settings

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobStore(Protocol):
    """Keeps contents under the SHA-256 of their bytes. Putting the same twice is putting it once."""

    def put(self, data: bytes) -> str:
        """Keep the bytes for good before this returns, and return their SHA-256."""

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes; None if they are not there or are not what was put in."""

    def remove(self, sha256: str) -> None:
        """Remove the bytes if they are there."""

    def older_than(self, moment: dt.datetime) -> Iterator[str]:
        """Yield the names of all contents that were last put in before that moment."""


class LocalBlobs:
    """A folder with two levels of folders, so that none grows large. Written beside and moved into place when whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep the bytes for good before this returns, and return their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if self.get(sha256) is not None:
            path.touch()
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, self._folder):
            _sync_folder(folder)
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes; None if they are not there or are not what was put in."""
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def remove(self, sha256: str) -> None:
        """Remove the bytes if they are there."""
        self._path(sha256).unlink(missing_ok=True)

    def older_than(self, moment: dt.datetime) -> Iterator[str]:
        """Yield the names of all contents that were last put in before that moment; half-written files go at once."""
        for path in self._folder.glob("*/*/*"):
            is_old = path.stat().st_mtime < moment.timestamp()
            if is_old and path.name.startswith(".new-"):
                path.unlink(missing_ok=True)
            elif is_old and _NAME.fullmatch(path.name):
                yield path.name

    def _path(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            message = "a blob is named by 64 hexadecimal digits"
            raise ValueError(message)
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def store_of(settings: Settings) -> BlobStore:
    """Return the store the settings name."""
    return LocalBlobs(settings.attachments_folder)


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file as durable as its bytes, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
