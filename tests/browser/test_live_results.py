"""Results that follow what is typed and chosen, in a real browser; and the same page without JavaScript."""

import re
import threading
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

COUNT = "#count"
STATUS = ".search-status"
FRAGMENT = re.compile(r"fragment=1")


@pytest.fixture(autouse=True)
def _words(demo_app: Any) -> None:
    demo_app.extensions["kb.search"].read_words()


@pytest.fixture
def problems(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def _stays(page: Page) -> None:
    """Mark this document: the mark is gone if the page is ever loaded again."""
    page.evaluate("window.same = true")


def _is_same(page: Page) -> bool:
    return bool(page.evaluate("window.same === true"))


def test_results_follow_the_typing(page: Page, problems: list[str]) -> None:
    page.goto("/search")
    before = page.evaluate("history.length")
    _stays(page)
    box = page.locator("#q")
    box.press_sequentially("attendance", delay=30)
    expect(page.locator(COUNT)).to_contain_text("for “attendance”")
    expect(page).to_have_url(re.compile(r"/search\?q=attendance(&|$)"))
    expect(page).to_have_title(re.compile("attendance"))
    expect(page.locator(STATUS)).to_have_text(re.compile(r"^\d+ results for “attendance”$"))
    expect(page.locator(STATUS)).to_have_attribute("role", "status")
    expect(box).to_be_focused()
    assert page.evaluate("document.getElementById('q').selectionStart") == len("attendance")
    box.press_sequentially(" families", delay=30)
    expect(page.locator(COUNT)).to_contain_text("for “attendance families”")
    assert page.evaluate("history.length") == before + 1  # one entry for one typing
    assert page.locator(STATUS).evaluate("node => document.getElementById('region').contains(node)") is False
    page.go_back()
    expect(page.locator(COUNT)).to_contain_text("to look through")
    expect(box).to_have_value("")
    page.go_forward()
    expect(page.locator(COUNT)).to_contain_text("for “attendance families”")
    expect(box).to_have_value("attendance families")
    assert _is_same(page)
    assert problems == []


def test_filters_follow_at_once_and_keep_the_focus(page: Page, problems: list[str]) -> None:
    page.goto("/search?q=students")
    _stays(page)
    total = page.locator(COUNT).inner_text()
    cycle = page.locator("input[name=kind][value=cycle]")
    cycle.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("kind=cycle"))
    expect(page.locator(COUNT)).not_to_have_text(total)
    expect(cycle).to_be_focused()
    expect(cycle).to_be_checked()
    expect(page.get_by_role("list", name="Chosen filters")).to_contain_text("Cycle")
    idea = page.locator("input[name=kind][value=idea]")
    idea.check()
    expect(page).to_have_url(re.compile("kind=cycle&kind=idea|kind=idea&kind=cycle"))
    page.locator("#sort").select_option("newest")
    expect(page).to_have_url(re.compile("sort=newest"))
    page.go_back()
    page.go_back()
    expect(page).not_to_have_url(re.compile("kind=idea"))
    expect(page.locator("input[name=kind][value=idea]")).not_to_be_checked()
    expect(page.locator("input[name=kind][value=cycle]")).to_be_checked()
    assert _is_same(page)
    assert problems == []


def test_what_was_opened_stays_open(page: Page) -> None:
    page.goto("/search?q=students")
    closed = page.locator("details.facet:not([open])").first
    name = closed.get_attribute("data-keep")
    closed.locator("summary").first.click()
    page.locator("input[name=kind][value=cycle]").check()
    expect(page).to_have_url(re.compile("kind=cycle"))
    expect(page.locator(STATUS)).not_to_be_empty()
    expect(page.locator(f"details[data-keep={name}]")).to_have_attribute("open", "")


def test_only_the_last_answer_counts(page: Page) -> None:
    page.goto("/search")
    held = threading.Event()

    def late(route: Route) -> None:
        if "q=fafsa" in route.request.url and not held.is_set():
            held.set()
            return  # never answered
        route.continue_()

    page.route(FRAGMENT, late)
    page.locator("#q").fill("fafsa")
    page.wait_for_timeout(500)
    assert held.is_set()
    page.locator("#q").fill("attendance")
    expect(page.locator(COUNT)).to_contain_text("for “attendance”")
    expect(page.locator("#region")).not_to_have_attribute("aria-busy", "true")


def test_without_a_network_it_says_so_and_loses_nothing(page: Page) -> None:
    page.goto("/search")
    page.route(FRAGMENT, lambda route: route.abort())
    page.locator("#q").fill("attendance")
    expect(page.locator(STATUS)).to_have_text("The results could not be fetched. Use the button to search.")
    expect(page.locator(STATUS)).not_to_have_class(re.compile("hidden-text"))
    expect(page.locator("#q")).to_have_value("attendance")
    page.unroute(FRAGMENT)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(COUNT)).to_contain_text("for “attendance”")


def test_an_error_asks_for_the_whole_page(page: Page) -> None:
    page.goto("/search")
    _stays(page)
    page.route(FRAGMENT, lambda route: route.fulfill(status=500, body="broken"))
    page.locator("#q").fill("attendance")
    expect(page.locator(COUNT)).to_contain_text("for “attendance”")
    assert not _is_same(page)


def test_words_are_offered_while_typing(page: Page, problems: list[str]) -> None:
    for address in ("/", "/search"):
        page.goto(address)
        page.locator("#q").press_sequentially("atten", delay=20)
        options = page.locator("#q-suggestions option")
        expect(options.first).to_have_attribute("value", "attendance")
        assert 1 <= options.count() <= 8
        expect(page.locator("#q")).to_have_attribute("list", "q-suggestions")
    assert problems == []


def test_did_you_mean_leads_to_results(page: Page) -> None:
    page.goto("/search")
    page.locator("#q").fill("attendanse")
    meant = page.locator(".meant a")
    expect(meant).to_have_text("attendance")
    meant.click()
    expect(page.locator(COUNT)).to_have_text(re.compile(r"^\d+ results for “attendance”"))
    expect(page.locator("#q")).to_have_value("attendance")


def test_without_javascript_the_buttons_do_it(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search?q=students")
    page.locator("input[name=kind][value=cycle]").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile("q=students.*kind=cycle"))
    expect(page.locator("input[name=kind][value=cycle]")).to_be_checked()
    expect(page.locator(STATUS)).to_be_empty()
    page.goto("/search?q=attendanse")
    expect(page.locator(".meant a")).to_have_text("attendance")
    context.close()


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_hides_what_has_the_focus(browser: Browser, base_url: str, width: int) -> None:
    context = browser.new_context(base_url=base_url, viewport={"width": width, "height": 600}, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/search?q=students")
    if width < 900:
        page.locator("details.filters > summary").click()
    page.locator("#q").focus()
    covered = []
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => {
              const one = document.activeElement, box = one.getBoundingClientRect();
              const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
              const seen = top && (one.contains(top) || top.contains(one) || one.closest("label")?.contains(top));
              return seen ? null : one.outerHTML.slice(0, 120);
            }"""
        )
        covered += [at] if at else []
    assert covered == []
    context.close()
