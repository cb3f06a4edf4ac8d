"""Alice, who has an account with a password, and forms as a browser sends them."""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts import passwords
from kb.db import Database
from tests.factories import NOW, make_person

PASSWORD = "mango river candle 7"


@pytest.fixture(scope="session")
def hashed() -> str:
    """The hash of PASSWORD, made once: it is slow on purpose."""
    return passwords.hashed(PASSWORD)


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
    found = re.search(r"Your account: </span>([^<]*)<", client.get("/about").text)
    return html.unescape(found.group(1)) if found else None
