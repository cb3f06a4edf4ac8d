"""Accounts in a real browser: come in by an invitation with the keyboard alone, and pages that axe accepts."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from kb import feed
from kb import models as m
from kb.accounts import demo, invitations
from kb.accounts.models import Role
from tests.accounts.conftest import letters
from tests.browser.test_screens import violations
from tests.factories import NOW

WORDS = "copper window seven"


@pytest.fixture(scope="module")
def password(demo_app: Any) -> str:
    """The password of the fictional people."""
    found = re.search(r"\(not shown again\): (\S+)", demo.make_accounts(demo_app.extensions["kb"].database))
    assert found is not None
    return found.group(1)


def _type(page: Page, *words: str) -> None:
    """Type each of the words and go to the next field, as somebody without a mouse does."""
    for text in words:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def test_coming_in_by_an_invitation_without_mouse_and_script(browser: Browser, base_url: str, demo_app: Any) -> None:
    services = demo_app.extensions["kb"]
    with services.database.writing() as session:
        school = session.scalars(sa.select(m.School).order_by(m.School.id)).first()
        invitations.invite(
            session, email="bruno@example.org", role=Role.CONTRIBUTOR, school_id=school.id, by=None, now=NOW
        )
        feed.commit(session)
    found = re.search(r"/invitation\?token=\S+", letters(services.database, services.settings)[-1].text)
    assert found is not None
    context = browser.new_context(base_url=base_url, java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(found.group())
    page.get_by_label("Your name").focus()
    _type(page, "Bruno Diaz", "short")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_role("link").focus()
    page.keyboard.press("Enter")  # from the summary to the field
    expect(page.get_by_label("Choose a password")).to_be_focused()
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Welcome")
    menu = page.locator(".account-menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sign in").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("E-mail address").focus()
    _type(page, "bruno@example.org", WORDS)
    page.keyboard.press("Enter")
    expect(menu).to_contain_text("Bruno Diaz")
    context.close()


def test_account_screens(browser: Browser, base_url: str, demo_app: Any, password: str) -> None:
    with demo_app.extensions["kb"].database.reading() as session:
        school = session.scalars(sa.select(m.School).order_by(m.School.id)).first()
        person = session.scalars(sa.select(m.Person).where(m.Person.name == "Alice (fictional)")).one()
    context = browser.new_context(base_url=base_url, viewport={"width": 320, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/sign-in")
    assert violations(page) == []
    page.get_by_label("E-mail address").fill("dana@demo.example.org")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    for path in (
        "/account",
        "/people",
        f"/people/{person.public_id}",
        f"/schools/{school.public_id}-{school.slug}/people",
    ):
        page.goto(path)
        page.locator(".account-menu summary").click()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_hidden()
        expect(page.locator(".account-menu summary")).to_be_focused()
    context.close()
