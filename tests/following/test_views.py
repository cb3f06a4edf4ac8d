"""Following: buttons for people with an account, nothing for visitors, and only of what may be read."""

from typing import Any

import pytest
import sqlalchemy as sa

from kb.db import Database
from kb.following.models import Follow
from tests.following.conftest import Client, World
from tests.visitors import post


def _follows(database: Database) -> set[tuple[str, str]]:
    with database.reading() as session:
        return {(row.kind.value, row.public_id) for row in session.scalars(sa.select(Follow))}


def test_it_works(as_: Client, site: World, sqlite_database: Database) -> None:
    bob = as_("bob")
    pages: dict[str, tuple[Any, str]] = {
        "idea": (site.idea, f"/ideas/{site.idea.ref}"),
        "school": (site.school, f"/schools/{site.school.ref}"),
        "network": (site.network, f"/networks/{site.network.ref}"),
        "driver": (site.driver, f"/networks/{site.network.ref}#driver-{site.driver.public_id}"),
    }
    for kind, (thing, page) in pages.items():
        address = f"/following/{kind}/{thing.public_id}"
        assert f'action="{address}' in bob.get(page.split("#")[0]).text
        for _ in range(2):  # twice is once
            answer = post(bob, address)
            assert (answer.status_code, answer.location) == (303, page)
    assert _follows(sqlite_database) == {(kind, thing.public_id) for kind, (thing, _) in pages.items()}
    for kind, (thing, page) in pages.items():
        assert "Stop following" in bob.get(page.split("#")[0]).text
        assert post(bob, f"/following/{kind}/{thing.public_id}/end").location == page
    assert _follows(sqlite_database) == set()


def test_visitors_see_no_button_and_cannot_follow(as_: Client, site: World, sqlite_database: Database) -> None:
    nobody = as_(None)
    for page in (f"/ideas/{site.idea.ref}", f"/schools/{site.school.ref}", f"/networks/{site.network.ref}"):
        assert "/following/" not in nobody.get(page).text
    assert nobody.post(f"/following/idea/{site.idea.public_id}").status_code == 401
    assert _follows(sqlite_database) == set()


def test_what_is_not_there_is_not_found(as_: Client, site: World) -> None:
    bob = as_("bob")
    for address in ("idea/zzzzzzzz", "cycle/{cycle}", "driver/{idea}", "x/{idea}", "idea/{cycle}"):
        where = address.format(cycle=site.cycle.public_id, idea=site.idea.public_id)
        assert post(bob, f"/following/{where}").status_code == 404, address


def test_an_idea_that_may_not_be_read_cannot_be_followed(as_: Client, site: World, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.get_one(type(site.idea), site.idea.id).audience = "network"  # type: ignore[assignment]
        session.commit()
    assert post(as_("charlie"), f"/following/idea/{site.idea.public_id}").status_code == 404
    assert post(as_("bob"), f"/following/idea/{site.idea.public_id}").status_code == 303


def test_what_may_no_longer_be_read_can_be_left(as_: Client, site: World, sqlite_database: Database) -> None:
    charlie = as_("charlie")
    post(charlie, f"/following/idea/{site.idea.public_id}")
    with sqlite_database.writing() as session:
        session.get_one(type(site.idea), site.idea.id).audience = "network"  # type: ignore[assignment]
        session.commit()
    assert site.idea.title not in charlie.get("/me").text
    assert post(charlie, f"/following/idea/{site.idea.public_id}/end").location == "/me"
    assert _follows(sqlite_database) == set()


def test_nobody_follows_too_much(as_: Client, site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.following.actions.MOST", 1)
    bob = as_("bob")
    assert post(bob, f"/following/school/{site.school.public_id}").status_code == 303
    assert post(bob, f"/following/school/{site.other.public_id}").status_code == 422
    assert post(bob, f"/following/school/{site.school.public_id}").status_code == 303
    assert post(bob, f"/following/x/{site.school.public_id}/end").status_code == 404
