"""The server is killed in the middle of typing, and started again: nothing is lost. A real process, a real browser."""

import contextlib
import datetime as dt
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from werkzeug.serving import make_server

from kb import models as m
from kb.accounts.queries import token_hash
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from tests.browser.conftest import SECRET
from tests.writing.world import World, make_world

KB = Path(sys.executable).parent / "kb"
WAITS = dt.timedelta(seconds=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """``kb serve`` as a process that can be killed."""

    def __init__(self, folder: Path, url: str) -> None:
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        self._environment = kept | {"KB_DATA_DIR": str(folder), "KB_DATABASE_URL": url, "KB_SECRET_KEY": SECRET}
        self._process: subprocess.Popen[bytes] | None = None
        self._said = folder.with_name("said.txt")

    def start(self) -> None:
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                [KB, "serve", "--port", str(self.port)],
                env=self._environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        end = dt.datetime.now(dt.UTC) + WAITS
        while dt.datetime.now(dt.UTC) < end and self._process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/livez", timeout=2):
                return
            with socket.socket() as pause:  # as long as a connection takes
                pause.settimeout(0.2)
                pause.connect_ex(("127.0.0.1", self.port))
        raise AssertionError(self._said.read_text())

    def kill(self) -> None:
        """End it at once, with all its processes, as a power cut does."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> Iterator[Site]:
    made = Site(tmp_path / "data", sqlite_database.url)
    try:
        made.start()
        yield made
    finally:
        made.kill()


def _sign_in(context: BrowserContext, address: str, database: Database, person: m.Person) -> None:
    token, now = secrets.token_urlsafe(32), dt.datetime.now(dt.UTC)
    with database.writing() as session:
        lasts = now + dt.timedelta(days=1)
        session.add(m.SignIn(token_hash=token_hash(token), person_id=person.id, created_at=now, expires_at=lasts))
        session.commit()
    app = create_app(Settings(database_url=database.url, secret_key=SECRET), database)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    context.add_cookies([{"name": "kb", "value": serializer.dumps({"_user_id": token}), "url": address}])


@pytest.fixture
def address(sqlite_database: Database, world: World) -> Iterator[str]:
    """Where the same site answers from this process: quicker to start, for what needs no killing."""
    app = create_app(Settings(database_url=sqlite_database.url, secret_key=SECRET), sqlite_database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(browser: Browser, address: str, sqlite_database: Database, world: World) -> Iterator[Page]:
    context = browser.new_context(base_url=address)
    _sign_in(context, address, sqlite_database, world.alice)
    yield context.new_page()
    context.close()


@pytest.mark.slow
def test_the_server_dies_in_the_middle_of_typing(
    browser: Browser, site: Site, sqlite_database: Database, world: World
) -> None:
    context = browser.new_context(base_url=site.address)
    _sign_in(context, site.address, sqlite_database, world.alice)
    page = context.new_page()
    page.goto("/ideas/new")
    page.get_by_label("Title").fill("Call home first")
    page.get_by_label("How to try it").press_sequentially("Call on Mon")
    site.kill()
    page.get_by_label("How to try it").press_sequentially("day, before noon.")
    page.get_by_label(world.driver.title).check()
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Save and check").click(no_wait_after=True)
    site.start()
    page.goto("/ideas/new")
    expect(page.get_by_label("Title")).to_have_value("")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_label("Title")).to_have_value("Call home first")
    expect(page.get_by_label("How to try it")).to_have_value("Call on Monday, before noon.")
    expect(page.get_by_label(world.driver.title)).to_be_checked()
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check: Call home first")
    page.goto("/ideas/new")
    expect(page.get_by_role("button", name="Bring it back")).to_have_count(0)
    with sqlite_database.reading() as session:
        idea = session.scalars(sa.select(m.ChangeIdea)).one()
        assert idea.how_to_try == "Call on Monday, before noon."
    context.close()


def test_it_is_kept_on_the_server_for_another_device(
    page: Page, address: str, sqlite_database: Database, world: World
) -> None:
    page.clock.install()
    page.goto("/ideas/new")
    page.get_by_label("Title").fill("From the phone")
    with page.expect_response("**/drafts") as answer:
        page.clock.fast_forward(5_000)
    assert answer.value.ok
    expect(page.locator(".autosave-status")).to_have_text("Kept as you typed")
    other = page.context.browser.new_context(base_url=address)  # type: ignore[union-attr]
    _sign_in(other, address, sqlite_database, world.alice)
    desk = other.new_page()
    desk.goto("/ideas/new")
    desk.get_by_role("link", name="Bring it back").click()
    expect(desk.get_by_label("Title")).to_have_value("From the phone")
    other.close()


def test_a_changed_page_asks_before_it_is_left(page: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto("/ideas/new")
    page.goto("/about")
    assert asked == []
    page.goto("/ideas/new")
    page.get_by_label("Title").press_sequentially("Half")
    page.goto("/about")
    assert asked == ["beforeunload"]


def test_nobody_else_is_offered_what_was_typed(
    page: Page, address: str, sqlite_database: Database, world: World
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/ideas/new")
    page.get_by_label("Title").press_sequentially("Mine alone")
    page.goto("/about")
    page.context.clear_cookies()
    _sign_in(page.context, address, sqlite_database, world.amir)
    page.goto("/ideas/new")
    expect(page.get_by_text("Bring it back")).to_have_count(0)
    assert "Mine alone" not in str(page.evaluate("JSON.stringify(localStorage)"))


def test_signing_out_clears_the_device(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/ideas/new")
    page.get_by_label("Title").press_sequentially("Mine alone")
    page.goto("/about")
    assert "Mine alone" in str(page.evaluate("JSON.stringify(localStorage)"))
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    assert page.evaluate("localStorage.length") == 0
