"""Writes an export into a folder, whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from kb.attachments.blobs import BlobStore
from kb.db import Database
from kb.errors import InvalidError
from kb.exporter import records

MARK = ".throughline-export"
MARK_TEXTS = {
    False: "A full export of Throughline, format 1. The next full export to this folder replaces it.\n",
    True: "A public export of Throughline, format 1. The next public export to this folder replaces it.\n",
}


def export_path(
    database: Database,
    path: Path,
    *,
    public: bool = False,
    blobs: BlobStore | None = None,
    tick: Callable[[int, int], None] = lambda _done, _of: None,
) -> int:
    """Write all records below a folder and return the number of files.

    The folder must be new, empty, or an earlier export of the same sort, which is replaced once the new one is
    complete. ``public`` writes only what an anonymous visitor may read. Attachments are written from ``blobs``.
    """
    path = path.resolve()  # "." and a link are no names that can be given to another folder
    _refuse_other(path, public=public)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        made = beside / "new"
        made.mkdir()
        written = _write_all(database, made, public=public, blobs=blobs, tick=tick)
        (made / MARK).write_text(MARK_TEXTS[public], encoding="utf-8")
        _replace(path, made, old=beside / "old")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return written


def _replace(path: Path, made: Path, *, old: Path) -> None:
    """Put the new export in the place of an earlier one, which is back if that fails."""
    if path.exists():
        path.rename(old)
    try:
        made.rename(path)
    except OSError:
        if old.exists():
            old.rename(path)
        raise


def _refuse_other(path: Path, *, public: bool) -> None:
    is_other = path.exists() and not path.is_dir()
    mark = path / MARK
    is_mine = mark.is_file() and mark.read_text(encoding="utf-8") == MARK_TEXTS[public]
    is_full = path.is_dir() and any(path.iterdir()) and not is_mine
    if is_other or is_full:
        message = f"{path} holds something else, which is not written over. Choose a new or an empty folder."
        raise InvalidError(message)


def _write_all(
    database: Database, folder: Path, *, public: bool, blobs: BlobStore | None, tick: Callable[[int, int], None]
) -> int:
    done = 0
    with database.reading() as session:
        if not database.is_sqlite:  # one picture of the database, however long the export takes
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        total = records.count(session)
        for done, file in enumerate(records.files(session, public=public, blobs=blobs), start=1):
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.text.encode() if isinstance(file.text, str) else file.text)
            tick(min(done, total), total)
    return done
