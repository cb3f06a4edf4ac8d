"""The one place that knows which engines there are."""

from kb.config import Settings
from kb.db import Database
from kb.search.engine import Engine


def make(database: Database, settings: Settings) -> Engine:
    """Return the engine that the settings name; only what it needs is imported."""
    if settings.search == "postgres":
        from kb.search.postgres.engine import PostgresEngine

        return PostgresEngine(database)
    from kb.search.whoosh.engine import WhooshEngine

    return WhooshEngine(settings.index_dir)
