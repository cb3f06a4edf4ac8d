"""The lineage page and its tables as a visitor gets them."""

import csv
import datetime as dt
import io
import re
from typing import Any

import flask
import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.cycles.rules import ResultStatus, Stage
from kb.db import Database
from kb.items.models import Adaptation, Item, Link
from kb.items.rules import LinkType
from kb.permissions import Audience, State
from tests import factories as make
from tests.counting import counted

SECRET = "zephyrine"
PATHS = ("lineage", "lineage?whole=", "lineage.csv", "tested-where.csv")


@pytest.fixture
def session(sqlite_database: Database) -> Any:
    with sqlite_database.writing() as opened:
        yield opened


def adapt(
    session: orm.Session, source: Item, target: Item, kind: LinkType = LinkType.ADAPTED_FROM, text: str = ""
) -> Link:
    link = make.make_link(session, source, target, kind)
    link.reason = text
    session.add(Adaptation(link_id=link.id, kept=text, changed=text, added=text, removed=text, why=text))
    session.flush()
    return link


def publish(session: orm.Session) -> None:
    feed.touch(session)
    feed.commit(session)


def get(client: FlaskClient, idea: Item, path: str = "lineage", status: int = 200) -> str:
    answer = client.get(f"/ideas/{idea.ref}/{path}")
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def family(session: orm.Session) -> list[Item]:
    """A grandparent, a parent, a child of two, and their tests at two schools."""
    alder = make.make_school(session, name="Alder Creek High School")
    bay = make.make_school(session, name="Bayside Middle School")
    first, second, third = (
        make.make_idea(session, title=title, school_id=alder.id, fictional=True)
        for title in ("Desk-side help", "Desk-side help with a sheet", "Noche de cuenta")
    )
    adapt(session, second, first, text="Parents had no account")
    adapt(session, third, second, text="Evenings suit families")
    adapt(session, third, first, LinkType.INSPIRED_BY)
    make.make_cycle(session, first, alder, result=ResultStatus.GOT_WORSE)
    later = dt.date(2026, 3, 2)
    make.make_cycle(session, first, alder, result=ResultStatus.NO_CLEAR_CHANGE, ended_on=later)
    make.make_cycle(session, second, bay)
    make.make_cycle(session, third, bay, stage=Stage.RUNNING)
    publish(session)
    return [first, second, third]


def test_it_works(client: FlaskClient, family: list[Item]) -> None:
    page = get(client, family[1])
    html5lib.HTMLParser(strict=True).parse(page)
    text = words(page)
    assert (
        re.findall(r"<title>(.*?) ·", page)
        == re.findall(r"<h1>(.*?)</h1>", page)
        == ["Family tree: Desk-side help with a sheet"]
    )
    assert "3 versions of the idea, 4 tests, 2 schools." in text
    assert "1 adaptation, 2 in all" in text
    assert page.count("You are here</span>") == 1
    assert "Also draws on Desk-side help" in text
    assert "Also led to Noche de cuenta" in text
    assert "Parents had no account" in text
    assert "Fictional" in text
    assert 'aria-label="Desk-side help at Alder Creek High School: 2 tests, latest: No clear change"' in page
    assert 'aria-label="Noche de cuenta at Bayside Middle School: Running now"' in page


def test_one_test_links_to_the_cycle_and_several_to_the_idea(client: FlaskClient, family: list[Item]) -> None:
    matrix = get(client, family[0]).split('class="scroll matrix"')[1]
    assert f'href="/ideas/{family[0].ref}#happened"' in matrix
    assert matrix.count('href="/cycles/') == 2


def test_every_version_stands_there_once(client: FlaskClient, family: list[Item]) -> None:
    tree = get(client, family[2]).split('class="lineage"')[1].split("</section>")[0]
    titles = re.findall(r'class="version-title"><a[^>]*>([^<]+)', tree)
    assert titles == [idea.title for idea in family]


def test_the_family_as_a_table(client: FlaskClient, family: list[Item]) -> None:
    answer = client.get(f"/ideas/{family[0].ref}/lineage.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith(f"attachment; filename=lineage-{family[0].public_id}")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.get_data(as_text=True)))}
    assert len(rows) == 3
    third = rows[family[2].public_id]
    assert third["parent_ids"] == f"{family[1].public_id} | {family[0].public_id}"
    assert third["relation"] == "adapted_from | inspired_by"
    assert third["url"] == f"http://localhost/ideas/{family[2].ref}"
    assert (third["school"], third["date"]) == ("Alder Creek High School", make.NOW.date().isoformat())


def test_tested_where_as_a_table(client: FlaskClient, family: list[Item]) -> None:
    rows = list(csv.DictReader(io.StringIO(get(client, family[2], "tested-where.csv"))))
    assert {(row["idea"], row["school"], row["cycles"], row["latest_result"]) for row in rows} == {
        ("Desk-side help", "Alder Creek High School", "2", "no_clear_change"),
        ("Desk-side help with a sheet", "Bayside Middle School", "1", "improved"),
        ("Noche de cuenta", "Bayside Middle School", "1", "running"),
    }


def test_an_idea_alone(client: FlaskClient, session: orm.Session) -> None:
    idea = make.make_idea(session)
    publish(session)
    text = words(get(client, idea))
    assert "1 version of the idea, 0 tests, 0 schools." in text
    assert "None of these versions has been tested yet" in text
    assert "What each version changed" not in text


def test_a_wrong_name_in_the_address_leads_to_the_right_one(client: FlaskClient, family: list[Item]) -> None:
    for path in PATHS:
        answer = client.get(f"/ideas/{family[0].public_id}-wrong/{path}")
        assert answer.status_code == 301
        assert answer.location == f"/ideas/{family[0].ref}/{path}"


@pytest.mark.parametrize("path", PATHS)
def test_what_may_not_be_read_is_not_there(client: FlaskClient, session: orm.Session, path: str) -> None:
    draft = make.make_idea(session, state=State.DRAFT)
    gone = make.make_idea(session, state=State.WITHDRAWN)
    cycle = make.make_cycle(session, gone)
    publish(session)
    get(client, draft, path, 404)
    get(client, gone, path, 410)
    assert client.get(f"/ideas/{cycle.ref}/{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_a_page_with_a_hidden_neighbour_is_the_page_without_it(
    client: FlaskClient, session: orm.Session, family: list[Item], path: str
) -> None:
    before = [get(client, idea, path) for idea in family]
    school = make.make_school(session, name=f"{SECRET} High School")
    for over in ({"audience": Audience.SCHOOL}, {"state": State.DRAFT}, {"state": State.ERASED}):
        hidden = make.make_idea(session, title=f"{SECRET} idea", school_id=school.id, **over)
        adapt(session, hidden, family[0], text=SECRET)
        adapt(session, family[2], hidden, text=SECRET)
        below = make.make_idea(session, title=f"{SECRET} below", school_id=school.id)
        adapt(session, below, hidden, text=SECRET)
        make.make_cycle(session, hidden, school, title=SECRET)
        make.make_cycle(session, family[1], school, title=SECRET, **over)
    publish(session)
    after = [get(client, idea, path) for idea in family]
    assert SECRET not in "".join(after)
    assert after == before


@pytest.mark.parametrize("path", PATHS)
def test_a_withdrawn_neighbour_is_an_id_and_a_date(
    client: FlaskClient, session: orm.Session, family: list[Item], path: str
) -> None:
    school = make.make_school(session, name=f"{SECRET} High School")
    gone = make.make_idea(session, title=SECRET, state=State.WITHDRAWN, school_id=school.id)
    adapt(session, gone, family[0], text=SECRET)
    make.make_cycle(session, gone, school, title=SECRET)
    publish(session)
    page = get(client, family[0], path)
    assert SECRET not in page
    if path == "lineage":
        assert f"Withdrawn idea {gone.public_id}" in words(page)


def grow(session: orm.Session, size: int) -> Item:
    school = make.make_school(session)
    ideas = [make.make_idea(session, title="Root")]
    for number in range(1, size):
        ideas.append(make.make_idea(session, title=f"Version {number}"))
        adapt(session, ideas[-1], ideas[number // 4], text=f"Because of {number}")
        if number % 3 == 0:
            make.make_cycle(session, ideas[-1], school)
    publish(session)
    return ideas[1]


def test_the_number_of_queries_does_not_grow(app: flask.Flask, sqlite_database: Database, session: orm.Session) -> None:
    numbers = []
    for size in (5, 400):
        idea = grow(session, size)
        client = app.test_client()
        get(client, idea)
        publish(session)
        with counted(sqlite_database) as statements:
            get(client, idea)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 6


def test_a_large_family_is_shown_in_part_and_in_whole(client: FlaskClient, session: orm.Session) -> None:
    idea = grow(session, 400)
    part, whole = get(client, idea), get(client, idea, "lineage?whole=")
    assert part.count('class="version-title"') == 150
    assert "The nearest 150 versions of 400 are shown." in words(part)
    assert whole.count('class="version-title"') == 400
    assert "are shown" not in words(whole)
    assert whole.count("<details open") > part.count("<details open")
    html5lib.HTMLParser(strict=True).parse(part)
    assert get(client, idea, "lineage.csv").count("\n") == 401


def test_many_tests_of_one_idea_do_not_drown_the_tree(client: FlaskClient, session: orm.Session) -> None:
    idea, school = make.make_idea(session), make.make_school(session)
    for _ in range(20):
        make.make_cycle(session, idea, school)
    publish(session)
    page = get(client, idea)
    assert page.split('class="scroll matrix"')[0].count('class="trial ') == 12
    assert "8 earlier tests" in words(page)
    assert "20 tests, latest" in page


def test_a_finished_page_is_kept(client: FlaskClient, sqlite_database: Database, family: list[Item]) -> None:
    first = get(client, family[0])
    with counted(sqlite_database) as statements:
        assert get(client, family[0]) == first
    assert len(statements) <= 1
