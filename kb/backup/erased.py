"""The erase list: the ids of all that was erased, kept beside the database, so that no backup brings it back.

It stands in the database (history rows "erased"), and in ``erased.txt`` in the data folder, which a job keeps up to
date and never shortens. It holds a kind and a public id a line, and no word of what was erased. Keep a copy of the
newest one away from the machine, where the backups are.
"""

import datetime as dt
import os
import re
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.config import Settings
from kb.db import Database
from kb.errors import InvalidError
from kb.following.comments.actions import erase_words
from kb.following.comments.models import Comment
from kb.following.comments.rules import CommentState
from kb.history import History
from kb.items.models import Item
from kb.items.rules import Kind
from kb.jobs.registry import Work, job
from kb.permissions import State
from kb.writing.erasure import erase

ERASED = "erased"
FILE = "erased.txt"
EVERY = dt.timedelta(minutes=5)
_LINE = re.compile(r"([a-z]{2,20}) ([0-9a-z]{8})")
Gone = frozenset[tuple[str, str]]
"""Kinds and public ids."""


@job("backup.note_erased", every=EVERY)
def note(work: Work) -> None:
    """Write what was erased into the file beside the database, and let SQLite forget the pages its words stood on."""
    with work.database.reading() as session:
        gone = noted(session.connection())
    if gone - kept(work.settings):
        forget_pages(work.database)
    write(work.settings, gone)


def forget_pages(database: Database) -> None:
    """Empty the log of SQLite, where the erased words may still stand; the file itself overwrites what is deleted."""
    if database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def noted(connection: sa.Connection) -> Gone:
    """Return what the database says was erased; nothing where it has no history yet."""
    if not sa.inspect(connection).has_table(History.__tablename__):
        return frozenset()
    rows = connection.execute(sa.select(History.kind, History.public_id).where(History.action == ERASED))
    return frozenset((row.kind, row.public_id) for row in rows)


def kept(settings: Settings) -> Gone:
    """Return what the file in the data folder says was erased."""
    path = settings.data_dir / FILE
    return read(path) if path.is_file() else frozenset()


def read(path: Path) -> Gone:
    """Return what a file says was erased; InvalidError if it is something else: erased records must not come back."""
    found = set()
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            message = f"{path}, line {number}: expected a kind and an id, as in {FILE}."
            raise InvalidError(message)
        found.add((match[1], match[2]))
    return frozenset(found)


def write(settings: Settings, gone: Gone) -> int:
    """Add to the file what is not in it; return how much it holds."""
    known = kept(settings)
    if not gone <= known:
        lines = [f"{kind} {public_id}\n" for kind, public_id in sorted(gone | known)]
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=settings.data_dir, prefix=".erased-")
        with os.fdopen(descriptor, "w") as file:
            file.write("# What was erased. A restore erases it again. Keep a copy with the backups.\n")
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(settings.data_dir / FILE)
    return len(gone | known)


def erase_again(session: orm.Session, gone: Gone, *, now: dt.datetime) -> int:
    """Erase what was erased before and is here again; return how many. What is not here keeps its place in the list."""
    listed, again = noted(session.connection()), 0
    for kind, public_id in sorted(gone):
        came_back = _erase(session, kind, public_id, now)
        again += came_back
        if not came_back and (kind, public_id) not in listed:
            history.record(session, ERASED, kind=kind, public_id=public_id, by=None, now=now)
    return again


def _erase(session: orm.Session, kind: str, public_id: str, now: dt.datetime) -> bool:
    if kind == "comment":
        comment = session.scalar(sa.select(Comment).where(Comment.public_id == public_id))
        if comment is None or not comment.text:
            return False
        comment.state = CommentState.HIDDEN
        erase_words(session, comment, by=None, now=now)
        return True
    item = session.scalar(sa.select(Item).where(Item.public_id == public_id)) if kind in set(Kind) else None
    if item is None or item.state is State.ERASED:
        return False
    erase(session, item, by=None, now=now)
    return True
