"""Fixtures: real databases of both kinds, one fresh copy for each test, and the application on top."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import hypothesis
import jinja2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm
from werkzeug.routing import Rule

from kb import schema
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from tests.postgres import PostgresServer

hypothesis.settings.register_profile(  # no deadline: a busy machine is no fault
    "main", max_examples=40, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("thorough", hypothesis.settings.get_profile("main"), max_examples=400)
hypothesis.settings.load_profile("main")  # pytest --hypothesis-profile=thorough looks longer
DATABASES = ("sqlite", "postgres")
SECRET = "tests-only-secret-that-is-long-enough"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = postgres.create()
    database = Database(postgres.url(name))
    schema.upgrade(database)
    database.close()
    return name


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database of this test's own."""
    path = tmp_path / "test.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: PostgresServer, postgres_template: str) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database of this test's own."""
    name = postgres.create(postgres_template)
    database = Database(postgres.url(name))
    yield database
    database.close()
    postgres.drop(name)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database: the test runs on SQLite and on PostgreSQL."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    return made


@pytest.fixture
def session(database: Database) -> Iterator[orm.Session]:
    """A writing session; what the test does not commit is undone."""
    with database.writing() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, sqlite_database: Database) -> Settings:
    """Settings for the SQLite database of this test."""
    return Settings(
        data_dir=tmp_path, database_url=sqlite_database.url, secret_key=SECRET, contact_email="hub@example.org"
    )


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> jinja2.BytecodeCache:
    """Templates compiled once for all tests: each application would take 30 ms for them."""
    return jinja2.FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Routes compiled once for all tests: each application would take 50 ms for them."""
    compiled: dict[Any, Any] = {}
    compile_builder = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        converters = tuple((name, type(one)) for name, one in rule._converters.items())
        key = (rule.rule, rule.subdomain, repr(rule.defaults), tuple(rule._trace), converters, append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", remembered)
        yield


@pytest.fixture
def app(settings: Settings, sqlite_database: Database, compiled_templates: jinja2.BytecodeCache) -> flask.Flask:
    """The application on the SQLite database of this test."""
    made = create_app(settings, sqlite_database)
    made.jinja_env.bytecode_cache = compiled_templates
    made.testing = True
    return made


@pytest.fixture
def client(app: flask.Flask) -> FlaskClient:
    """A visitor without an account."""
    return app.test_client()
