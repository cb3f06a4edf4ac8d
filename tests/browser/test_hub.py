"""The hub's pages in a real browser: the diagram by keyboard without JavaScript, ideas like the one being typed."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from tests.browser.test_screens import AXE
from tests.factories import make_driver, make_member, make_network, make_person
from tests.visitors import post, sign_in


@pytest.fixture(scope="module")
def hub(demo_app: Any) -> dict[str, str]:
    """A network with three drivers, its curator's cookie, and the addresses of the hub's pages."""
    with demo_app.extensions["kb"].database.writing() as session:
        school = session.scalars(sa.select(m.School)).first()
        network = make_network(session, school, name="Hill Network")
        person = make_person(session, name="Carla")
        make_member(session, person, network=network, role=Role.CURATOR)
        make_member(session, person, school=school, role=Role.CONTRIBUTOR)
        driver, *_ = [make_driver(session, network, title=f"Lever {at}", position=at) for at in range(3)]
        make_driver(session, network, title="Old lever", retired_on=dt.date(2026, 1, 1))
        feed.commit(session)
        values = {"network": str(network.ref), "driver": driver.public_id}
        target = f"network:{network.public_id}"
    client = demo_app.test_client()
    sign_in(client, person)
    table = (io.BytesIO(b"Cycle,Result\nDesk,improved\nBus,wonderful\n"), "old.csv")
    sent = {"kind": "cycle", "target": target, "file": table}
    values["import"] = post(client, "/imports", sent, content_type="multipart/form-data").location
    cookie = client.get_cookie("kb")
    assert cookie is not None
    return {**values, "cookie": cookie.value}


def _open(browser: Browser, base_url: str, hub: dict[str, str], **options: Any) -> Page:
    context = browser.new_context(base_url=base_url, reduced_motion="reduce", **options)
    context.add_cookies([{"name": "kb", "value": hub["cookie"], "url": base_url}])
    return context.new_page()


@pytest.fixture
def plain(browser: Browser, base_url: str, hub: dict[str, str]) -> Iterator[Page]:
    """A page of Carla's without JavaScript."""
    page = _open(browser, base_url, hub, java_script_enabled=False)
    yield page
    page.context.close()


def test_the_diagram_by_keyboard(plain: Page, hub: dict[str, str]) -> None:
    plain.goto(f"/networks/{hub['network']}/drivers")
    names = plain.locator(".driver-name b")
    plain.get_by_role("button", name="Down Lever 0").focus()
    for _ in range(2):  # the focus comes back to the button, so that the key can be pressed again
        plain.keyboard.press("Enter")
        plain.wait_for_load_state()
        expect(plain.locator(":focus")).to_contain_text("Lever 0")
    expect(names).to_have_text(["Lever 1", "Lever 2", "Lever 0"])
    expect(plain.locator(":focus")).to_contain_text("Up")  # it is the last one now
    plain.get_by_role("button", name="In Lever 0").press("Enter")
    expect(plain.locator(".outline li li .driver-name b")).to_have_text("Lever 0")
    expect(plain.locator(":focus")).to_contain_text("Out")
    plain.keyboard.press("Enter")
    expect(names).to_have_text(["Lever 1", "Lever 2", "Lever 0"])


def test_ideas_like_the_one_being_typed(browser: Browser, base_url: str, hub: dict[str, str]) -> None:
    page = _open(browser, base_url, hub)
    page.goto("/ideas/new")
    page.get_by_label("Title").first.press_sequentially("FAFSA help beside families", delay=5)
    expect(page.locator("#similar-said")).to_contain_text("like it")
    link = page.locator(".similar a").first
    expect(link).to_be_visible()
    assert Axe().run(page, options=AXE).response["violations"] == []
    page.get_by_label("Title").first.fill("")
    expect(page.locator(".similar a")).to_have_count(0)
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1200, "dark")])
def test_the_screens(browser: Browser, base_url: str, hub: dict[str, str], width: int, scheme: Any) -> None:
    page = _open(browser, base_url, hub, viewport={"width": width, "height": 900}, color_scheme=scheme)
    base = f"/networks/{hub['network']}"
    pages = [f"{base}/{name}" for name in ("hub", "edit", "drivers", "schools", "people", "questions", "words")]
    pages += [f"{base}/schools/new?name=a", f"{base}/schools/unlisted", f"{base}/drivers?edit={hub['driver']}"]
    for path in [*pages, f"{base}/drivers/{hub['driver']}/ideas", "/tags", "/imports", hub["import"]]:
        page.goto(path)
        assert Axe().run(page, options=AXE).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} scrolls sideways"
    page.context.close()
