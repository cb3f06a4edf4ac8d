"""Migrations: the head equals the models, and up and down keep schema and rows, on both databases."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import orm

from kb import models, schema
from kb.config import bundled
from kb.db import Base, Database
from tests.factories import make_case, make_cycle, make_idea, make_network, make_school
from tests.postgres import PostgresServer

assert models


def _revisions() -> list[str]:
    names = sorted(path.name for path in (bundled("migrations") / "versions").glob("*.py"))
    return [name.split("_")[0] for name in names]


def _picture(database: Database) -> dict[str, Any]:
    """Return every table with its columns, keys, checks and indexes."""
    inspector = sa.inspect(database.engine)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)
            ],
            "foreign": sorted(str(key["name"]) for key in inspector.get_foreign_keys(table)),
            "unique": sorted(str(key["name"]) for key in inspector.get_unique_constraints(table)),
            "checks": sorted(str(check["name"]) for check in inspector.get_check_constraints(table)),
            "indexes": sorted(str(index["name"]) for index in inspector.get_indexes(table)),
        }
        for table in sorted(inspector.get_table_names())
    }


def _fill(session: orm.Session) -> None:
    school = make_school(session)
    idea = make_idea(session, network_id=make_network(session, school).id)
    make_case(session, make_cycle(session, idea, school))


def _counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        return {name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}


def test_head_equals_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_check_of_the_models_is_in_the_database(database: Database) -> None:
    wanted = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }
    found = {name for table in _picture(database).values() for name in table["checks"]}
    assert wanted <= found


def test_every_constraint_has_a_name(database: Database) -> None:
    for table, parts in _picture(database).items():
        assert "None" not in parts["foreign"] + parts["unique"] + parts["checks"] + parts["indexes"], table


def test_each_step_down_and_up_returns_the_same_schema(database: Database) -> None:
    pictures = [_picture(database)]
    steps = ["base", *_revisions()][::-1][1:]
    for revision in steps:
        schema.downgrade(database, revision)
        pictures.append(_picture(database))
    assert set(pictures[-1]) <= {"alembic_version"}
    for expected in reversed(pictures[:-1]):
        schema.upgrade(database, "+1")
        assert _picture(database) == expected


def test_each_step_keeps_the_rows_of_the_tables_it_leaves(database: Database) -> None:
    with database.writing() as session:
        _fill(session)
        session.commit()
    steps = ["base", *_revisions()][::-1][1:]
    for revision in steps:
        before = _counts(database)
        schema.downgrade(database, revision)
        after = _counts(database)
        kept = {name: count for name, count in before.items() if name in after and name != "alembic_version"}
        assert {name: after[name] for name in kept} == kept
        schema.upgrade(database, "+1")
        assert {name: count for name, count in _counts(database).items() if name in kept} == kept
        schema.downgrade(database, revision)


def test_a_failed_migration_leaves_the_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A migration that drops a table and then fails is undone as a whole, with all rows."""
    with database.writing() as session:
        _fill(session)
        session.commit()
    before = _counts(database)
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    for path in [bundled("migrations") / "env.py", *sorted((bundled("migrations") / "versions").glob("*.py"))]:
        target = broken / path.relative_to(bundled("migrations"))
        target.write_text(path.read_text())
    (broken / "versions" / "9999_broken.py").write_text(
        f"from alembic import op\nrevision = '9999'\ndown_revision = '{schema.head()}'\n"
        "def upgrade():\n    op.drop_table('case_section')\n    op.execute('SELECT nonsense FROM nowhere')\n"
    )
    monkeypatch.setattr("kb.schema.bundled", lambda _name: broken)
    with pytest.raises(sa.exc.DatabaseError):
        schema.upgrade(database)
    assert _counts(database) == before


def test_rows_that_refer_to_nothing_are_refused(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With foreign keys off (as a table copy on SQLite needs) a lost parent is found before the commit."""
    with sqlite_database.writing() as session:
        _fill(session)
        session.commit()
    before = _counts(sqlite_database)
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for path in [bundled("migrations") / "env.py", *sorted((bundled("migrations") / "versions").glob("*.py"))]:
        (folder / path.relative_to(bundled("migrations"))).write_text(path.read_text())
    (folder / "versions" / "9999_orphans.py").write_text(
        f"from alembic import op\nrevision = '9999'\ndown_revision = '{schema.head()}'\n"
        "def upgrade():\n    op.execute('DELETE FROM school')\n"
    )
    monkeypatch.setattr("kb.schema.bundled", lambda _name: folder)
    with pytest.raises(schema.MigrationError, match="would refer to nothing"):
        schema.upgrade(sqlite_database)
    assert _counts(sqlite_database) == before


def test_an_old_database_is_not_served(sqlite_database: Database) -> None:
    schema.require_current(sqlite_database)
    schema.downgrade(sqlite_database, "base")
    with pytest.raises(schema.OutdatedError):
        schema.require_current(sqlite_database)


def test_both_databases_are_real(
    sqlite_database: Database, postgres_database: Database, postgres: PostgresServer
) -> None:
    assert sqlite_database.engine.dialect.name == "sqlite"
    with postgres_database.engine.connect() as connection:
        assert str(connection.scalar(sa.text("SELECT version()"))).startswith("PostgreSQL 18")
    assert postgres.url("x") != sqlite_database.url
