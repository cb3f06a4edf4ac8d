"""Searches without an answer: kept in public words, counted by day, and never with a name."""

import datetime as dt

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient

from kb import cli, feed
from kb.db import Database
from kb.permissions import Audience
from kb.search import unanswered
from kb.search.models import UnansweredQuery
from kb.search.names import may_name_somebody
from kb.search.service import Search
from kb.search.unanswered import MANY_RECORDS, Asked, Unanswered
from tests.counting import counted
from tests.factories import make_idea

TODAY = dt.date(2026, 11, 2)
PUBLIC = {
    "A homework club": "Maria Gomez reads aloud with grace on the hill. A brown stone, and some will mark a page.",
    "Attendance letters": "Maria writes to families about the FAFSA. A young rose, a flower shop and a small price.",
}


@pytest.fixture
def search(client: FlaskClient, sqlite_database: Database) -> Search:
    """Public records, three of each, with a name in two of them, and a hidden one."""
    held: Search = client.application.extensions["kb.search"]
    with sqlite_database.writing() as session:
        items = [
            make_idea(session, title=f"{title} {number}", summary=summary)
            for number in range(MANY_RECORDS)
            for title, summary in PUBLIC.items()
        ]
        items.append(make_idea(session, title="Hidden", summary="sonia homework", audience=Audience.OWNER))
        items.append(make_idea(session, title="Once", summary="a lonely giraffe"))
        feed.touch(session, [item.id for item in items])
        feed.commit(session)
    held.rebuild()
    held.read_words()
    return held


def _kept(client: FlaskClient, search: Search, database: Database, *asked: str) -> dict[str, int]:
    for text in asked:
        client.get("/search", query_string={"q": text})
    search.write_unanswered(TODAY)
    with database.reading() as session:
        return dict(session.execute(sa.select(UnansweredQuery.text, UnansweredQuery.times)).all())


def test_only_what_no_record_answers_is_kept(client: FlaskClient, search: Search, sqlite_database: Database) -> None:
    asked = ["homework letters", "Homework Letters?", "homework club", "attendance", "", "the", "homework -club"]
    kept = _kept(client, search, sqlite_database, *asked)
    assert kept == {"homework letters": 1}  # as a title "Homework Letters" might be a name


def test_what_is_kept_is_corrected(client: FlaskClient, search: Search, sqlite_database: Database) -> None:
    kept = _kept(client, search, sqlite_database, "homwork leters", "homewrok", "Homework for FAFSA")
    assert kept == {"homework letters": 1, "homework for fafsa": 1}


@pytest.mark.parametrize(
    "text",
    [
        "maria gomez",
        "Maria Gomez",
        "maria homework letters",  # a name that public records hold
        "homework gomez letters",
        "homework zyxomma",
        "sonia letters",  # stands in a hidden record only
        "homework 123456789",
        "homework maria@example.org",
        "letters Grace",  # written as a name
        "homework letters jane doe",
        "(555) 010-9999 homework",
        "grace letters",  # ordinary words that are names, all of them in public records in small letters
        "grace price",
        "rose hill",
        "will hill families",
        "j hill letters",
        "hill price",
        "mark homework letters",
        "homework giraffe letters",  # too few records hold a word
    ],
)
def test_no_name_and_nothing_private_is_ever_kept(
    client: FlaskClient, search: Search, sqlite_database: Database, text: str
) -> None:
    assert _kept(client, search, sqlite_database, text) == {}


def test_filters_do_not_make_a_search_unanswered(
    client: FlaskClient, search: Search, sqlite_database: Database
) -> None:
    client.get("/search?q=homework&kind=case")
    assert _kept(client, search, sqlite_database) == {}


def test_a_fragment_is_not_noted(client: FlaskClient, search: Search, sqlite_database: Database) -> None:
    client.get("/search?q=homework+letters&fragment=1")
    assert _kept(client, search, sqlite_database) == {}


def test_a_request_writes_nothing(client: FlaskClient, search: Search, sqlite_database: Database) -> None:
    with counted(sqlite_database) as statements:
        client.get("/search?q=homework+letters")
    assert not [one for one in statements if not one.lstrip().upper().startswith(("SELECT", "BEGIN"))]
    with sqlite_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(UnansweredQuery)) == 0


def test_days_are_counted_apart_and_forgotten_after_90(database: Database) -> None:
    held = Unanswered()
    for day, text in [(0, "late work"), (0, "late work"), (1, "late work"), (90, "exit ticket"), (91, "too old")]:
        held.note(text, TODAY - dt.timedelta(days=day))
    assert held.write(database, TODAY) == 5
    assert held.write(database, TODAY) == 0
    held.note("late work", TODAY)
    held.write(database, TODAY)
    with database.reading() as session:
        rows = session.execute(sa.select(UnansweredQuery.day, UnansweredQuery.text, UnansweredQuery.times)).all()
        asked = unanswered.most_asked(session, since=TODAY - dt.timedelta(days=7))
        every = unanswered.most_asked(session, since=TODAY - dt.timedelta(days=365))
    assert sorted(rows) == [
        (TODAY - dt.timedelta(days=90), "exit ticket", 1),
        (TODAY - dt.timedelta(days=1), "late work", 1),
        (TODAY, "late work", 3),
    ]
    assert asked == [Asked("late work", 4, TODAY)]
    assert [one.text for one in every] == ["late work", "exit ticket"]


def test_the_buffer_is_bounded_and_changes_no_number(sqlite_database: Database) -> None:
    held = Unanswered()
    for number in range(3 * unanswered.MANY):
        held.note(f"word {number}", TODAY)
    held.note("word 0", TODAY)
    with sqlite_database.reading() as session:
        before = feed.latest(session)
    assert held.write(sqlite_database, TODAY) == unanswered.MANY + 1
    with sqlite_database.reading() as session:
        assert feed.latest(session) == before  # cached pages stay right


def test_the_command_lists_them(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", sqlite_database.url)
    nothing = CliRunner().invoke(cli.kb, ["search", "unanswered"])
    assert nothing.exit_code == 0
    assert "No search was left without an answer" in nothing.output
    held = Unanswered()
    today = dt.datetime.now(dt.UTC).date()
    for _ in range(3):
        held.note("late work", today)
    held.write(sqlite_database, today)
    listed = CliRunner().invoke(cli.kb, ["search", "unanswered", "--days", "7"])
    assert "3  late work" in listed.output


def test_a_surname_alone_is_an_ordinary_word(client: FlaskClient, search: Search, sqlite_database: Database) -> None:
    assert _kept(client, search, sqlite_database, "small homework families") == {"small homework families": 1}


@pytest.mark.parametrize("words", ["ana", "mr", "jesus garcia", "grace", "brown stone", "j brown", "will", "dr hill"])
def test_what_may_name_somebody(words: str) -> None:
    assert may_name_somebody(words.split())


@pytest.mark.parametrize("words", ["hill", "homework club", "small group", "i x algebra", "free lunch", ""])
def test_what_names_nobody(words: str) -> None:
    assert not may_name_somebody(words.split())
