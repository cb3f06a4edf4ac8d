"""Reports of privacy problems: from any page, by anybody, to the people who can do something about it."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb.db import Database
from kb.following.problems import actions, queries
from kb.following.problems.models import PrivacyProblem
from kb.following.problems.rules import KEPT, record_of
from kb.mail.queries import Letter, waiting
from tests.factories import NOW
from tests.following.conftest import Client, World
from tests.visitors import post

TEXT = "Third sentence, the tall girl."
REPORTER = "parent.secret@visitor.example"


def _mails(database: Database) -> list[Letter]:
    with database.reading() as session:
        return list(waiting(session))


def _rows(database: Database) -> list[PrivacyProblem]:
    with database.reading() as session:
        return list(session.scalars(sa.select(PrivacyProblem)))


def _report(client: FlaskClient, page: str, **over: str) -> int:
    data = {"page": page, "text": TEXT, "email": REPORTER} | over
    return client.post("/privacy-problem", data=data).status_code


def test_it_works(as_: Client, site: World, sqlite_database: Database) -> None:
    page = f"/cycles/{site.cycle.ref}"
    form = as_(None).get("/privacy-problem", headers={"Referer": f"http://localhost{page}?x=1"}).text
    assert f'value="{page}"' in form
    assert _report(as_(None), page) == 303
    letters = _mails(sqlite_database)
    assert [letter.to for letter in letters] == ["hub@example.org", "carla@example.org"]
    assert page in letters[0].text
    assert TEXT not in repr(letters)  # it may repeat what must not be told
    (row,) = _rows(sqlite_database)
    address = f"/inbox/problems/{row.public_id}"
    for name, status in (("carla", 200), ("dana", 200), ("alice", 404), ("charlie", 404), ("eve", 404)):
        assert as_(name).get(address).status_code == status, name
    assert as_(None).get(address).status_code in (302, 303, 404)
    assert REPORTER not in as_("carla").get(address).text
    assert TEXT in as_("carla").get(address).text
    assert post(as_("carla"), f"{address}/answer", {"text": "We took it out."}).status_code == 303
    (row,) = _rows(sqlite_database)
    assert (row.text, row.answered_by) == ("", site.people["carla"].id)
    assert _mails(sqlite_database)[-1].to == REPORTER
    assert page not in as_("dana").get("/inbox").text


def test_without_a_record_it_waits_for_admins(as_: Client, site: World, sqlite_database: Database) -> None:
    assert _report(as_(None), "the page about FAFSA nights", email="") == 303
    assert [letter.to for letter in _mails(sqlite_database)] == ["hub@example.org"]
    assert "FAFSA nights" in as_("dana").get("/inbox").text
    assert "FAFSA nights" not in as_("carla").get("/inbox").text
    (row,) = _rows(sqlite_database)
    post(as_("dana"), f"/inbox/problems/{row.public_id}/answer", {"text": ""})
    assert len(_mails(sqlite_database)) == 1  # no address, no letter
    assert _rows(sqlite_database)[0].answered_at is not None


def test_errors_keep_what_was_typed(client: FlaskClient, site: World, sqlite_database: Database) -> None:
    for over, field in (({"page": ""}, "page"), ({"text": ""}, "text"), ({"email": "x"}, "email")):
        answer = client.post("/privacy-problem", data={"page": "/x", "text": TEXT, "email": REPORTER} | over)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
    assert _report(client, "/x", website="spam") == 303
    assert _rows(sqlite_database) == []


def test_not_too_many_at_once(client: FlaskClient, site: World) -> None:
    for _ in range(actions.PER_VISITOR):
        assert _report(client, "/x") == 303
    assert _report(client, "/x") == 429


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("/ideas/0123456a-a-slug", ("idea", "0123456a")),
        ("https://x.example/cycles/0123456a/edit", ("cycle", "0123456a")),
        ("/schools/0123456a#comment-x", ("school", "0123456a")),
        ("http://[", None),
        ("/ideas/0123456", None),
        ("FAFSA", None),
    ],
)
def test_which_record_an_address_is_about(page: str, found: tuple[str, str] | None) -> None:
    assert record_of(page) == found


def test_another_sites_page_is_not_taken_over(client: FlaskClient, site: World) -> None:
    for given in ("https://evil.example/x", "//evil.example/x", "javascript:alert(1)", "http://["):
        for page in (
            client.get("/privacy-problem", headers={"Referer": given}),
            client.get("/privacy-problem", query_string={"page": given}),
        ):
            assert re.search(r'<input[^>]*name="page"[^>]*value=""', page.text)


def test_whose_hub_it_is(session: orm.Session, world: World) -> None:
    for page in (f"/ideas/{world.idea.public_id}", f"/schools/{world.school.ref}", f"/networks/{world.network.ref}"):
        assert queries.network_of(session, page) == world.network.id
    world.idea.network_id = None
    session.flush()
    assert queries.network_of(session, f"/ideas/{world.idea.public_id}") == world.network.id
    assert queries.network_of(session, "/ideas/zzzzzzzz") is None


def test_old_ones_are_deleted(session: orm.Session) -> None:
    for number, answered in enumerate((NOW - KEPT - dt.timedelta(1), NOW - KEPT, None)):
        session.add(
            PrivacyProblem(
                public_id=f"0000000{number}", page="/", text="", created_at=NOW - 9 * KEPT, answered_at=answered
            )
        )
    session.flush()
    assert actions.forget_old(session, now=NOW) == 1
