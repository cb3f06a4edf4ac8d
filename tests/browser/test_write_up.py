"""The whole way by keyboard and without JavaScript: invited, written, reviewed, sent back, published, adapted."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kb.accounts.demo import DOMAIN
from tests.browser.conftest import Site

IDEA, NETWORK = "tpjhr4t6", "9bysa47g"
NEW_PASSWORD = "a phrase for this test 77"


class Hands:
    """A person with a keyboard and nothing else."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def reach(self, name: str = "", words: str = "") -> None:
        """Press Tab until a field of this name, or a link or button with these words, has the focus."""
        for _ in range(200):
            self.page.keyboard.press("Tab")
            now = self.page.evaluate(
                "() => { const at = document.activeElement; return {name: at.name || '', words: at.innerText || '',"
                " acts: ['A', 'BUTTON', 'SUMMARY'].includes(at.tagName)} }"
            )
            if now["acts"] and words and words in now["words"]:
                return
            if name and now["name"] == name and not now["acts"]:
                return
        pytest.fail(f"Tab never reaches {name or words} on {self.page.url}")

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, words: str) -> None:
        self.reach(words=words)
        self.enter()

    def write(self, text: str, name: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str = "") -> None:
        """Choose in a group of radio buttons: the one that has the focus, or this one by the arrow keys."""
        self.reach(name)
        self.page.keyboard.press("Space")
        for _ in range(10):
            if value in ("", self.page.evaluate("document.activeElement.value")):
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{name} has no {value}")

    def pick(self, name: str) -> None:
        """Choose the first word of a list."""
        self.reach(name)
        self.page.keyboard.press("ArrowDown")

    def reads(self, words: str) -> None:
        assert words in self.page.inner_text("main"), f"“{words}” is not on {self.page.url}"

    def sign_in(self, name: str, password: str) -> None:
        self.open("/sign-in")
        self.write(f"{name}@{DOMAIN}", "email")
        self.write(password, "password")
        self.enter()


@pytest.fixture
def person(browser: Browser, site: Site) -> Iterator[Any]:
    """Somebody at a browser of their own, without JavaScript."""
    opened = []

    def come(name: str = "") -> Hands:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1000, "height": 900})
        opened.append(context)
        hands = Hands(context.new_page(), site.url)
        if name:
            hands.sign_in(name, site.password)
        return hands

    yield come
    for context in opened:
        context.close()


def _write_a_cycle(erin: Hands) -> None:
    erin.open(f"/ideas/{IDEA}")
    erin.press("Try it at my school")
    erin.write("Desk-side FAFSA in two advisories", "title")
    erin.press("Start")
    erin.write("All seniors of two advisory groups", "test_population")
    erin.press("Save and continue")
    erin.press("Save and continue")
    erin.write("Most families finish the account within a week", "predictions-0-expected")
    erin.press("Save and continue")
    erin.write("09072026", "started_on")
    erin.write("We sat down beside them in advisory.", "do.did")
    erin.write("More families finished than in the year before.", "do.happened")
    erin.press("Save and continue")
    erin.press("Save and continue")
    erin.pick("predictions-0-outcome")
    erin.choose("result")
    erin.write("Sitting beside somebody is enough.", "study.learned")
    erin.press("Save and continue")
    erin.choose("decision", "adapt")
    erin.press("Save and check")


def _invite(alice: Hands) -> None:
    alice.open("/account")
    alice.press("Alder Creek High School")
    alice.press("People and invitations")
    alice.write("erin@school.example", "email")
    alice.choose("role")
    alice.press("Send the invitation")
    alice.reads("The invitation is on its way.")


def _ask_for_changes(carla: Hands) -> None:
    carla.press("for your review")
    carla.press("Desk-side FAFSA in two advisories")
    carla.reads("We sat down beside them in advisory.")
    carla.write("Please say how many adults sat there.", "note")
    carla.press("Ask for changes")


def _publish(carla: Hands, title: str) -> None:
    carla.open("/review")
    carla.press(title)
    carla.press("Accept and publish")


def _change(erin: Hands) -> None:
    erin.open("/me")
    erin.press("Desk-side FAFSA in two advisories")
    erin.reads("Please say how many adults sat there.")
    erin.press("Edit")
    erin.press("Do")
    erin.write("Two adults sat down beside them in advisory.", "do.did")
    erin.press("Save and continue")
    erin.press("Check")
    erin.press("Send to the hub for review")


def _adapt(charlie: Hands) -> None:
    charlie.open(f"/ideas/{IDEA}")
    charlie.reads("Desk-side FAFSA in two advisories")
    charlie.press("I adapted this")
    charlie.choose("place", f"92h5taj0.{NETWORK}")
    charlie.write("Library-side FAFSA", "title")
    charlie.write("Seniors start the form in the library.", "summary")
    charlie.write("The side desk", "parents-0-kept")
    charlie.write("Our seniors have no economics class.", "parents-0-why")
    charlie.write(
        "If an adult sits beside them, then they finish, because questions are answered at once.", "hypothesis"
    )
    charlie.write("Book the library for one period.", "how_to_try")
    charlie.choose("drivers")
    charlie.choose("audience", "public")
    charlie.press("Save and check")
    charlie.press("Send to the hub for review")


def test_from_an_invitation_to_a_family(person: Any, site: Site) -> None:
    """Alice invites Erin; Erin writes a test; the hub asks for changes, then publishes; Charlie adapts the idea."""
    _invite(person("alice"))
    erin: Hands = person()
    erin.open(site.last_link())
    erin.write("Erin Example", "name")
    erin.write(NEW_PASSWORD, "password")
    erin.enter()

    _write_a_cycle(erin)
    assert "Still missing" not in erin.page.inner_text("main")
    erin.choose("audience", "public")
    erin.press("Send to the hub for review")

    carla: Hands = person("carla")
    _ask_for_changes(carla)
    _change(erin)
    _publish(carla, "Desk-side FAFSA in two advisories")
    carla.reads("Two adults sat down beside them in advisory.")

    _adapt(person("charlie"))
    _publish(carla, "Library-side FAFSA")

    visitor: Hands = person()
    visitor.open(f"/ideas/{IDEA}/lineage")
    visitor.reads("Library-side FAFSA")
    visitor.open(f"/ideas/{IDEA}")
    visitor.reads("Desk-side FAFSA in two advisories")
    visitor.press("Library-side FAFSA")
    visitor.reads("Our seniors have no economics class.")
