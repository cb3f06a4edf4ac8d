"""Runs migrations on the database that ``kb`` is set to, or on the connection a caller hands over."""

import sqlalchemy as sa
from alembic import context

from kb import models
from kb.db import Base

assert models  # noqa: S101 - importing it registers every table


def run(connection: sa.Connection) -> None:
    """Run the migrations on this connection; batch mode copies tables on SQLite, whose ALTER is weak."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
