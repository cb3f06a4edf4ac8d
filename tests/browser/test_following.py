"""Following and talking in a real browser: without JavaScript, by keyboard, on a phone and in the dark."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.items.rules import Kind
from kb.permissions import Audience, State
from tests.browser.test_screens import AXE
from tests.factories import make_member, make_person
from tests.visitors import sign_in

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def people(demo_app: Any) -> dict[str, str]:
    """The address of a cycle, and the cookies of its school's Alice, of its hub's Carla and of a colleague, Bob."""
    with demo_app.extensions["kb"].database.writing() as session:
        found = sa.select(m.Item).where(m.Item.kind == Kind.CYCLE, m.Item.state == State.PUBLISHED)
        cycle = session.scalars(found.where(m.Item.audience == Audience.PUBLIC, m.Item.network_id.is_not(None))).first()
        places = {
            "alice": {"school": session.get_one(m.School, cycle.school_id), "role": Role.CONTRIBUTOR},
            "carla": {"network": session.get_one(m.Network, cycle.network_id), "role": Role.CURATOR},
            "bob": {"network": session.get_one(m.Network, cycle.network_id), "role": Role.READER},
        }
        made = {name: make_person(session, name=name.title()) for name in places}
        for name, place in places.items():
            make_member(session, made[name], **place)
        feed.commit(session)
        values = {"cycle": str(cycle.ref)}
    for name, person in made.items():
        client = demo_app.test_client()
        sign_in(client, person)
        values[name] = client.get_cookie("kb").value
    return values


@pytest.fixture
def opened(browser: Browser, base_url: str, people: dict[str, str]) -> Iterator[Open]:
    """Open a page for a person, or for a visitor; without JavaScript."""
    contexts = []

    def open_(name: str | None = None, *, width: int = 375, scheme: Any = "light") -> Page:
        context = browser.new_context(
            base_url=base_url, java_script_enabled=False, viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        if name is not None:
            context.add_cookies([{"name": "kb", "value": people[name], "url": base_url}])
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


def test_a_question_finds_its_answer(opened: Open, people: dict[str, str]) -> None:
    bob, alice = opened("bob"), opened("alice")
    bob.goto(f"/cycles/{people['cycle']}")
    bob.get_by_role("link", name="Ask or comment").press("Enter")
    bob.get_by_role("button", name="Send").press("Enter")
    bob.locator(".error-summary a").press("Enter")
    expect(bob.locator(":focus")).to_have_attribute("name", "words")
    bob.keyboard.type("Did students like it?")
    bob.get_by_role("button", name="Send").press("Enter")
    expect(bob.locator(".said:target")).to_contain_text("Did students like it?")
    alice.goto("/me")
    alice.get_by_role("link", name="Did students like it?").press("Enter")
    alice.get_by_label("Your words").fill("Most did.")
    alice.get_by_role("button", name="Send the answer").press("Enter")
    expect(alice.locator(".said:target")).to_contain_text("Most did.")
    bob.goto("/me")
    expect(bob.get_by_text("1 answer")).to_be_visible()
    bob.get_by_label("Every day").check()
    bob.get_by_role("button", name="Save").press("Enter")
    expect(bob.get_by_label("Every day")).to_be_checked()


def test_a_visitor_asks_and_the_hub_answers(opened: Open, people: dict[str, str]) -> None:
    visitor, carla = opened(), opened("carla")
    visitor.goto(f"/cycles/{people['cycle']}")
    visitor.get_by_role("link", name="Ask this school").press("Enter")
    for _ in range(40):  # the field for programs is never reached by keyboard
        visitor.keyboard.press("Tab")
        assert visitor.locator("#website:focus").count() == 0
    visitor.get_by_label("Your question").fill("How long did it take?")
    visitor.get_by_label("Your name").fill("Robin")
    visitor.get_by_label("Your e-mail address").fill("robin@visitor.example")
    visitor.get_by_role("button", name="Send the question").press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Your question is on its way")
    carla.goto("/inbox")
    carla.get_by_role("link", name="How long did it take?").press("Enter")
    carla.get_by_label("Your answer").fill("Two weeks.")
    carla.get_by_role("button", name="Send the answer").press("Enter")
    expect(carla.get_by_role("heading", level=1)).to_have_text("What waits for you")
    expect(carla.get_by_text("How long did it take?")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark"), (1200, "light"), (1200, "dark")])
def test_the_pages_are_accessible(
    browser: Browser, base_url: str, people: dict[str, str], width: int, scheme: Any
) -> None:
    context = browser.new_context(base_url=base_url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies([{"name": "kb", "value": people["carla"], "url": base_url}])
    page = context.new_page()
    cycle = people["cycle"]
    for path in ("/me", "/inbox", f"/discussion/cycle/{cycle}", f"/cycles/{cycle}", f"/ask/cycle/{cycle}", "/searches"):
        page.goto(path)
        assert Axe().run(page, options=AXE).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
