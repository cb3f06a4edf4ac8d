"""The same world as for writing up a cycle."""

from tests.writing.cycles.conftest import methods_template, sqlite_database, world

__all__ = ["methods_template", "sqlite_database", "world"]
