"""Puts a backup back, as a whole or not at all; what was erased since stays erased, and every session ends."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, schema
from kb.accounts.models import PasswordReset, SignIn
from kb.attachments.blobs import BlobStore, store_of
from kb.attachments.models import Attachment
from kb.backup import erased, rows, since
from kb.backup.archive import DamagedError, Reader, reading
from kb.config import Settings
from kb.db import Database
from kb.errors import KbError

_LOCK_TIMEOUT = "10s"
_ALWAYS_THERE = frozenset({"change_counter", "job", "throttle"})
Tick = Callable[[str], None]


class BusyError(KbError):
    """Somebody works with the database."""

    title = "The database is in use"
    advice = "Stop the site and its workers, then try again. Nothing was changed."


class NotEmptyError(KbError):
    """The database holds records already."""

    title = "There is something here already"
    advice = (
        "Restore into an empty database (another KB_DATA_DIR or KB_DATABASE_URL), or say --overwrite to replace it."
    )


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    made_at: str
    rows: int
    files: int
    erased: int
    taken_back: int
    signed_out: int


def check(path: Path) -> Reader:
    """Read the whole file and compare it with its checksums."""
    with reading(path) as archive:
        archive.check()
        if not schema.knows(archive.manifest.revision):
            message = f"It was made by a newer version of Throughline ({archive.manifest.product})."
            raise DamagedError(message)
        return archive


def restore(
    database: Database,
    settings: Settings,
    path: Path,
    *,
    overwrite: bool = False,
    erase_also: erased.Gone = frozenset(),
    tick: Tick | None = None,
) -> Restored:
    """Replace what the database holds by what the backup does, in one transaction.

    Records that were erased in this installation since, by its database, its list or ``erase_also``, are erased again.
    Records that were withdrawn and accounts and roles that were ended since, by its database, are so again.
    """
    check(path)
    now = dt.datetime.now(dt.UTC)
    with reading(path) as archive:
        with schema.changing(database) as connection:
            if not overwrite and not is_empty(connection):
                raise NotEmptyError
            gone = erase_also | erased.kept(settings) | erased.noted(connection)
            taken_back = since.noted(connection)
            _clear(connection)
            schema.upgrade_within(connection, archive.manifest.revision)
            count = _load(connection, archive, tick)
            schema.upgrade_within(connection)
            with orm.Session(connection) as session:  # part of this transaction: its commit is not the last word
                again = erased.erase_again(session, gone, now=now)
                again_back = since.take_back(session, taken_back, now=now)
                signed_out = _end_sessions(session, now)
                feed.commit(session)
            _delete_orphans(connection)
            blobs = _restore_blobs(connection, archive, store_of(settings))
        if archive.manifest.has_secret_key:
            _restore_secret_key(archive, settings)
    erased.forget_pages(database)
    erased.write(settings, gone)
    return Restored(archive.manifest.made_at, count, blobs, again, again_back, signed_out)


def is_empty(connection: sa.Connection) -> bool:
    """Say whether the database holds nothing but what every new one holds."""
    return all(
        connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() == 0  # noqa: S608 - our own tables
        for name in set(rows.tables(connection)) - _ALWAYS_THERE
    )


def _clear(connection: sa.Connection) -> None:
    """Take every table out: undone with the rest if the backup cannot be put in its place."""
    cascade = ""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        cascade = " CASCADE"
    try:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f'DROP TABLE "{name}"{cascade}')
    except sa.exc.OperationalError as error:
        raise BusyError from error


def _load(connection: sa.Connection, archive: Reader, tick: Tick | None) -> int:
    """Write all rows; keys to other tables are checked when all are there, since rows may point at later ones."""
    held, total = archive.manifest.tables, 0
    with _without_keys(connection):
        for name in rows.tables(connection):
            connection.exec_driver_sql(f'DELETE FROM "{name}"')  # noqa: S608 - what migrations wrote
        for table in held:
            if tick is not None:
                tick(table.name)
            with archive.open(f"tables/{table.name}.jsonl") as lines:
                count = rows.load(connection, table.name, table.columns, lines)
            if count != table.rows:
                message = f"{table.name} has {count} rows and should have {table.rows}."
                raise DamagedError(message)
            total += count
    _set_sequences(connection)
    return total


@contextmanager
def _without_keys(connection: sa.Connection) -> Iterator[None]:
    """Take the foreign keys of PostgreSQL out for a while; ``schema.changing`` does without them on SQLite."""
    keys: list[sa.ForeignKeyConstraint] = []
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        found = sa.MetaData()
        found.reflect(connection)
        keys = [key for table in found.tables.values() for key in table.foreign_key_constraints]
    for key in keys:
        connection.execute(sa.schema.DropConstraint(key))
    yield
    for key in keys:
        connection.execute(sa.schema.AddConstraint(key))


def _set_sequences(connection: sa.Connection) -> None:
    """Let new rows of PostgreSQL begin after the largest number; SQLite looks for itself."""
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    for table in rows.tables(connection):
        for column in inspector.get_columns(table):
            if str(column.get("default") or "").startswith("nextval("):
                name = column["name"]
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{name}'), "  # noqa: S608 - our own tables
                    f'COALESCE(max("{name}"), 0) + 1, false) FROM "{table}"'
                )


def _delete_orphans(connection: sa.Connection) -> None:
    """Delete what goes with an erased row by its foreign key, as SQLite would if it looked at them now."""
    if connection.dialect.name != "sqlite":
        return
    keys = [
        (table, key["constrained_columns"][0], key["referred_table"], key["referred_columns"][0])
        for table in rows.tables(connection)
        for key in sa.inspect(connection).get_foreign_keys(table)
        if key["options"].get("ondelete") == "CASCADE"
    ]
    deleted = 1
    while deleted:  # an orphan may have orphans of its own
        deleted = sum(
            connection.exec_driver_sql(
                f'DELETE FROM "{table}" WHERE "{column}" IS NOT NULL '  # noqa: S608 - our own tables
                f'AND "{column}" NOT IN (SELECT "{other}" FROM "{parent}")'
            ).rowcount
            for table, column, parent, other in keys
        )


def _end_sessions(session: orm.Session, now: dt.datetime) -> int:
    """End every session and every link for a new password: some were ended or used after the backup was made."""
    session.execute(sa.delete(PasswordReset))
    ended = session.execute(sa.update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=now))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _restore_blobs(connection: sa.Connection, archive: Reader, store: BlobStore) -> int:
    """Put back the contents that some record still uses: none of what was erased."""
    held = set(archive.manifest.blobs)
    used = [name for name in connection.scalars(sa.select(Attachment.sha256).distinct()) if name in held]
    for name in used:
        store.put(b"".join(archive.pieces(f"blobs/{name}")))
    return len(used)


def _restore_secret_key(archive: Reader, settings: Settings) -> None:
    """Put the key into the data folder, where none is; one that is there or set is kept."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(settings.data_dir / "secret_key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(archive.pieces("secret_key")))
