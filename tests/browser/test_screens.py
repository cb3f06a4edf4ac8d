"""Every screen in a real browser: accessible, no sideways scroll, usable by keyboard and without JavaScript."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
SCREENS = (
    "home", "search", "search with filters", "nothing found", "idea", "cycle", "case", "lineage", "schools", "school",
    "networks", "network", "methods", "method", "glossary", "term", "shortlist", "about", "accessibility",
    "privacy problem", "not found", "schools like mine", "school picker", "saved searches", "who can see this",
)  # fmt: skip
MAIN = {"phone light": (320, "light"), "desktop dark": (1200, "dark")}
REST = {"phone dark": (320, "dark"), "desktop light": (1200, "light"), "tablet light": (768, "light")}


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def _check(browser: Browser, base_url: str, path: str, width: int, scheme: Any) -> None:
    context = browser.new_context(
        base_url=base_url, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "scrolls sideways"
    if path != "/nowhere":  # Chromium itself logs a 404
        assert problems == []
    context.close()


@pytest.mark.parametrize("size", MAIN)
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(browser: Browser, base_url: str, addresses: dict[str, str], screen: str, size: str) -> None:
    _check(browser, base_url, addresses[screen], *MAIN[size])


@pytest.mark.slow
@pytest.mark.parametrize("size", REST)
@pytest.mark.parametrize("screen", SCREENS)
def test_screen_in_full(browser: Browser, base_url: str, addresses: dict[str, str], screen: str, size: str) -> None:
    _check(browser, base_url, addresses[screen], *REST[size])


def test_every_screen_is_listed(addresses: dict[str, str]) -> None:
    assert set(addresses) == set(SCREENS)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_main_job(browser: Browser, base_url: str, javascript: bool) -> None:
    """Ask, find, open an idea, see where it was tested, open a cycle and its school, walk the family tree."""
    context = browser.new_context(
        base_url=base_url, java_script_enabled=javascript, viewport={"width": 375, "height": 800}
    )
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you want to improve?")
    page.get_by_role("searchbox").fill("families fafsa")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("results for")).to_be_visible()
    page.goto("/search?q=fafsa&kind=idea")
    page.locator("main article a").first.click()
    expect(page.locator("main")).to_contain_text("Tested at")
    page.locator(".tests a[href^='/cycles/']").first.click()
    expect(page.locator("main")).to_contain_text("Prediction")
    page.locator("main a[href^='/schools/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/search?q=fafsa&kind=idea")
    page.locator("main article a").first.click()
    page.locator("main a[href$='/lineage']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Family tree")
    context.close()


def test_the_keyboard_reaches_everything_in_reading_order(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("name", "q")
    page.keyboard.type("attendance")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=attendance*")


def test_nothing_on_paper_that_only_a_screen_needs(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["idea"])
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation").first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
