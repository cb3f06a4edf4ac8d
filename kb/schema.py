"""Brings a database to the schema this version needs, and says which one it has."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kb.config import bundled
from kb.db import Database
from kb.errors import KbError


class MigrationError(KbError):
    """A migration would have lost rows or left a broken reference; the database was left as it was."""

    title = "The database could not be migrated"
    advice = "Restore your latest backup if in doubt, and report this message."


class OutdatedError(KbError):
    """The database has another schema than this version needs."""

    title = "The database does not fit this version of Throughline"
    advice = "Run `kb db upgrade` (make a backup first), then start again."


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up to the revision, in one transaction."""
    with changing(database) as connection:
        upgrade_within(connection, revision)


def upgrade_within(connection: sa.Connection, revision: str = "head") -> None:
    """Migrate up to the revision, in the transaction of ``changing``."""
    command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Migrate down to the revision ("base" empties the database)."""
    with changing(database) as connection:
        command.downgrade(_config(connection), revision)


def current(database: Database) -> str | None:
    """Return the revision the database is at, None if it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the revision this version needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_current(database: Database) -> None:
    """Raise OutdatedError unless the database has exactly the schema this version needs."""
    if current(database) != head():
        raise OutdatedError


def prepare(database: Database) -> None:
    """Make the schema in an empty database; OutdatedError where it is an older one, which ``kb db upgrade`` moves."""
    if current(database) is None:
        upgrade(database)
    else:
        require_current(database)


def knows(revision: str) -> bool:
    """Say whether this version has the revision, so that it can begin there."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


@contextmanager
def changing(database: Database) -> Iterator[sa.Connection]:
    """Give a connection in a transaction in which the schema may change.

    Foreign keys are off on SQLite: with them on, copying a table silently deleted the rows that refer to it. They are
    checked before the commit.
    """
    with database.engine.connect().execution_options(writing=True) as connection:
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                yield connection
                if database.is_sqlite:
                    _refuse_broken_references(connection)
        finally:
            if database.is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(bundled("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _refuse_broken_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        message = f"{len(broken)} rows of {tables} would refer to nothing."
        raise MigrationError(message)
