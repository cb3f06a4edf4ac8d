"""Makes a backup while the site runs: one snapshot of the database, then the contents of files it names."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from kb import __version__, schema
from kb.attachments.blobs import BlobStore, store_of
from kb.attachments.models import Attachment
from kb.backup import rows
from kb.backup.archive import Manifest, Table, Writer, writing
from kb.config import Settings
from kb.db import Database
from kb.errors import KbError

Tick = Callable[[str], None]


class NothingError(KbError):
    """There is no database yet."""

    title = "There is nothing to back up"
    advice = "Check KB_DATA_DIR and KB_DATABASE_URL: the database they name is empty."


def back_up(
    database: Database, settings: Settings, path: Path, *, with_secret_key: bool = False, tick: Tick | None = None
) -> Manifest:
    """Write everything into one file: all rows as they were at one moment, and the attached files.

    The schema may be an older one, so that there is a backup before ``kb db upgrade``.
    """
    revision = schema.current(database)
    if revision is None:
        raise NothingError
    with writing(path) as archive, _snapshot(database) as connection:
        change = connection.execute(sa.text("SELECT value FROM change_counter")).scalar_one()
        held = [_table(connection, archive, name, tick) for name in rows.tables(connection)]
        blobs, missing = _blobs(connection, archive, store_of(settings))
        if with_secret_key:
            archive.add("secret_key", [settings.key.encode()])
        manifest = Manifest(
            product=__version__,
            revision=revision,
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            change=change,
            tables=held,
            blobs=blobs,
            missing_blobs=missing,
            has_secret_key=with_secret_key,
            checksums=archive.checksums,
        )
        archive.finish(manifest)
    return manifest


def _table(connection: sa.Connection, archive: Writer, name: str, tick: Tick | None) -> Table:
    columns, count = rows.columns(connection, name), 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for piece in rows.lines(connection, name, columns):
            count += piece.count(b"\n")
            yield piece

    if tick is not None:
        tick(name)
    archive.add(f"tables/{name}.jsonl", counted())
    return Table(name=name, columns=columns, rows=count)


def _blobs(connection: sa.Connection, archive: Writer, store: BlobStore) -> tuple[list[str], list[str]]:
    """Write the contents of all files the snapshot names. One that was erased in the meantime is not there any more."""
    names: dict[bool, list[str]] = {True: [], False: []}
    if not sa.inspect(connection).has_table(Attachment.__tablename__):
        return [], []
    for name in connection.scalars(sa.select(Attachment.sha256).distinct().order_by(Attachment.sha256)):
        data = store.get(name)
        names[data is not None].append(name)
        if data is not None:
            archive.add(f"blobs/{name}", [data], packed=False)
    return names[True], names[False]


@contextmanager
def _snapshot(database: Database) -> Iterator[sa.Connection]:
    """Give a connection that sees the database as it is at its first read, however long it reads; nobody waits."""
    options = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection
