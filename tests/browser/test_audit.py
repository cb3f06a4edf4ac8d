"""The audit log in a real browser: accessible at both sizes, filtered without JavaScript, downloaded as it is shown."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kb import feed
from tests.browser.test_screens import AXE, MAIN
from tests.factories import make_person
from tests.visitors import sign_in


@pytest.fixture(scope="module")
def cookie(demo_app: Any) -> str:
    """The cookie of somebody who runs the site."""
    with demo_app.extensions["kb"].database.writing() as session:
        person = make_person(session, name="Dana", is_admin=True)
        feed.commit(session)
    client = demo_app.test_client()
    sign_in(client, person)
    held = client.get_cookie("kb")
    assert held is not None
    return str(held.value)


def _open(browser: Browser, base_url: str, cookie: str, **options: Any) -> Page:
    context = browser.new_context(base_url=base_url, reduced_motion="reduce", **options)
    context.add_cookies([{"name": "kb", "value": cookie, "url": base_url}])
    return context.new_page()


@pytest.mark.parametrize("size", MAIN)
def test_it_is_accessible(browser: Browser, base_url: str, cookie: str, size: str) -> None:
    width, scheme = MAIN[size]
    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = _open(browser, base_url, cookie, **options)
    page.goto("/audit?kind=cycle")
    assert Axe().run(page, options=AXE).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "scrolls sideways"
    page.context.close()


def test_a_filter_without_javascript_and_its_table(browser: Browser, base_url: str, cookie: str) -> None:
    page = _open(browser, base_url, cookie, java_script_enabled=False)
    page.goto("/audit")
    page.get_by_text("Filter the log").press("Enter")
    page.get_by_label("Kind").select_option("network")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("Network")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download these as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text())))
    assert {row["kind"] for row in rows} == {"network"}
    assert len(rows) == page.locator("tbody tr").count()
    page.context.close()
