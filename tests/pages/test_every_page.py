"""Every page a visitor can reach is valid, titled, labelled, free of dead links and cheap."""

from collections.abc import Callable

import flask
from sqlalchemy import orm

from kb.schools.views import MOST_CYCLES
from tests import factories as make
from tests.pages.conftest import World, add_hidden
from tests.pages.visitor import Visitor

STARTS = ("/", "/topics", "/schools", "/networks", "/methods", "/glossary", "/shortlist", "/about", "/accessibility")
PLACES = ("/searches", "/search/place?name=a", "/search?sort=like", "/search?sort=like&like_size=900&like_locale=2")


def test_every_page_that_links_lead_to(visitor: Visitor, world: World) -> None:
    pages = visitor.crawl(*STARTS, *PLACES, "/privacy-problem", f"/ideas/{world.idea.ref}")
    kinds = {address.split("/")[1].split("?")[0] for address in pages}
    assert kinds >= {"ideas", "cycles", "cases", "schools", "networks", "methods", "glossary", "search", "topics"}
    for item in (world.idea, world.child):
        assert f"/ideas/{item.ref}" in pages
    assert len(pages) > 25


def test_every_page_says_where_privacy_problems_go(visitor: Visitor, world: World) -> None:
    for page in visitor.crawl(*STARTS).values():
        assert "/privacy-problem" in page.links


def test_fictional_records_are_labelled(visitor: Visitor, world: World) -> None:
    for address in (
        f"/ideas/{world.idea.ref}",
        f"/cycles/{world.cycle.ref}",
        f"/cases/{world.case.ref}",
        f"/schools/{world.school.ref}",
        f"/networks/{world.network.ref}",
        "/",
    ):
        assert "Fictional" in visitor.get(address).text, address
    assert "Fictional" not in visitor.get(f"/schools/{world.other.ref}").text.replace("Fictional Valley", "")


def test_an_empty_site(visitor: Visitor) -> None:
    for address in STARTS:
        visitor.get(address)
    assert "No test has been shared yet" in visitor.get("/").text


def test_error_pages(visitor: Visitor, app: flask.Flask) -> None:
    page = visitor.get("/nowhere", 404)
    assert "Page not found" in page.text
    assert page.queries == 0
    for address in ("/ideas/zzzzzzzz", "/methods/none", "/glossary/none", "/schools/zzzzzzzz", "/networks/zzzzzzzz"):
        assert visitor.get(address, 404).text.count("Page not found") == 2  # title and heading


def test_the_number_of_queries_does_not_grow(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    addresses = (
        "/",
        f"/ideas/{world.idea.ref}",
        f"/cycles/{world.cycle.ref}",
        f"/cases/{world.case.ref}",
        f"/schools/{world.school.ref}",
        f"/networks/{world.network.ref}",
        "/schools",
        "/networks",
    )
    few = [visitor.get(address).queries for address in addresses]
    for _ in range(200):
        make.make_cycle(writing, world.idea, world.school, world.method, network_id=world.network.id)
    publish()
    assert [visitor.get(address).queries for address in addresses] == few
    assert max(few) <= 11


def test_a_long_list_shows_the_latest_and_offers_the_rest(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    for _ in range(40):
        make.make_cycle(writing, world.idea, world.school, world.method)
    publish()
    address = f"/ideas/{world.idea.ref}"
    short = visitor.get(address)
    assert len(short.all("li", class_="test")) in (30, 31)
    assert "?all=1" in short.html
    full = visitor.get(f"{address}?all=1")
    assert len(full.all("li", class_="test")) > 40
    assert "?all=1" not in full.html


def test_a_school_shows_the_latest_and_leads_to_a_search_for_the_rest(
    visitor: Visitor, world: World, writing: orm.Session, publish: Callable[[], None]
) -> None:
    address = f"/schools/{world.school.ref}"
    assert "See all" not in visitor.get(address).html
    for _ in range(20):
        make.make_cycle(writing, world.idea, world.school, world.method)
        make.make_idea(writing, school_id=world.school.id)
    add_hidden(writing, world)
    publish()
    page = visitor.get(address)
    assert len(page.all("li", class_="test")) == MOST_CYCLES
    for kind, count in (("cycle", 21), ("idea", 21)):
        assert f"school={world.school.public_id}&amp;kind={kind}" in page.html
        assert f"See all {count} {kind}s" in page.html
