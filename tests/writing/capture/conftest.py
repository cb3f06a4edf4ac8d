"""The same world as for writing up a cycle."""

from tests.writing.cycles.conftest import compiled_templates, methods_template, sqlite_database, world

__all__ = ["compiled_templates", "methods_template", "sqlite_database", "world"]
