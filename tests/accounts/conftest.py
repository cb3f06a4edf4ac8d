"""Alice, who has an account with a password, and forms as a browser sends them."""

import datetime as dt
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import flask
import pydantic
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts import passwords
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from kb.mail.queries import Letter, waiting
from kb.web.cache import PageCache
from kb.work import worker
from tests.conftest import SECRET
from tests.factories import NOW, make_person

PASSWORD = "mango river candle 7"
LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def hashed() -> str:
    """The hash of PASSWORD, made once: it is slow on purpose."""
    return passwords.hashed(PASSWORD)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> flask.Flask:
    """The application, made once for all tests of accounts: making it takes longer than most of them."""
    url, folder = f"sqlite:///{sqlite_template}", tmp_path_factory.mktemp("accounts")
    return create_app(Settings(data_dir=folder, database_url=url, secret_key=pydantic.SecretStr(SECRET)))


@pytest.fixture
def app(made_once: flask.Flask, settings: Settings, sqlite_database: Database) -> flask.Flask:
    """The application on the SQLite database of this test, with no page kept from another one."""
    services = made_once.extensions["kb"]
    services.settings, services.database = settings, sqlite_database
    made_once.extensions["kb.pages"] = PageCache(settings.page_cache_mb)
    return made_once


@pytest.fixture
def alice(sqlite_database: Database, hashed: str) -> m.Person:
    """Alice of Ashgrove with her password."""
    with sqlite_database.writing() as session:
        person = make_person(session, name="Alice Moreno", email="alice@ashgrove.example.org")
        session.add(m.Password(person_id=person.id, hash=hashed, changed_at=NOW))
        feed.commit(session)
    return person


def enter(client: FlaskClient, **over: Any) -> Any:
    """Send the sign-in form."""
    typed = {"email": "alice@ashgrove.example.org", "password": PASSWORD, **over}
    return client.post("/sign-in", data=typed)


def signed_in_name(client: FlaskClient) -> str | None:
    """Return the name in the menu of the page, None for a visitor."""
    found = re.search(r"Your account: </span><span>([^<]*)<", client.get("/about").text)
    return html.unescape(found.group(1)) if found else None


def letters(database: Database, settings: Settings) -> Sequence[Letter]:
    """Do the jobs that write mails, and return the mails that wait to be sent, oldest first."""
    made, is_mail = worker(database, settings), m.Job.kind == "mail.send"
    while True:
        with database.writing() as session:
            session.execute(sa.update(m.Job).where(is_mail).values(run_at=LATER))
            feed.commit(session)
        if not made.work_once():
            break
    with database.reading() as session:
        return waiting(session)
