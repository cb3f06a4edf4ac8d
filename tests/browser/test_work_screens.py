"""Every page of people with an account, and the forms of visitors: accessible, and no sideways scroll."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from kb.accounts.demo import DOMAIN
from tests.browser.conftest import Site
from tests.browser.test_screens import MAIN, violations

IDEA, CASE, PACKAGE, NETWORK, SCHOOL = "tpjhr4t6", "rh4bw99f", "6m2p8r4t", "9bysa47g", "dv21b7ja"
HUB = f"/networks/{NETWORK}"
PAGES = {
    "": [
        *("/sign-in", "/forgotten-password", "/privacy-problem", "/packages", f"/packages/{PACKAGE}"),
        *(f"/ask/idea/{IDEA}", f"/ideas/{IDEA}/audience", f"/cycles/new?idea={IDEA}", "/new-password?token=x"),
    ],
    "alice": [
        *(
            "/me",
            "/account",
            "/capture",
            "/ideas/new",
            f"/ideas/new?parent={IDEA}",
            f"/cycles/new?idea={IDEA}",
            "/imports",
        ),
        *(f"/schools/{SCHOOL}/people", f"/ideas/{IDEA}/edit", f"/ideas/{IDEA}/history", f"/ideas/{IDEA}/withdrawal"),
        *(f"/ideas/{IDEA}/check", f"/ideas/{IDEA}/attachments", f"/discussion/idea/{IDEA}", f"/ideas/{IDEA}"),
    ],
    "carla": [
        *("/review", "/inbox", "/tags", "/packages/new", f"/packages/{PACKAGE}/edit", f"/packages/add?id={IDEA}"),
        *(f"{HUB}/hub", f"{HUB}/drivers", f"{HUB}/people", f"{HUB}/schools", f"{HUB}/words", f"{HUB}/questions"),
        *(f"{HUB}/edit", "/waiting-drafts", f"/ideas/{IDEA}/merge", f"/cases/{CASE}/edit", "/cases/new"),
        *(f"/ideas/{IDEA}/erasure", f"/cases/{CASE}/history"),
    ],
    "dana": ["/audit", "/people", "/networks/new"],
}


@pytest.mark.slow
@pytest.mark.parametrize("size", MAIN)
@pytest.mark.parametrize("name", PAGES)
def test_every_page(browser: Browser, site: Site, name: str, size: str) -> None:
    width, scheme = MAIN[size]
    chosen: Any = scheme
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 900}, color_scheme=chosen, reduced_motion="reduce"
    )
    page = context.new_page()
    if name:
        page.goto("/sign-in")
        page.fill("[name=email]", f"{name}@{DOMAIN}")
        page.fill("[name=password]", site.password)
        page.click("main form button")
        page.wait_for_url("**/me")
    found = {}
    for path in PAGES[name]:
        answer = page.goto(path)
        assert answer is not None
        scrolls = page.evaluate("document.documentElement.scrollWidth") > width
        found[path] = [*violations(page), *(["scrolls sideways"] if scrolls else [])]
        if answer.status != 200 and "token" not in path:
            found[path].append(f"status {answer.status}")
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
