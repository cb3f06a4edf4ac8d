"""The world of the pages on which a cycle is written."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from flask.testing import FlaskClient

from kb.accounts.models import Role
from kb.config import bundled
from kb.db import Database
from kb.importer.load import import_path
from tests.factories import make_idea, make_member, make_network, make_person, make_school
from tests.writing.cycles.world import World


@pytest.fixture(scope="session")
def methods_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A migrated SQLite file with the methods of the registry to copy."""
    path = tmp_path_factory.mktemp("methods") / "methods.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    import_path(database, bundled("content") / "methods")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def sqlite_database(tmp_path: Path, methods_template: Path) -> Iterator[Database]:
    """A SQLite database of this test's own, with the methods in it."""
    path = tmp_path / "test.db"
    shutil.copy(methods_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> jinja2.BytecodeCache:
    """Templates that one application compiled, for those of the next tests."""
    return jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def world(sqlite_database: Database, client: FlaskClient, compiled_templates: jinja2.BytecodeCache) -> Iterator[World]:
    """Three people, two schools in one network, one idea, six methods."""
    client.application.jinja_env.bytecode_cache = compiled_templates
    with sqlite_database.writing() as session:
        ashgrove, brookside = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
        network = make_network(session, ashgrove, brookside)
        alice, bob, charlie = (make_person(session, name=name) for name in ("Alice", "Bob", "Charlie"))
        make_member(session, alice, school=ashgrove, role=Role.CONTRIBUTOR)
        make_member(session, bob, school=ashgrove)
        make_member(session, charlie, school=brookside, role=Role.CONTRIBUTOR)
        idea = make_idea(session, title="Call home & away", network_id=network.id)
        session.commit()
        ids = (alice.id, bob.id, charlie.id, idea.public_id, f"{ashgrove.public_id}.{network.public_id}")
    with sqlite_database.reading() as session:
        yield World(client, sqlite_database, session, *ids)
