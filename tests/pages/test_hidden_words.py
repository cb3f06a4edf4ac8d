"""What a visitor may not read is in no page, no count and no warrant."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import orm

from tests.pages.conftest import HIDDEN, World, add_hidden
from tests.pages.visitor import Visitor


@pytest.fixture
def addresses(world: World) -> list[str]:
    return [
        "/",
        "/topics",
        "/schools",
        "/networks",
        f"/ideas/{world.idea.ref}",
        f"/ideas/{world.idea.ref}?all=1",
        f"/ideas/{world.child.ref}",
        f"/cycles/{world.cycle.ref}",
        f"/cases/{world.case.ref}",
        f"/schools/{world.school.ref}",
        f"/networks/{world.network.ref}",
    ]


def test_pages_are_the_same_with_and_without_hidden_records(
    visitor: Visitor, world: World, addresses: list[str], writing: orm.Session, publish: Callable[[], None]
) -> None:
    before = {address: visitor.get(address).html for address in addresses}
    add_hidden(writing, world)
    publish()
    for address in addresses:
        page = visitor.get(address)
        assert HIDDEN not in page.html.lower(), address
        assert page.html == before[address], address


def test_the_world_would_show_them_if_they_were_public(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    """The test above is worth something: the same records, made public, change every page."""
    for item in add_hidden(writing, world):
        item.state, item.audience, item.edition = "published", "public", 1  # type: ignore[assignment]
        item.published_at = item.published_at or item.created_at
    publish()
    for address in ("/", f"/ideas/{world.idea.ref}", f"/schools/{world.school.ref}", f"/networks/{world.network.ref}"):
        assert HIDDEN in visitor.get(address).html.lower(), address
    assert "Cycles7" in visitor.get(f"/ideas/{world.idea.ref}").text


def test_the_numbers_of_the_warrant_leave_them_out(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    add_hidden(writing, world)
    publish()
    text = visitor.get(f"/ideas/{world.idea.ref}").text
    assert re.search(r"Tested at ?2 schools ?Cycles ?2 ?Kept it ?1 of 2 ?Predictions met ?0 of 1", text), text[:600]
    assert "1 idea · 2 cycles" in visitor.get(f"/networks/{world.network.ref}").text


def test_hidden_records_themselves_are_not_found(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    hidden = add_hidden(writing, world)
    publish()
    folders = {"idea": "ideas", "cycle": "cycles", "case": "cases"}
    for item in hidden:
        status = 410 if item.state == "withdrawn" else 404
        page = visitor.get(f"/{folders[item.kind]}/{item.public_id}", status)
        assert HIDDEN not in page.html.lower()


def test_a_cycle_of_a_hidden_idea_does_not_name_it(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    world.idea.audience = "network"  # type: ignore[assignment]
    writing.merge(world.idea)
    publish()
    page = visitor.get(f"/cycles/{world.cycle.ref}")
    assert "Desk-side help" not in page.text
    assert str(world.idea.ref) not in page.html
    covered = visitor.get(f"/networks/{world.network.ref}").tree.iter("td")
    assert not [cell for cell in covered if "has" in cell.get("class", "").split()], "a driver of the idea"
    for address in (f"/cases/{world.case.ref}", f"/schools/{world.school.ref}", f"/networks/{world.network.ref}", "/"):
        assert str(world.idea.ref) not in visitor.get(address).html, address
