"""The search page as a visitor meets it."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.items.models import Item
from kb.items.rules import Language, Vocabulary
from kb.permissions import State
from kb.search.service import Search
from tests.counting import counted
from tests.factories import make_cycle, make_idea, make_school, make_tag
from tests.search.test_query import NAUGHTY
from tests.search.world import make_world


@pytest.fixture
def search(client: FlaskClient) -> Search:
    held: Search = client.application.extensions["kb.search"]
    return held


@pytest.fixture
def world(sqlite_database: Database, search: Search) -> None:
    with sqlite_database.writing() as session:
        make_world(session, 1, size=200)
    search.rebuild()


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


@pytest.fixture
def homework(sqlite_database: Database, search: Search) -> None:
    """Two ideas and a cycle, in both languages."""
    with sqlite_database.writing() as session:
        school = make_school(session, name="Ashgrove")
        club = make_idea(session, title="Homework club", summary="Homework after school.", school_id=school.id)
        circle = make_idea(session, title="Reading circle", summary="Reading aloud.", language=Language.ES)
        cycle = make_cycle(session, club, school, title="Autumn", summary="")
        make_tag(session, Vocabulary.TOPIC, "Late work", club)
        _commit(session, club, circle, cycle)
    search.rebuild()


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_it_works(client: FlaskClient, homework: None) -> None:
    answer = client.get("/search?q=homework&kind=idea")
    assert answer.status_code == 200
    assert "1 result for “homework”" in answer.text
    assert "<mark>Homework</mark> after school." in answer.text
    assert answer.text.count('<article class="card">') == 1
    assert 'name="kind" value="idea" checked' in answer.text
    assert 'value="homework"' in answer.text


def test_without_words_it_lists_the_newest(client: FlaskClient, homework: None) -> None:
    page = _text(client.get("/search").text)
    assert "3 records to look through" in page
    assert "Homework club" in page


def test_facets_name_and_count_their_values(client: FlaskClient, homework: None) -> None:
    page = _text(client.get("/search?q=homework").text)
    for words in ("Change idea (1) , 1 result", "Cycle (1) , 1 result", "Late work (2)", "2025–26 (2)", "Ashgrove (2)"):
        assert words in page
    assert "Suburb (2)" in page


def test_chips_remove_one_filter(client: FlaskClient, homework: None) -> None:
    answer = client.get("/search?q=homework&kind=idea&kind=cycle&topic=late-work")
    chips = re.findall(r'class="chip[^"]*" href="([^"]*)"', answer.text)
    assert [chip.replace("&amp;", "&") for chip in chips] == [
        "/search?q=homework&kind=cycle&topic=late-work",
        "/search?q=homework&kind=idea&topic=late-work",
        "/search?q=homework&kind=idea&kind=cycle",
        "/search?q=homework",
    ]


def test_an_empty_page_leads_on_in_the_designed_order(client: FlaskClient, homework: None) -> None:
    page = _text(client.get("/search?q=homework&kind=case&language=es").text)
    parts = [
        "0 results",
        "Nothing matches all of that",
        "Without any filter",
        "(2 results)",
        "Nobody here may have tried",
    ]
    assert [page.find(part) for part in parts] == sorted(page.find(part) for part in parts)
    assert -1 not in [page.find(part) for part in parts]
    other = _text(client.get("/search?q=homework&language=es").text)
    assert "In another language: English (2 results)" in other
    one = _text(client.get("/search?q=reading&kind=cycle").text)
    assert "With one filter less: Cycle (1 result)" in one


def test_an_empty_page_offers_fewer_words(client: FlaskClient, homework: None) -> None:
    page = _text(client.get("/search?q=homework+club+reading&kind=cycle").text)
    assert "Left out: reading" in page
    found = _text(client.get("/search?q=homework+school&kind=cycle").text)
    assert "homework (1 result)" in found


def test_dropped_words_are_named(client: FlaskClient, homework: None) -> None:
    page = _text(client.get("/search?q=homework+unheard").text)
    assert "2 results" in page
    assert "Nothing holds all of your words. Left out: unheard" in page


def test_common_words_alone(client: FlaskClient, homework: None) -> None:
    assert "stand in nearly every record" in client.get("/search?q=how+to+the").text


def test_too_many_words_are_said(client: FlaskClient, homework: None) -> None:
    many = "+".join(f"w{number}" for number in range(33))
    assert "only the first ones were used" in client.get(f"/search?q={many}").text
    assert "only the first ones were used" not in client.get("/search?q=how+do+we+do+the+homework").text


def test_pages_and_orders_keep_the_search(client: FlaskClient, world: None) -> None:
    answer = client.get("/search?kind=cycle&kind=idea&sort=tested")
    assert 'rel="next"' in answer.text
    following = re.search(r'href="([^"]*)" rel="next"', answer.text)
    assert following is not None
    url = following.group(1).replace("&amp;", "&")
    assert url == "/search?kind=cycle&kind=idea&sort=tested&page=2"
    assert 'rel="prev"' in client.get(url).text
    assert 'value="tested" selected' in client.get(url).text
    assert client.get("/search?page=9999").status_code == 200


def test_a_constant_number_of_statements(client: FlaskClient, sqlite_database: Database, world: None) -> None:
    client.get("/search?q=homework")
    with counted(sqlite_database) as few:
        client.get("/search?q=homework&kind=case")
    with counted(sqlite_database) as many:
        assert client.get("/search?q=homework").text.count('class="card"') == 20
    assert len(few) <= len(many) <= 5


def test_without_an_index_it_answers_and_says_so(
    client: FlaskClient, sqlite_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="Homework club"))
    for _ in range(3):
        answer = client.get("/search?q=homework&kind=idea")
        assert answer.status_code == 200
        assert "Searching for words does not work at the moment" in answer.text
        assert "Homework club" in answer.text
    assert capsys.readouterr().out.count("search is not whole") == 1


def test_a_withdrawn_record_is_gone_at_once(client: FlaskClient, sqlite_database: Database, homework: None) -> None:
    with sqlite_database.writing() as session:
        item = session.query(Item).filter_by(title="Homework club").one()
        item.state = State.WITHDRAWN
        _commit(session, item)
    page = client.get("/search?q=club").text
    assert "Homework club" not in page
    assert "0 results" in page


@pytest.mark.parametrize("start", range(10))
def test_nothing_typed_breaks_the_page(client: FlaskClient, world: None, start: int) -> None:
    for text in NAUGHTY[start::10]:
        answer = client.get(
            "/search", query_string={"q": text, "topic": text, "school": text, "sort": text, "page": text}
        )
        assert answer.status_code == 200, text
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "raw",
    [
        b"q=%ff%fe%00",
        b"q=" + b"%22(" * 60,
        b"q=" + b"a" * 6000,
        b"&".join([b"kind=idea"] * 900),
        b"q=*a*+*a*+body:[a+TO+z]+~2",
        b"q=-&q=x&page=%00",
        b"kind=%F0%9F%92%A9&year=99999999999999999999&locale=-1",
        b"q=" + b"+".join(b"homework" for _ in range(200)),
    ],
)
def test_absurd_addresses(client: FlaskClient, world: None, raw: bytes) -> None:
    assert client.get("/search?" + raw.decode("ascii")).status_code == 200


def test_a_slow_search_says_so(
    client: FlaskClient, search: Search, homework: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_limit", -1.0)
    answer = client.get("/search?q=homework")
    assert answer.status_code == 200
    assert "This search took too long" in answer.text
    assert "Reading circle" in answer.text


def test_index_files_are_for_their_owner_alone(search: Search, homework: None, tmp_path: Path) -> None:
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0
