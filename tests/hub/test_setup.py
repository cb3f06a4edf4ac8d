"""The desk, the facts of a network, its words and questions: what is typed is kept, and only the hub may."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.db import Database
from tests import factories as make
from tests.hub.conftest import Hub
from tests.pages.visitor import Visitor
from tests.visitors import post

Visit = Callable[[m.Person | None], FlaskClient]
FORM = {
    "name": "Valley Network",
    "aim_what": "More file",
    "aim_by": "2027-06-30",
    "minimum_group": "12",
    "version": "1",
}


def _pages(hub: Hub) -> list[str]:
    base = f"/networks/{hub.network.ref}"
    return [f"{base}/{name}" for name in ("hub", "edit", "words", "questions", "drivers", "schools", "people")]


def test_every_page_is_sound(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        primary = make.make_driver(session, hub.network)
        make.make_driver(session, hub.network, parent_id=primary.id)
        driver = make.make_driver(session, hub.network, retired_on=dt.date(2026, 1, 1))
        session.add(m.Term(code="driver", title="Driver"))
        session.add_all(m.OpenQuestion(network_id=hub.network.id, position=at, text=f"Q{at}?") for at in range(2))
        feed.commit(session)
    carla = Visitor(visit(hub.carla), sqlite_database)
    base = f"/networks/{hub.network.ref}"
    more = [f"{base}/schools/new?name=a", f"{base}/schools/unlisted", f"{base}/drivers?edit={primary.public_id}"]
    for address in [*_pages(hub), *more, f"{base}/drivers/{driver.public_id}/ideas", "/tags", "/imports"]:
        carla.get(address)
    Visitor(visit(hub.dana), sqlite_database).get("/networks/new")


def test_only_the_hub_may(hub: Hub, visit: Visit) -> None:
    for person in (hub.alice, hub.bob, hub.charlie):
        client = visit(person)
        assert {client.get(address).status_code for address in _pages(hub)} == {403}
        assert client.get("/networks/new").status_code == 403
        assert post(client, f"/networks/{hub.network.ref}/edit", FORM).status_code == 403
        assert "Go to the hub" not in client.get(f"/networks/{hub.network.ref}").text
    assert visit(hub.carla).get(f"/networks/{hub.elsewhere.ref}/hub").status_code == 403
    assert visit(hub.carla).get("/networks/new").status_code == 403
    assert "Go to the hub" in visit(hub.carla).get(f"/networks/{hub.network.ref}").text


def test_a_new_network(hub: Hub, visit: Visit) -> None:
    dana = visit(hub.dana)
    wrong = post(dana, "/networks/new", {"name": "", "hub": "Four people", "minimum_group": "2"})
    assert wrong.status_code == 422
    for words in ('href="#name"', 'href="#minimum_group"', 'value="Four people"'):
        assert words in wrong.text
    answer = post(dana, "/networks/new", {**FORM, "name": "Coast <b>"})
    assert answer.status_code == 303
    assert "Coast &lt;b&gt;" in dana.get(answer.location).text


def test_two_people_at_once_lose_nothing(hub: Hub, visit: Visit) -> None:
    carla, dana, address = visit(hub.carla), visit(hub.dana), f"/networks/{hub.network.ref}/edit"
    assert post(carla, address, FORM).status_code == 303
    late = post(dana, address, {**FORM, "aim_what": "More enrol", "review_required": "y"})
    assert late.status_code == 409
    for words in ("More enrol", "More file", "What somebody else saved", 'name="version" type="hidden" value="2"'):
        assert words in late.text
    assert post(dana, address, {**FORM, "aim_what": "Both", "version": "2"}).status_code == 303
    assert "Both" in carla.get(f"/networks/{hub.network.ref}").text


def test_words_and_questions(hub: Hub, visit: Visit, sqlite_database: Database, client: FlaskClient) -> None:
    with sqlite_database.writing() as session:
        session.add(m.Term(code="driver", title="Driver"))
        feed.commit(session)
    carla, base = visit(hub.carla), f"/networks/{hub.network.ref}"
    assert post(carla, f"{base}/words", {"term-driver": "x" * 101}).status_code == 422
    assert post(carla, f"{base}/words", {"term-driver": " Our  lever "}).status_code == 303
    assert "Our lever" in client.get(base).text
    for text in ("At night?", "By bus?"):
        assert post(carla, f"{base}/questions", {"text": text}).status_code == 303
    assert post(carla, f"{base}/questions", {"text": " "}).status_code == 422
    moved = post(carla, f"{base}/questions/place", {"text": "By bus?", "where": "up"})
    page = carla.get(moved.location).text
    assert page.index("By bus?") < page.index("At night?")
    assert 'value="down" autofocus' in page  # the first one cannot go up: the focus is on the way back
    post(carla, f"{base}/questions/removal", {"text": "At night?"})
    assert "At night?" not in client.get(base).text
    assert "By bus?" in client.get(base).text


def test_the_desk(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    today = dt.datetime.now(dt.UTC)
    with sqlite_database.writing() as session:
        quiet, loud = make.make_school(session, name="Quiet High"), make.make_school(session, name="Loud High")
        new = make.make_school(session, name="New High")
        for school, since in ((quiet, dt.date(2023, 8, 1)), (loud, dt.date(2023, 8, 1)), (new, today.date())):
            session.add(m.SchoolNetwork(school_id=school.id, network_id=hub.network.id, joined_on=since))
        idea = make.make_idea(session)
        make.make_cycle(session, idea, quiet, published_at=today - dt.timedelta(days=61))
        make.make_cycle(session, idea, loud, published_at=today - dt.timedelta(days=59))
        session.add(m.UnansweredQuery(day=today.date(), text="late buses", times=3))
        feed.touch(session)
        feed.commit(session)
    carla = visit(hub.carla)
    page = carla.get(f"/networks/{hub.network.ref}/hub").text
    silent = page[page.index('id="silent"') :]
    assert ("Quiet High" in silent, "Ashgrove High" in silent, "Loud High" in silent, "New High" in silent) == (
        True, True, False, False,
    )  # fmt: skip
    assert "late buses" in page
    asked = carla.get(f"/networks/{hub.network.ref}/questions?ask=late+buses").text
    assert 'value="late buses"' in asked


@pytest.mark.parametrize("name", ["edit", "words", "questions"])
def test_a_form_of_another_site_changes_nothing(hub: Hub, visit: Visit, name: str) -> None:
    answer = visit(hub.carla).post(f"/networks/{hub.network.ref}/{name}", data={**FORM, "text": "x"})
    assert answer.status_code == 403
