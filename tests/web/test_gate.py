"""The gate: what declares nothing is refused, what another site asks for is refused, a record keeps its own address."""

from http import HTTPStatus

import flask
import pytest
from flask.testing import FlaskClient

from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.permissions import POLICY, Permission, Viewer, can
from kb.web import gate
from kb.web.gate import allows, declared


class _Record:
    ref = Ref("0123456a", "right-slug")


def _load(_session: object, _viewer: Viewer, ref: Ref) -> _Record | None:
    return _Record() if ref.public_id == _Record.ref.public_id else None


@pytest.fixture
def app(settings: Settings, sqlite_database: Database) -> flask.Flask:
    """The application with three routes of this test's own."""
    app = create_app(settings, sqlite_database)
    app.add_url_rule("/undeclared", view_func=lambda: "secret")

    @allows(Permission.SITE_READ, _load)
    def record(found: _Record) -> str:
        return f"record {found.ref}"

    @allows(Permission.SITE_READ)
    def change() -> str:
        return "changed"

    app.add_url_rule("/records/<ref:ref>", "record", record)
    app.add_url_rule("/change", "change", change, methods=["POST"])
    return app


def test_every_route_declares_what_it_needs(settings: Settings, sqlite_database: Database) -> None:
    app = create_app(settings, sqlite_database)
    undeclared = [rule.rule for rule in app.url_map.iter_rules() if declared(app.view_functions[rule.endpoint]) is None]
    assert undeclared == []


def test_an_undeclared_route_is_refused(client: FlaskClient) -> None:
    answer = client.get("/undeclared")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert b"secret" not in answer.data


def test_the_view_gets_the_record(client: FlaskClient) -> None:
    assert client.get("/records/0123456a-right-slug").text == "record 0123456a-right-slug"


@pytest.mark.parametrize("path", ["0123456a", "0123456a-wrong", "0123456a-"])
def test_another_slug_is_sent_to_the_right_address(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/records/{path}?page=2&tag=a&tag=b")
    assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answer.location == "/records/0123456a-right-slug?page=2&tag=a&tag=b"


@pytest.mark.parametrize(
    "query", ["ref=1", "endpoint=x", "_external=1", "_scheme=javascript", "_anchor=a", "_method=GET"]
)
def test_no_word_of_the_query_changes_where_that_is(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/records/0123456a-wrong?{query}")
    assert answer.location == f"/records/0123456a-right-slug?{query}"


@pytest.mark.parametrize(
    "path", ["9999999z-x", "0123456", "0123456i-x", "0123456a_x", "0123456A", "../0123456a", "%00"]
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/records/{path}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, HTTPStatus.OK),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, HTTPStatus.OK),
        ({"Sec-Fetch-Site": "none"}, HTTPStatus.OK),
        ({"Sec-Fetch-Site": "cross-site"}, HTTPStatus.FORBIDDEN),
        ({"Sec-Fetch-Site": "same-site"}, HTTPStatus.FORBIDDEN),
        ({"Origin": "http://localhost"}, HTTPStatus.OK),
        ({"Origin": "https://evil.example"}, HTTPStatus.FORBIDDEN),
        ({"Origin": "null"}, HTTPStatus.FORBIDDEN),
    ],
)
def test_another_site_cannot_change_anything(client: FlaskClient, headers: dict[str, str], status: HTTPStatus) -> None:
    assert client.post("/change", headers=headers).status_code == status


def test_what_is_not_granted_is_denied() -> None:
    assert set(POLICY) == set(Permission)
    with pytest.raises(KeyError):
        can(Viewer(), "item:own-the-world")  # type: ignore[arg-type]


def test_a_loader_that_finds_nothing_is_not_found(app: flask.Flask) -> None:
    with app.test_request_context("/records/9999999z"), pytest.raises(NotFoundError):
        gate._load(lambda _session, _viewer: None, None, Viewer(), {})  # type: ignore[arg-type]
