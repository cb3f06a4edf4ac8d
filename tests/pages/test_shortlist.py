"""The short list for a meeting."""

from collections.abc import Callable

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import orm

from kb.ids import new_public_id
from kb.site import shortlist
from tests.pages.conftest import World, add_hidden
from tests.pages.visitor import Visitor

PUBLIC_IDS = st.lists(st.builds(new_public_id), max_size=40)


def add(client: FlaskClient, public_id: str, **headers: str) -> int:
    answer = client.post("/shortlist", data={"id": public_id}, headers={"Sec-Fetch-Site": "same-origin", **headers})
    return answer.status_code


def test_it_works(visitor: Visitor, world: World) -> None:
    assert "Nothing is on your list yet" in visitor.get("/shortlist").text
    for item in (world.idea, world.cycle, world.case, world.idea):
        assert add(visitor.client, item.public_id) == 303
    page = visitor.get("/shortlist")
    titles = [" ".join("".join(head.itertext()).split()) for head in page.all("h2")]
    assert titles == [world.cycle.title, world.case.title, world.idea.title]


def test_one_can_be_removed_and_all(visitor: Visitor, world: World) -> None:
    for item in (world.idea, world.cycle):
        add(visitor.client, item.public_id)
    visitor.client.post("/shortlist/removal", data={"id": world.idea.public_id})
    page = visitor.get("/shortlist")
    assert world.cycle.title in page.text
    assert f"/ideas/{world.idea.ref}" not in page.html
    visitor.client.post("/shortlist/removal")
    assert "Nothing is on your list yet" in visitor.get("/shortlist").text


def test_another_site_cannot_add_to_it(visitor: Visitor, world: World) -> None:
    assert add(visitor.client, world.idea.public_id, **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert "Nothing is on your list yet" in visitor.get("/shortlist").text


def test_hidden_and_unknown_records_are_not_shown(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    for item in add_hidden(writing, world):
        add(visitor.client, item.public_id)
    publish()
    add(visitor.client, "zzzzzzzz")
    add(visitor.client, "not an id")
    assert "Nothing is on your list yet" in visitor.get("/shortlist").text


def test_the_cookie_does_not_change_other_pages(visitor: Visitor, world: World) -> None:
    address = f"/ideas/{world.idea.ref}"
    before = visitor.get(address).html
    add(visitor.client, world.idea.public_id)
    answer = visitor.client.get(address)
    assert answer.get_data(as_text=True) == before
    assert "Set-Cookie" not in answer.headers


def test_the_cookie_is_the_visitors_own(client: FlaskClient, world: World) -> None:
    answer = client.post("/shortlist", data={"id": world.idea.public_id})
    cookie = answer.headers["Set-Cookie"]
    assert f"shortlist={world.idea.public_id}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@given(PUBLIC_IDS)
def test_what_is_written_is_read(ids: list[str]) -> None:
    assert shortlist.parse(shortlist.written(ids)) == list(dict.fromkeys(ids))[: shortlist.LONGEST]


@given(st.text())
def test_any_cookie_is_read(cookie: str) -> None:
    assert shortlist.written(shortlist.parse(cookie)) == ".".join(shortlist.parse(cookie))


@given(PUBLIC_IDS, st.builds(new_public_id))
def test_the_newest_stays_when_the_list_is_full(ids: list[str], public_id: str) -> None:
    longer = shortlist.with_id(ids, public_id)
    assert longer[-1] == public_id
    assert len(longer) <= shortlist.LONGEST
    assert public_id not in shortlist.without_id(longer, public_id)
