"""Rows of any table as lines of JSON and back, the same from both databases, so that each can take the other's backup.

The values are those of SQLite: times as text in UTC, yes and no as 1 and 0, JSON as text, bytes in base64.
"""

import base64
import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from kb.errors import KbError

BATCH = 1_000
_BYTES = "base64"
LEFT_OUT = frozenset({"alembic_version", "search_index", "search_document", "search_posting"})
"""The version stands in the manifest; the index is made again."""


class UnknownValueError(KbError):
    """A column holds a type that backups do not know."""

    title = "The backup could not be made"


def tables(connection: sa.Connection) -> list[str]:
    """Return the tables of a backup."""
    return sorted(set(sa.inspect(connection).get_table_names()) - LEFT_OUT)


def columns(connection: sa.Connection, table: str) -> list[str]:
    """Return the columns of a table in their order."""
    return [column["name"] for column in sa.inspect(connection).get_columns(table)]


def lines(connection: sa.Connection, table: str, names: list[str]) -> Iterator[bytes]:
    """Yield the rows of a table in batches of lines."""
    json_columns = {
        column["name"] for column in sa.inspect(connection).get_columns(table) if isinstance(column["type"], sa.JSON)
    }
    shown = ", ".join(f"CAST({_quoted(name)} AS TEXT)" if name in json_columns else _quoted(name) for name in names)
    key = sa.inspect(connection).get_pk_constraint(table)["constrained_columns"]
    order = f" ORDER BY {', '.join(map(_quoted, key))}" if key else ""
    select = f"SELECT {shown} FROM {_quoted(table)}{order}"  # noqa: S608 - our own tables
    found = connection.exec_driver_sql(select, execution_options={"stream_results": True, "yield_per": BATCH})
    for batch in found.partitions(BATCH):
        yield "".join(f"{json.dumps([_plain(value) for value in row], ensure_ascii=False)}\n" for row in batch).encode()


def load(connection: sa.Connection, table: str, names: list[str], rows: Iterable[bytes]) -> int:
    """Write the lines of a table back into it; return how many."""
    values = ([_raw(value) for value in json.loads(line)] for line in rows)
    into = f"{_quoted(table)} ({', '.join(map(_quoted, names))})"
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        statement = f"INSERT INTO {into} VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own tables
        return sum(raw.executemany(statement, batch).rowcount for batch in _batches(values))
    with raw.cursor() as cursor:
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
        return int(cursor.rowcount)


def _batches(values: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    held = iter(values)
    while batch := list(itertools.islice(held, BATCH)):
        yield batch


def _plain(value: Any) -> Any:
    match value:
        case None | str() | float():
            return value
        case int():
            return int(value)  # yes and no too
        case dt.datetime():
            utc = value.astimezone(dt.UTC) if value.tzinfo else value
            return utc.replace(tzinfo=None).isoformat(" ", "microseconds")
        case dt.date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes() | memoryview():
            return {_BYTES: base64.b64encode(value).decode()}
    raise UnknownValueError(type(value).__name__)


def _raw(value: Any) -> Any:
    return base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
