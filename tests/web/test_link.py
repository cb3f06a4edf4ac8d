"""Addresses that leave the site are those of KB_BASE_URL, whatever a request says of the host."""

import pytest

from kb import feed
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from tests.factories import make_idea

FORGED = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}


@pytest.fixture
def ref(sqlite_database: Database) -> str:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Walk together")
        feed.touch(session, [idea.id])
        feed.commit(session)
        return str(idea.ref)


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_forged_host_reaches_no_file_and_no_feed(
    settings: Settings, sqlite_database: Database, ref: str, trusted: int
) -> None:
    values = {"base_url": "https://kb.example.org/", "trusted_proxies": trusted}
    client = create_app(settings.model_copy(update=values), sqlite_database).test_client()
    table = client.get(f"/ideas/{ref}/lineage.csv", headers=FORGED).text
    assert f"https://kb.example.org/ideas/{ref}" in table
    atom = client.get("/search.atom", headers=FORGED).text
    assert "https://kb.example.org/search.atom" in atom
    assert f"https://kb.example.org/ideas/{ref}" in atom
    assert "evil.example" not in table + atom


def test_without_it_the_address_is_where_the_request_came_in(
    settings: Settings, sqlite_database: Database, ref: str
) -> None:
    client = create_app(settings, sqlite_database).test_client()
    assert f"http://localhost/ideas/{ref}" in client.get(f"/ideas/{ref}/lineage.csv").text
