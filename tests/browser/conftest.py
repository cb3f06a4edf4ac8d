"""A real Chromium against the real application with the demo content, served on loopback."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from werkzeug.serving import make_server

from kb import models as m
from kb.accounts.demo import make_accounts
from kb.app import create_app
from kb.config import Settings, bundled
from kb.db import Database
from kb.importer.load import import_path
from kb.work import worker

SECRET = "tests-only-secret-that-is-long-enough"
FLAGS = ["--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium skip the tests of this folder, but never in CI."""
    missing = _chromium() is None and "CI" not in os.environ
    for item in items:
        if missing and "browser" in Path(item.path).parts:
            item.add_marker(pytest.mark.skip(reason="needs Chromium: install your system's package chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the system's Chromium."""
    path = _chromium()
    assert path is not None, "CI needs Chromium: install the system's package chromium"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": path, "args": [*FLAGS, *sandbox]}


@pytest.fixture(scope="session")
def demo_app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Any]:
    """The application with the shipped content and its index."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "throughline.db")
    settings = Settings(data_dir=folder, secret_key=SECRET, contact_email="hub@example.org")
    database = Database(settings.database)
    import_path(database, bundled("content"))
    app = create_app(settings, database)
    app.extensions["kb.search"].rebuild()
    yield app
    database.close()


@pytest.fixture(scope="session")
def base_url(demo_app: Any) -> Iterator[str]:
    """The address of a server that ends with the tests."""
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def addresses(demo_app: Any) -> dict[str, str]:
    """One address of every screen."""
    from kb import models as m
    from kb.items.rules import Kind
    from kb.permissions import Audience, State

    with demo_app.extensions["kb"].database.reading() as session:

        def first(kind: Kind) -> str:
            rows = session.query(m.Item).filter_by(kind=kind, state=State.PUBLISHED, audience=Audience.PUBLIC)
            return str(rows.order_by(m.Item.id).first().ref)

        school, network = session.query(m.School).first(), session.query(m.Network).first()
        return {
            "home": "/",
            "search": "/search?q=attendance",
            "search with filters": "/search?q=students&kind=cycle&result=no_clear_change",
            "nothing found": "/search?q=zzyzx+quux",
            "schools like mine": f"/search?kind=idea&met=met&sort=like&like_school={school.public_id}",
            "school picker": "/search/place?name=school&like_size=900&weigh_size=3",
            "saved searches": "/searches",
            "who can see this": f"/ideas/{first(Kind.IDEA)}/audience",
            "idea": f"/ideas/{first(Kind.IDEA)}",
            "cycle": f"/cycles/{first(Kind.CYCLE)}",
            "case": f"/cases/{first(Kind.CASE)}",
            "lineage": f"/ideas/{first(Kind.IDEA)}/lineage",
            "schools": "/schools",
            "school": f"/schools/{school.public_id}-{school.slug}",
            "networks": "/networks",
            "network": f"/networks/{network.public_id}-{network.slug}",
            "methods": "/methods",
            "method": "/methods/pdsa",
            "glossary": "/glossary",
            "term": "/glossary/aim-statement",
            "shortlist": "/shortlist",
            "about": "/about",
            "accessibility": "/accessibility",
            "privacy problem": "/privacy-problem",
            "not found": "/nowhere",
        }


class Site:
    """A server with the demo content and its people, and a database of its own to write into."""

    def __init__(self, app: flask.Flask, url: str, password: str) -> None:
        self.app, self.url, self.password = app, url, password

    def last_link(self) -> str:
        """Return the path in the last mail, which a worker writes: its token stands nowhere else."""
        held = self.app.extensions["kb"]
        hands = worker(held.database, held.settings)
        while True:
            with held.database.reading() as session:
                mail = session.query(m.Job).filter_by(kind="mail.send").order_by(m.Job.id.desc()).first()
            if mail is not None:
                links: list[str] = re.findall(r"https?://[^/\s]+(/\S+)", mail.payload["text"])
                return links[-1]
            assert hands.work_once()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    """A site to write into, with its fictional people."""
    folder = tmp_path_factory.mktemp("write-up")
    shutil.copy(sqlite_template, folder / "throughline.db")
    settings = Settings(data_dir=folder, secret_key=SECRET)
    database = Database(settings.database)
    import_path(database, bundled("content"))
    said = make_accounts(database)
    app = create_app(settings, database)
    app.extensions["kb.search"].rebuild()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    password = re.search(r"again\): (\S+)", said)
    assert password
    yield Site(app, f"http://127.0.0.1:{server.server_port}", password[1])
    server.shutdown()
    thread.join()
    database.close()
