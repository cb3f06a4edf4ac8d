"""Writes many rows fast: executemany on SQLite, COPY on PostgreSQL, each value through its column's own type."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from kb.db import Base

Row = dict[str, Any]
Process = Callable[[Any], Any]


class Bulk:
    """Rows waiting to be written, in the order in which their tables depend on each other."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._waiting: dict[sa.Table, list[Row]] = defaultdict(list)
        self._sheets: dict[sa.Table, _Sheet] = {}

    def add(self, model: type[Base], **values: Any) -> None:
        """Take a row; every row of a table names the same columns. What is not named gets the column's default."""
        self._waiting[Base.metadata.tables[model.__tablename__]].append(values)

    def flush(self) -> None:
        """Write what waits. A row may point at rows written before it and at earlier rows of its own table."""
        for table in Base.metadata.sorted_tables:
            rows = self._waiting.pop(table, None)
            if rows:
                self._sheet(table, rows[0]).write(self._connection, rows)

    def finish(self) -> None:
        """Write the rest and let the database count on from the highest id given."""
        self.flush()
        if self._connection.dialect.name != "postgresql":
            return
        for table, sheet in self._sheets.items():
            counter = table.autoincrement_column
            if counter is not None and counter.name in sheet.names:
                highest = sa.select(sa.func.max(counter)).scalar_subquery()
                sequence = sa.func.pg_get_serial_sequence(table.name, counter.name)
                self._connection.execute(sa.select(sa.func.setval(sequence, highest)))

    def _sheet(self, table: sa.Table, row: Row) -> "_Sheet":
        if table not in self._sheets:
            self._sheets[table] = _Sheet(table, row, self._connection.dialect)
        return self._sheets[table]


class _Sheet:
    """How the rows of one table are written."""

    def __init__(self, table: sa.Table, row: Row, dialect: sa.Dialect) -> None:
        counter = table.autoincrement_column
        columns = [column for column in table.columns if column is not counter or column.name in row]
        quote = dialect.identifier_preparer.quote
        self.names = [column.name for column in columns]
        self._cells = [(column.name, _default(column), _process(column, dialect)) for column in columns]
        self._into = f"{quote(table.name)} ({', '.join(quote(name) for name in self.names)})"

    def write(self, connection: sa.Connection, rows: list[Row]) -> None:
        if connection.dialect.name == "postgresql":
            cursor = connection.connection.cursor()
            with cursor.copy(f"COPY {self._into} FROM STDIN") as copy:
                for values in self._values(rows):
                    copy.write_row(values)
            cursor.close()
            return
        marks = ", ".join("?" * len(self.names))
        connection.exec_driver_sql(f"INSERT INTO {self._into} VALUES ({marks})", list(self._values(rows)))  # noqa: S608 - names of our own tables

    def _values(self, rows: list[Row]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            yield tuple(
                [
                    row.get(name, default) if process is None else process(row.get(name, default))
                    for name, default, process in self._cells
                ]
            )


def _default(column: sa.Column[Any]) -> Any:
    default = column.default
    if not isinstance(default, sa.ColumnDefault):
        return None
    return default.arg(None) if default.is_callable else default.arg  # the callables give an empty list or dict


def _process(column: sa.Column[Any], dialect: sa.Dialect) -> Process | None:
    own = column.type.dialect_impl(dialect)
    return own.bind_processor(dialect)
