"""Every page of a write-up in a real browser: accessible, no sideways scroll, Enter goes on."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from kb import models as m
from kb.accounts.models import Role
from kb.items.rules import Kind
from tests.browser.test_screens import AXE
from tests.factories import make_member, make_person
from tests.visitors import sign_in

STEPS = ("about", "model", "plan", "do", "figures", "study", "act")


@pytest.fixture(scope="module")
def cookie(demo_app: Any) -> dict[str, str]:
    """The cookie of somebody who writes for the first school of the demo, and the id of an idea to try."""
    with demo_app.extensions["kb"].database.writing() as session:
        person = make_person(session, name="Writer of pages", email=f"{secrets.token_hex(4)}@example.org")
        make_member(session, person, school=session.query(m.School).first(), role=Role.CONTRIBUTOR)
        rows = sa.select(m.Item.public_id).where(m.Item.kind == Kind.IDEA, m.Item.state == "published")
        idea = session.scalars(rows.order_by(m.Item.id)).first()
        session.commit()
        client = demo_app.test_client()
        sign_in(client, person)
    return {"value": client.get_cookie("kb").value, "idea": idea}


def _opened(browser: Browser, base_url: str, cookie: dict[str, str], width: int, scheme: Any) -> BrowserContext:
    context = browser.new_context(base_url=base_url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies([{"name": "kb", "value": cookie["value"], "url": base_url}])
    return context


@pytest.fixture
def phone(browser: Browser, base_url: str, cookie: dict[str, str]) -> Iterator[Page]:
    context = _opened(browser, base_url, cookie, 320, "light")
    yield context.new_page()
    context.close()


def _is_sound(page: Page) -> None:
    found = Axe().run(page, options=AXE).response["violations"]
    told = [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
    assert told == [], page.url
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} scrolls sideways"


def _walk(page: Page, idea: str) -> None:
    """Open every page of a PDSA from the idea to the check, with errors, a lock and a correction on the way."""
    page.goto(f"/cycles/new?idea={idea}")
    _is_sound(page)
    page.get_by_role("button", name="Start").click()
    for step in STEPS:
        assert page.url.endswith(f"/edit/{step}")
        if step == "plan":
            page.get_by_label("What do you expect to happen?").fill("Most families answer.")
            page.get_by_label("As a number").fill("many")
            page.get_by_role("button", name="Save and continue").click()
            _is_sound(page)
            page.get_by_label("As a number").fill("70")
            page.get_by_label("When does the test start?").fill("2026-01-12")
        if step == "figures":
            page.get_by_role("button", name="Add another figure").click()
        _is_sound(page)
        page.get_by_role("button", name="Save and ").first.click()
    _is_sound(page)
    page.get_by_role("link", name="Change Plan", exact=True).click()
    page.get_by_role("button", name="Correct it").click()
    _is_sound(page)


def test_every_page_of_a_write_up(phone: Page, cookie: dict[str, str]) -> None:
    _walk(phone, cookie["idea"])
    phone.goto("/capture")
    _is_sound(phone)
    phone.get_by_label("What did you try, and what happened?").fill("Half of the families answered.")
    phone.get_by_role("button", name="Keep it").click()
    _is_sound(phone)


@pytest.mark.slow
def test_every_page_of_a_write_up_in_the_dark(browser: Browser, base_url: str, cookie: dict[str, str]) -> None:
    context = _opened(browser, base_url, cookie, 1200, "dark")
    _walk(context.new_page(), cookie["idea"])
    context.close()


def test_enter_saves_the_page_and_adds_no_row(phone: Page, cookie: dict[str, str]) -> None:
    phone.goto(f"/cycles/new?idea={cookie['idea']}")
    phone.get_by_role("button", name="Start").click()
    phone.goto(phone.url.replace("/about", "/plan"))
    phone.get_by_label("Unit").press("Enter")
    phone.wait_for_url("**/edit/do")
