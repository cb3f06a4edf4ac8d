"""Headers, cached pages, conditional requests, compression, error pages and logs."""

import gzip
import json
from collections.abc import Iterator
from http import HTTPStatus

import flask
import pytest
import structlog
import time_machine
from flask.testing import FlaskClient

from kb import feed
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from kb.errors import ConflictError
from kb.permissions import Permission
from kb.web import logs
from kb.web.cache import Page, PageCache
from kb.web.gate import allows

LONG = "<p>word</p>" * 200


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> flask.Flask:
    """The application with routes of this test's own: a cached page that counts how often it is made, and failures."""
    app = create_app(settings, sqlite_database)
    made = {"count": 0}

    @allows(Permission.SITE_READ, cached=True)
    def counted() -> str:
        made["count"] += 1
        return f"<p>made {made['count']}</p>{LONG}"

    @allows(Permission.SITE_READ)
    def fails() -> str:
        message = "a secret of the inside"
        raise RuntimeError(message)

    @allows(Permission.SITE_READ)
    def conflicts() -> str:
        message = "Dora saved it at 10:04."
        raise ConflictError(message)

    for view in (counted, fails, conflicts):
        app.add_url_rule(f"/{view.__name__}", view.__name__, view)
    return app


@pytest.fixture
def log_lines() -> Iterator[list[structlog.typing.EventDict]]:
    """What is logged during the test."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        yield lines


def _change_something(database: Database) -> None:
    with database.writing() as session:
        feed.touch(session)
        feed.commit(session)


def test_security_headers(client: FlaskClient) -> None:
    headers = client.get("/counted").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_https_is_insisted_on_when_set(settings: Settings, sqlite_database: Database) -> None:
    app = create_app(settings.model_copy(update={"https": True}), sqlite_database)
    assert "max-age" in app.test_client().get("/livez").headers["Strict-Transport-Security"]
    assert app.config["SESSION_COOKIE_SECURE"]


def test_a_page_is_made_once_until_something_changes(client: FlaskClient, sqlite_database: Database) -> None:
    assert "made 1" in client.get("/counted").text
    assert "made 1" in client.get("/counted").text
    assert "made 2" in client.get("/counted?page=2").text
    _change_something(sqlite_database)
    assert "made 3" in client.get("/counted").text


def test_a_page_is_made_again_the_next_day(client: FlaskClient) -> None:
    with time_machine.travel("2026-11-02 23:59:00Z", tick=False) as clock:
        assert "made 1" in client.get("/counted").text
        clock.move_to("2026-11-03 00:01:00Z")
        assert "made 2" in client.get("/counted").text


def test_a_page_is_not_sent_twice(client: FlaskClient, sqlite_database: Database) -> None:
    for path in ("/counted", "/livez"):
        etag = client.get(path).headers["ETag"]
        answer = client.get(path, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.data) == (HTTPStatus.NOT_MODIFIED, b"")
        assert answer.headers["ETag"] == etag
    _change_something(sqlite_database)
    assert client.get("/counted", headers={"If-None-Match": etag}).status_code == HTTPStatus.OK


def test_text_is_compressed(client: FlaskClient) -> None:
    for _ in range(2):  # fresh, then from memory
        answer = client.get("/counted", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert LONG in gzip.decompress(answer.data).decode()
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in client.get("/counted").headers
    assert client.get("/site.css", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_an_asset_is_kept_for_a_year(client: FlaskClient, app: flask.Flask) -> None:
    with app.test_request_context():
        address = app.extensions["kb.assets"].style_url()
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/site.css").headers["Cache-Control"]


def test_the_store_keeps_its_budget() -> None:
    pages = PageCache(8_000)
    for number in range(20):
        pages.put((f"/{number}", "en"), Page(1, "etag", "text/html", b"x" * 900, b""))
    kept = [number for number in range(20) if pages.get((f"/{number}", "en"), 1)]
    assert kept == list(range(12, 20))
    assert pages.get(("/19", "en"), 2) is None
    pages.put(("/huge", "en"), Page(1, "etag", "text/html", b"x" * 2_000, b""))
    assert pages.get(("/huge", "en"), 1) is None


def test_a_failure_says_what_to_do_and_hides_the_inside(
    client: FlaskClient, log_lines: list[structlog.typing.EventDict]
) -> None:
    answer = client.get("/fails")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "a secret of the inside" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    failed = next(line for line in log_lines if line["event"] == "failed")
    assert failed["request"] == answer.headers["X-Request-ID"]
    assert "a secret of the inside" in str(failed["exc_info"])


def test_a_known_error_is_said_in_its_own_words(client: FlaskClient) -> None:
    answer = client.get("/conflicts")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Dora saved it at 10:04." in answer.text
    assert ConflictError.advice in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/%ff%fe", "/" + "a" * 3000, "/ideas/%0d%0aSet-Cookie:x"])
def test_not_found_is_friendly(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Page not found" in answer.text


def test_a_wrong_method_is_said(client: FlaskClient) -> None:
    assert client.post("/livez").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_alive_and_ready(client: FlaskClient, sqlite_database: Database) -> None:
    assert client.get("/livez").text == "ok\n"
    assert client.get("/readyz").status_code == HTTPStatus.OK
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE change_counter")
    assert client.get("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert client.get("/livez").text == "ok\n"


def test_the_log_line_has_the_path_and_never_the_query(
    client: FlaskClient, log_lines: list[structlog.typing.EventDict]
) -> None:
    answer = client.get("/nowhere?q=maria+lopez")
    (line,) = [line for line in log_lines if line["event"] == "request"]
    assert (line["path"], line["status"], line["request"]) == ("/nowhere", 404, answer.headers["X-Request-ID"])
    assert "maria" not in str(log_lines)


@pytest.mark.parametrize(
    ("proxies", "sent", "kept"),
    [(0, "proxy-id-12345", False), (1, "proxy-id-12345", True), (1, "bad id\twith blanks", False)],
)
def test_a_request_id_is_taken_only_from_a_trusted_proxy(
    settings: Settings, sqlite_database: Database, proxies: int, sent: str, kept: bool
) -> None:
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}), sqlite_database)
    answer = app.test_client().get("/livez", headers={"X-Request-ID": sent})
    assert (answer.headers["X-Request-ID"] == sent) is kept


def test_logs_for_machines_are_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    try:
        logs.configure(settings.model_copy(update={"log_format": "json"}))
        structlog.get_logger("kb").info("started", port=1)
        line = json.loads(capsys.readouterr().out)
        assert (line["event"], line["level"], line["port"]) == ("started", "info", 1)
    finally:
        structlog.configure(**before)
