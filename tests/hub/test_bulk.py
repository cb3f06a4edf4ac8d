"""Old write-ups from a table into drafts: for whom, once, with every fault named, nothing lost."""

import datetime as dt
import io
import re
from collections.abc import Callable

import flask
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm
from werkzeug.test import TestResponse

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.cycles.reading import documents
from kb.cycles.rules import Decision, LockLabel, ResultStatus, Stage, lock_label
from kb.db import Database
from kb.hub.bulk import views
from kb.permissions import Audience, State
from kb.work import worker
from tests import factories as make
from tests.hub.conftest import Hub
from tests.visitors import post

Visit = Callable[[m.Person | None], FlaskClient]
HEADERS = (
    "Cycle,Change idea,School,Start date,Prediction,What we did,What happened,Prediction met,Result,Decision,Extra"
)
GOOD = "Desk check,Desk-side help,Ashgrove High,9/8/2025,More file,We sat down,More filed,yes,improved,adopt,"
ODD = "Late bus,Desk-side help,Ashgrove High,soon,Fewer late,Bus,<b>Less</b>,maybe,wonderful,adopt,note"
BAD = "Nowhere,Idea two,Atlantis School,9/8/2025,,,,,,,"


@pytest.fixture
def method(sqlite_database: Database, hub: Hub) -> None:
    with sqlite_database.writing() as session:
        make.make_method(session)
        feed.commit(session)


def _upload(client: FlaskClient, text: str, target: str, kind: str = "cycle") -> TestResponse:
    data = {"kind": kind, "target": target, "file": (io.BytesIO(text.encode()), "old.csv")}
    return post(client, "/imports", data, content_type="multipart/form-data")


def _cycles(session: orm.Session) -> list[m.Item]:
    return list(session.scalars(sa.select(m.Item).where(m.Item.kind == "cycle").order_by(m.Item.id)))


def test_it_works(hub: Hub, visit: Visit, method: None, sqlite_database: Database) -> None:
    client = visit(hub.carla)
    assert "Bring old write-ups" in client.get("/imports").text
    answer = _upload(client, f"{HEADERS}\n{GOOD}\n{ODD}\n{BAD}", f"network:{hub.network.public_id}")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    for words in ("3 rows", "2 rows can become drafts", "row 3, “Start date” is no day", "row 3, “Result” is none of",
                  "row 4, “School” is no school"):  # fmt: skip
        assert words in page
    made = post(client, f"{answer.location}/drafts")
    assert made.status_code == 303
    report = client.get(made.location).text
    assert "The drafts are made" in report
    assert "Desk check" in report
    with sqlite_database.reading() as session:
        good, odd = _cycles(session)
        one, other = (documents(session, [item])[item.id] for item in (good, odd))
        assert session.scalars(sa.select(m.BulkImport.rows)).one() == []
    assert (one.stage, one.result, one.decision) == (Stage.DONE, ResultStatus.IMPROVED, Decision.ADOPT)
    assert one.texts["do.did"] == "We sat down"
    assert one.state is State.DRAFT
    assert (one.audience, one.network, one.author) == (Audience.NETWORK, hub.network.public_id, hub.carla.public_id)
    assert one.shared_with_school
    entry = one.predictions[0]
    assert (entry.expected, entry.locked_at) == ("More file", None)
    assert lock_label(locked_at=entry.locked_at, do_starts=None, stage=one.stage) is LockLabel.AFTER_DATA
    assert other.stage is Stage.PLANNED
    for kept in ("Start date: soon", "Prediction met: maybe", "Result: wonderful", "Decision: adopt"):
        assert kept in other.texts["surprises"]
    assert one.idea == other.idea


def test_a_second_upload_makes_no_doubles(hub: Hub, visit: Visit, method: None, sqlite_database: Database) -> None:
    client, text = visit(hub.carla), f"{HEADERS}\n{GOOD}"
    for _ in range(2):
        answer = _upload(client, text, f"network:{hub.network.public_id}")
        shown = client.get(answer.location).text
        post(client, f"{answer.location}/drafts")
        post(client, f"{answer.location}/drafts")
    assert "brought here before" in shown
    assert "Were here already" in client.get(answer.location).text
    with sqlite_database.reading() as session:
        assert len(_cycles(session)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(m.ChangeIdea)) == 1


def test_columns_may_be_chosen(hub: Hub, visit: Visit, method: None, sqlite_database: Database) -> None:
    client = visit(hub.alice)
    answer = _upload(client, "A,B,C\nFirst,one,Ashgrove\nSecond,two,", f"school:{hub.ashgrove.public_id}", kind="idea")
    twice = post(client, answer.location, {"column-0": "title", "column-1": "title"})
    assert twice.status_code == 422
    assert 'href="#column-1"' in twice.text
    chosen = {"column-0": "title", "column-1": "hypothesis", "column-2": "how_to_try"}
    assert post(client, answer.location, chosen).status_code == 303
    post(client, f"{answer.location}/drafts")
    with sqlite_database.reading() as session:
        ideas = session.scalars(sa.select(m.ChangeIdea).order_by(m.ChangeIdea.item_id)).all()
        items = session.scalars(sa.select(m.Item).order_by(m.Item.id)).all()
    assert [(idea.hypothesis, idea.how_to_try) for idea in ideas] == [("one", "Ashgrove"), ("two", "")]
    assert {(item.school_id, item.author_id, item.state) for item in items} == {
        (hub.ashgrove.id, hub.alice.id, State.DRAFT)
    }


def test_many_rows_are_made_in_the_background(
    hub: Hub, visit: Visit, method: None, sqlite_database: Database, app: flask.Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "AT_ONCE", 2)
    client = visit(hub.alice)
    text = "Title,Hypothesis\n" + "".join(f"Idea {number},x\n" for number in range(60))
    answer = _upload(client, text, f"school:{hub.ashgrove.public_id}", kind="idea")
    post(client, f"{answer.location}/drafts")
    post(client, f"{answer.location}/drafts")
    assert "0 of 60 rows are done" in client.get(answer.location).text
    jobs = worker(sqlite_database, app.extensions["kb"].settings)
    while jobs.work_once():
        pass
    assert "The drafts are made" in client.get(answer.location).text
    with sqlite_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(m.ChangeIdea)) == 60


def test_a_file_that_nobody_goes_on_with_is_forgotten(
    hub: Hub, visit: Visit, sqlite_database: Database, app: flask.Flask
) -> None:
    client, ideas = visit(hub.alice), "Title,Hypothesis\nOne,x\n"
    for _ in range(2):
        _upload(client, ideas, f"school:{hub.ashgrove.public_id}", kind="idea")
    with sqlite_database.writing() as session:
        session.get_one(m.BulkImport, 1).created_at = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
        feed.commit(session)
    jobs = worker(sqlite_database, app.extensions["kb"].settings)
    jobs.add_repeated()
    while jobs.work_once():
        pass
    assert [client.get(f"/imports/{number}").status_code for number in (1, 2)] == [404, 200]


def test_only_where_one_writes(hub: Hub, visit: Visit, method: None) -> None:
    client = visit(hub.alice)
    for target in (f"school:{hub.brookside.public_id}", f"network:{hub.network.public_id}", "", "x"):
        assert _upload(client, f"{HEADERS}\n{GOOD}", target).status_code == 422
    answer = _upload(client, f"{HEADERS}\n{GOOD}", f"school:{hub.ashgrove.public_id}")
    assert client.get(answer.location).status_code == 200
    assert visit(hub.carla).get(answer.location).status_code == 404
    for person, status in ((hub.bob, 403), (None, (302, 303, 401, 403))):
        got = visit(person).get("/imports").status_code
        assert got == status or got in (status if isinstance(status, tuple) else ())


def test_who_left_meanwhile_makes_no_drafts(hub: Hub, visit: Visit, method: None, sqlite_database: Database) -> None:
    client = visit(hub.carla)
    address = _upload(client, f"{HEADERS}\n{GOOD}", f"network:{hub.network.public_id}").location
    with sqlite_database.writing() as session:
        session.execute(sa.update(m.Membership).where(m.Membership.person_id == hub.carla.id).values(ended_at=make.NOW))
        make.make_member(session, hub.carla, network=hub.elsewhere, role=Role.CURATOR)
        feed.commit(session)
    assert post(client, f"{address}/drafts").status_code == 403
    with sqlite_database.reading() as session:
        assert _cycles(session) == []


def test_a_bad_file_keeps_what_was_chosen(hub: Hub, visit: Visit) -> None:
    answer = _upload(visit(hub.alice), "Title\n", f"school:{hub.ashgrove.public_id}", kind="idea")
    assert answer.status_code == 422
    assert "no rows below its headers" in answer.text
    assert re.search(r'<input[^>]*checked[^>]*value="idea"', answer.text)
