"""The log: who may read it, what its filters do, and what it never says."""

import csv
import datetime as dt
import io

import flask
import pytest
from flask.testing import FlaskClient

from kb import feed, history
from kb import models as m
from kb.audit import views
from kb.audit.rules import Asked, parse
from kb.db import Database
from kb.permissions import State
from tests.factories import NOW, make_idea, make_person, make_school
from tests.pages.visitor import Visitor
from tests.visitors import sign_in

SECRET = "quillfeather"


@pytest.fixture
def dana(sqlite_database: Database, client: FlaskClient) -> FlaskClient:
    """Dana runs the site; Alice did some things, one to a record that Dana may not read, the system one."""
    with sqlite_database.writing() as session:
        admin = make_person(session, name="Dana", is_admin=True)
        alice = make_person(session, name="Alice", email="alice@ashgrove.example")
        school = make_school(session, name="Ashgrove")
        draft = make_idea(session, title=f"About {SECRET}", public_id="dddddddd", state=State.DRAFT, author_id=alice.id)
        idea = make_idea(session, title="Walk together", public_id="aaaaaaaa")
        for number, (action, kind, public_id, by) in enumerate(
            (
                ("created", "idea", idea.public_id, alice.id),
                ("created", "idea", draft.public_id, alice.id),
                ("changed", "school", school.public_id, None),
                ("published", "idea", idea.public_id, admin.id),
            )
        ):
            facts = {"note": "=1+1"} if action == "changed" else {"edition": number}
            day = NOW + dt.timedelta(days=number)
            history.record(session, action, kind=kind, public_id=public_id, by=by, now=day, **facts)
        feed.commit(session)
        session.expunge_all()
    sign_in(client, admin)
    return client


def _rows(client: FlaskClient, query: str = "") -> list[tuple[str, str]]:
    text = client.get(f"/audit.csv?{query}").text
    return [(row["action"], row["id"]) for row in csv.DictReader(io.StringIO(text))]


def test_only_those_who_run_the_site_read_it(dana: FlaskClient, app: flask.Flask, sqlite_database: Database) -> None:
    assert dana.get("/audit").status_code == dana.get("/audit.csv").status_code == 200
    with sqlite_database.reading() as session:
        alice = session.query(m.Person).filter_by(name="Alice").one()
    for client in (app.test_client(), app.test_client()):
        for address in ("/audit", "/audit.csv"):
            answer = client.get(address)
            assert answer.status_code in {303, 403}
            assert "Walk together" not in answer.text
        sign_in(client, alice)
        assert client.get("/audit").status_code == 403


def test_the_latest_comes_first_with_names(dana: FlaskClient, sqlite_database: Database) -> None:
    page = Visitor(dana, sqlite_database).get("/audit")
    log = page.text.split("Details")[1]
    assert log.index("Published") < log.index("Changed") < log.index("Created")
    assert "The system" in log
    assert "note: =1+1" in log
    assert "/ideas/aaaaaaaa" in page.html
    assert page.queries <= 10


def test_a_record_that_the_reader_may_not_see_has_no_title(dana: FlaskClient) -> None:
    for address in ("/audit", "/audit.csv"):
        text = dana.get(address).text
        assert "dddddddd" in text
        assert SECRET not in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("action=published", [("published", "aaaaaaaa")]),
        ("kind=idea&who=ALICE@ash", [("created", "dddddddd"), ("created", "aaaaaaaa")]),
        ("record=/ideas/aaaaaaaa-walk-together", [("published", "aaaaaaaa"), ("created", "aaaaaaaa")]),
        ("first=2026-11-03&last=2026-11-03", [("created", "dddddddd")]),
        ("last=2026-11-02", [("created", "aaaaaaaa")]),
        ("who=100%25", []),
        ("last=9999-12-31&action=published", [("published", "aaaaaaaa")]),
    ],
)
def test_filters(dana: FlaskClient, query: str, expected: list[tuple[str, str]]) -> None:
    assert _rows(dana, query) == expected
    shown = dana.get(f"/audit?{query}").text
    assert ("Nothing like this was done" in shown) is (expected == [])


def test_pages_go_back_in_time_and_keep_the_filter(dana: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 1)
    first = dana.get("/audit?action=created").text
    assert "dddddddd" in first
    assert "aaaaaaaa" not in first
    assert "The latest" not in first
    older = first.split('rel="next" href="?')[1].split('"')[0].replace("&amp;", "&")
    last = dana.get(f"/audit?{older}").text
    assert "aaaaaaaa" in last
    assert "Published" not in last.split("<tbody>")[1]
    assert 'rel="next"' not in last
    assert "The latest" in last


def test_no_cell_is_a_formula(dana: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        by = make_person(session, name="=HYPERLINK(1)").id
        history.record(session, "created", kind="idea", public_id="eeeeeeee", by=by, now=NOW)
        feed.commit(session)
    assert "'=HYPERLINK" in dana.get("/audit.csv").text


def test_what_makes_no_sense_is_left_out() -> None:
    assert parse({"first": "yesterday", "last": "2026-13-01", "before": "-1", "who": "  "}) == Asked()
    assert parse({"before": "9" * 50}) == Asked()
    assert parse({"before": "²"}) == Asked()
