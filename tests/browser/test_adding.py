"""Pictures, files and pasted text in a real browser: beside the text, and without JavaScript on a page of their own."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.permissions import State
from tests.attachments.files import photo_with_notes
from tests.browser.test_screens import violations
from tests.factories import make_idea, make_member, make_person
from tests.visitors import sign_in

TEXT = "textarea[name=how_to_try]"
STATUS = ".upload-status"
PASTE = """([words, html]) => {
  const data = new DataTransfer();
  data.setData("text/plain", words);
  data.setData("text/html", html);
  const happens = {clipboardData: data, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", happens));
}"""
DROP = """([selector, base64]) => {
  const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  data.items.add(new File([bytes], "photo.jpg", {type: "image/jpeg"}));
  const box = document.querySelector(selector);
  box.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def draft(demo_app: Any) -> tuple[str, str]:
    """A draft of somebody who writes for a school: its address, and the cookie of that person."""
    with demo_app.extensions["kb"].database.writing() as session:
        alice = make_person(session, name="Alice Ahn")
        school = session.query(m.School).filter_by(name="Northgate High School").one()
        make_member(session, alice, school=school, role=Role.CONTRIBUTOR)
        idea = make_idea(session, title="A draft", state=State.DRAFT, author_id=alice.id, school_id=school.id)
        feed.commit(session)
    client = demo_app.test_client()
    sign_in(client, alice)
    cookie = client.get_cookie("kb")
    assert cookie is not None
    return f"/ideas/{idea.ref}", cookie.value


@pytest.fixture
def alice(page: Page, draft: tuple[str, str], base_url: str) -> Iterator[Page]:
    page.context.add_cookies([{"name": "kb", "value": draft[1], "url": base_url}])
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    assert [problem for problem in problems if "422" not in problem] == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG 0001.JPG"
    path.write_bytes(photo_with_notes())
    return path


def test_a_photo_goes_where_somebody_was_writing(alice: Page, draft: tuple[str, str], photo: Path) -> None:
    alice.goto(f"{draft[0]}/edit")
    alice.locator(TEXT).fill("We wait.\n\nThen we ask.")
    alice.locator(TEXT).evaluate("box => box.setSelectionRange(8, 8)")
    alice.locator("#upload-file").set_input_files(photo)
    alice.locator("[data-add]").click()
    expect(alice.locator(STATUS)).to_contain_text("Say in a few words")
    expect(alice.locator("#upload-alt")).to_be_focused()
    alice.keyboard.type("Wall chart")
    alice.keyboard.press("Enter")
    expect(alice.locator(STATUS)).to_have_text("Added to the text.")
    written = r"We wait\.\n\n!\[Wall chart\]\(/attachments/[0-9a-z]{8}/img-0001\.jpg\)\n\nThen we ask\."
    expect(alice.locator(TEXT)).to_have_value(re.compile(written))


def test_a_refused_file_is_explained_and_the_words_stay(alice: Page, draft: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "drawing.svg").write_text("<svg/>")
    alice.goto(f"{draft[0]}/edit")
    alice.locator("#upload-file").set_input_files(tmp_path / "drawing.svg")
    alice.locator("#upload-alt").fill("A drawing")
    alice.locator("[data-add]").click()
    expect(alice.locator(STATUS)).to_contain_text("SVG drawings and web pages can hold programs")
    expect(alice.locator("#upload-alt")).to_have_value("A drawing")


def test_a_dropped_photo_waits_for_its_words(alice: Page, draft: tuple[str, str], photo: Path) -> None:
    alice.goto(f"{draft[0]}/edit")
    alice.evaluate(DROP, [TEXT, base64.b64encode(photo.read_bytes()).decode()])
    expect(alice.locator("#upload-alt")).to_be_focused()
    alice.keyboard.type("Dropped")
    alice.keyboard.press("Enter")
    expect(alice.locator(TEXT)).to_have_value(re.compile(r"!\[Dropped\]\(/attachments/[0-9a-z]{8}/[a-z0-9-]+\.jpg\)"))


def test_text_of_a_word_processor_becomes_markdown(alice: Page, draft: tuple[str, str]) -> None:
    alice.goto(f"{draft[0]}/edit")
    box = alice.locator(TEXT)
    box.fill("Before. ")
    alice.evaluate(PASTE, ["Wait seven\nchart", "<p>Wait <b>seven</b></p><ul><li>chart</li></ul><script>x</script>"])
    expect(box).to_have_value("Before. Wait **seven**\n\n- chart")
    alice.keyboard.press("Control+Z")
    expect(box).to_have_value("Before. Wait seven\nchart")


def test_the_plain_words_stay_where_the_server_does_not_answer(alice: Page, draft: tuple[str, str]) -> None:
    alice.goto(f"{draft[0]}/edit")
    alice.route("**/paste", lambda route: route.fulfill(status=422, json={"message": "Too much."}))
    box = alice.locator(TEXT)
    box.fill("")
    with alice.expect_response("**/paste"):
        alice.evaluate(PASTE, ["Wait seven", "<p>Wait <b>seven</b></p>"])
    expect(box).to_have_value("Wait seven")


def test_without_javascript_a_page_does_it_all(
    browser: Browser, draft: tuple[str, str], base_url: str, photo: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    context.add_cookies([{"name": "kb", "value": draft[1], "url": base_url}])
    page = context.new_page()
    page.goto(f"{draft[0]}/edit")
    assert page.locator(".upload-box").is_hidden()
    page.goto(f"{draft[0]}/attachments")
    page.get_by_label("File", exact=True).set_input_files(photo)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words what the picture shows")
    page.get_by_label("File", exact=True).set_input_files(photo)
    page.get_by_label("What does it show?").fill("Added by hand")
    page.get_by_role("button", name="Add it").click()
    line = page.get_by_label("Line for the text (img-0001.jpg)")
    expect(line).to_have_value(re.compile(r"^!\[Added by hand\]\(/attachments/"))
    page.get_by_role("button", name="Remove img-0001.jpg").click()
    expect(line).to_have_count(0)
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1200, "dark")])
def test_the_page_of_files_is_within_everybodys_reach(
    alice: Page, draft: tuple[str, str], photo: Path, width: int, scheme: Any
) -> None:
    alice.set_viewport_size({"width": width, "height": 800})
    alice.emulate_media(color_scheme=scheme)
    alice.goto(f"{draft[0]}/attachments")
    alice.get_by_label("File", exact=True).set_input_files(photo)
    alice.get_by_label("What does it show?").fill("A wall chart")
    alice.get_by_role("button", name="Add it").click()
    expect(alice.get_by_label("Line for the text (img-0001.jpg)")).to_be_visible()
    assert alice.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(alice) == []
