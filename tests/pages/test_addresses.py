"""Addresses that moved, records that were withdrawn, and pages a browser has already."""

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import models as m
from kb.permissions import Audience, State
from tests.pages.conftest import World
from tests.pages.visitor import Visitor


@pytest.fixture
def addresses(world: World) -> dict[str, str]:
    return {
        "idea": f"/ideas/{world.idea.ref}",
        "cycle": f"/cycles/{world.cycle.ref}",
        "case": f"/cases/{world.case.ref}",
        "school": f"/schools/{world.school.ref}",
        "network": f"/networks/{world.network.ref}",
    }


@pytest.mark.parametrize("kind", ["idea", "cycle", "case", "school", "network"])
def test_a_wrong_slug_is_redirected_with_its_question(
    client: FlaskClient, addresses: dict[str, str], kind: str
) -> None:
    own = addresses[kind]
    wrong = own[: own.rindex("/") + 9] + "-something-else?all=1"
    answer = client.get(wrong)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{own}?all=1")


@pytest.mark.parametrize("kind", ["idea", "cycle", "case"])
def test_withdrawn_is_gone_for_those_who_could_read_it(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None], kind: str
) -> None:
    item = {"idea": world.idea, "cycle": world.cycle, "case": world.case}[kind]
    address = f"/{kind}s/{item.ref}"
    row = writing.get_one(m.Item, item.id)
    row.state = State.WITHDRAWN
    publish()
    page = visitor.get(address, 410)
    assert "This record was withdrawn" in page.text
    assert item.public_id in page.text
    assert item.title not in page.text
    row.audience = Audience.NETWORK
    publish()
    assert "withdrawn" not in visitor.get(address, 404).text


@pytest.mark.parametrize("kind", ["idea", "cycle", "case", "school", "network"])
def test_a_browser_that_has_the_page_is_told_so(client: FlaskClient, addresses: dict[str, str], kind: str) -> None:
    first = client.get(addresses[kind])
    again = client.get(addresses[kind], headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_a_change_makes_a_new_page(
    client: FlaskClient, addresses: dict[str, str], world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    first = client.get(addresses["idea"])
    writing.get_one(m.Item, world.idea.id).summary = "Quite another sentence."
    publish()
    again = client.get(addresses["idea"], headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert b"Quite another sentence." in again.data


def test_text_is_compressed(client: FlaskClient, addresses: dict[str, str]) -> None:
    plain = client.get(addresses["idea"])
    small = client.get(addresses["idea"], headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2
