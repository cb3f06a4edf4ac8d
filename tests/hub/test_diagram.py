"""The diagram's editor in the browser's way: each change one form, the focus comes back, nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.db import Database
from tests import factories as make
from tests.hub.conftest import Hub
from tests.visitors import post

Visit = Callable[[m.Person | None], FlaskClient]


@pytest.fixture
def drivers(hub: Hub, sqlite_database: Database) -> list[m.Driver]:
    with sqlite_database.writing() as session:
        made = [make.make_driver(session, hub.network, title=f"Lever {at}", position=at) for at in range(3)]
        feed.commit(session)
    return made


def _form(driver: m.Driver, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"driver": driver.public_id, "version": str(version), **more}


def test_it_works(hub: Hub, visit: Visit, drivers: list[m.Driver]) -> None:
    carla, base = visit(hub.carla), f"/networks/{hub.network.ref}/drivers"
    answer = post(carla, base, {"title": "Lever 3", "under": drivers[0].public_id})
    assert answer.status_code == 303
    page = carla.get(answer.location).text
    assert "Lever 3" in page
    assert page.count("autofocus") == 1
    moved = post(carla, f"{base}/place", _form(drivers[2], where="up"))
    page = carla.get(moved.location).text
    assert page.index("<b>Lever 2") < page.index("<b>Lever 1")
    assert 'value="up" autofocus' in page
    first = carla.get(post(carla, f"{base}/place", _form(drivers[2], 2, where="up")).location).text
    assert 'value="down" autofocus' in first  # it is the first one now: the focus is on the way back
    retired = carla.get(post(carla, f"{base}/retirement", _form(drivers[1])).location).text
    assert retired.index("Retired drivers") < retired.index("<b>Lever 1")
    back = carla.get(post(carla, f"{base}/return", _form(drivers[1], 2)).location).text
    assert "Retired drivers" not in back


def test_words_are_kept_where_somebody_else_was_faster(hub: Hub, visit: Visit, drivers: list[m.Driver]) -> None:
    carla, dana, base = visit(hub.carla), visit(hub.dana), f"/networks/{hub.network.ref}/drivers"
    form = _form(drivers[0], title="Forms in school time", description="")
    assert post(carla, f"{base}/title", form).status_code == 303
    late = post(dana, f"{base}/title", {**form, "title": "Forms on Fridays"})
    assert late.status_code == 409
    for words in ('value="Forms on Fridays"', "Forms in school time", 'name="version" type="hidden" value="2"'):
        assert words in late.text
    assert post(dana, f"{base}/title", {**form, "title": "", "version": "2"}).status_code == 422
    assert post(dana, f"{base}/title", {**form, "title": "Forms on Fridays", "version": "2"}).status_code == 303
    for verb in ("place", "retirement"):
        late = post(carla, f"{base}/{verb}", _form(drivers[0], where="down"))
        assert late.status_code == 409
        assert f'href="#driver-{drivers[0].public_id}"' in late.text


def test_ideas_are_linked(hub: Hub, visit: Visit, drivers: list[m.Driver], sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        own = make.make_idea(session, title="Desk-side help", network_id=hub.network.id)
        foreign = make.make_idea(session, title="Foreign", network_id=hub.elsewhere.id)
        feed.commit(session)
    carla, base = visit(hub.carla), f"/networks/{hub.network.ref}/drivers/{drivers[0].public_id}/ideas"
    page = carla.get(f"{base}?q=desk").text
    assert ("Desk-side help" in page, "Foreign" in page) == (True, False)
    assert post(carla, base, {"idea": own.public_id}).status_code == 303
    assert post(carla, base, {"idea": foreign.public_id}).status_code == 404
    refused = post(carla, base, {"idea": own.public_id, "remove": "1"})
    assert refused.status_code == 422
    assert "only driver" in refused.text
    assert "1 idea" in carla.get(f"/networks/{hub.network.ref}/drivers").text


def test_only_drivers_of_the_network(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        foreign = make.make_driver(session, hub.elsewhere)
        feed.commit(session)
    carla, base = visit(hub.carla), f"/networks/{hub.network.ref}/drivers"
    for verb in ("title", "place", "retirement", "return"):
        assert post(carla, f"{base}/{verb}", _form(foreign, title="x", where="up")).status_code == 404
    assert post(carla, base, {"title": "x", "under": foreign.public_id}).status_code == 404
    assert post(carla, f"{base}/{foreign.public_id}/ideas", {"idea": "x"}).status_code == 404
    elsewhere = f"/networks/{hub.elsewhere.ref}/drivers/retirement"
    assert post(carla, elsewhere, _form(foreign)).status_code == 403
    assert post(carla, f"{base}/place", {"driver": foreign.public_id, "where": "sideways"}).status_code == 404
