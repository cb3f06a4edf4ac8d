"""The digest: what is new for this person and nobody else, once each period, ended by one press."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.following import actions as following
from kb.following import queries
from kb.following.comments import actions as comments
from kb.following.comments.rules import CommentKind
from kb.following.digest import actions, jobs
from kb.following.digest.models import Digest, DigestChoice
from kb.following.digest.queries import due
from kb.following.digest.rules import DAY_BEGINS, Frequency, period
from kb.ids import Ref
from kb.mail.queries import Letter, waiting
from kb.permissions import Audience, Permission, can
from kb.saved import actions as saved
from kb.search.service import Search
from kb.work import worker as make_worker
from tests.factories import NOW, make_cycle
from tests.following.conftest import Client, World, note
from tests.visitors import post

DAY = dt.timedelta(days=1)


def _follow_all(session: orm.Session, world: World, name: str, *, now: dt.datetime = NOW) -> None:
    viewer, by = world.viewer(session, name), world.people[name].id
    for kind, thing in (
        ("school", world.school),
        ("network", world.network),
        ("driver", world.driver),
        ("idea", world.idea),
    ):
        one = queries.thing(session, viewer, kind, Ref(thing.public_id))
        following.follow(session, one, by=by, now=now)


def _send(session: orm.Session, world: World, name: str, *, now: dt.datetime, search: Search | None = None) -> bool:
    told = period(Frequency.DAILY, now)
    return jobs.send(session, world.people[name].id, told, search=search, settings=Settings(), now=now)


def _letters(session: orm.Session, name: str) -> list[Letter]:
    return [letter for letter in waiting(session) if letter.to == f"{name}@example.org"]


def test_a_digest_holds_no_word_the_person_may_not_read(everywhere: tuple[orm.Session, World]) -> None:
    """Every record gets news, a question and an answer; every letter and list is searched for every secret word."""
    session, world = everywhere
    records = {**world.restricted, "first try": world.cycle}
    for name, person in world.people.items():
        actions.choose(session, Frequency.DAILY, by=person.id, now=NOW)
        _follow_all(session, world, name)
        for number, (word, item) in enumerate(records.items()):
            later = NOW + DAY / 2 + dt.timedelta(minutes=10 * number)
            text = f"What of {word}, asks {name}?"
            asked = comments.say(session, item, kind=CommentKind.QUESTION, text=text, by=person.id, now=NOW)
            other = world.people["eve" if name == "dana" else "dana"].id
            comments.say(session, item, kind=CommentKind.ANSWER, text=f"{word}!", parent=asked, by=other, now=later)
    note(session, *records.values(), now=NOW + DAY / 2)
    for name in world.people:
        assert _send(session, world, name, now=NOW + DAY)
    for name in world.people:
        viewer = world.viewer(session, name)
        (letter,) = _letters(session, name)
        for word, item in records.items():
            may_read, is_told = can(viewer, Permission.ITEM_READ, item), word in letter.text.lower()
            assert may_read or not (is_told or item.public_id in letter.text), (name, word)
            assert is_told or not may_read, (name, word)


def test_visibility_is_checked_when_it_is_sent(session: orm.Session, world: World) -> None:
    actions.choose(session, Frequency.DAILY, by=world.people["bob"].id, now=NOW)
    _follow_all(session, world, "bob")
    note(session, world.cycle, world.restricted["zephyrine"], now=NOW + DAY / 2)
    world.restricted["zephyrine"].audience = Audience.OWNER
    session.flush()
    assert _send(session, world, "bob", now=NOW + DAY)
    (letter,) = _letters(session, "bob")
    assert "First try" in letter.text
    assert "zephyrine" not in letter.text


def test_what_it_tells(session: orm.Session, world: World) -> None:
    bob, alice = world.people["bob"].id, world.people["alice"].id
    actions.choose(session, Frequency.DAILY, by=bob, now=NOW)
    viewer = world.viewer(session, "bob")
    following.follow(session, queries.thing(session, viewer, "idea", world.idea.ref), by=bob, now=NOW - DAY)
    asked = comments.say(session, world.cycle, kind=CommentKind.QUESTION, text="Why?", by=bob, now=NOW)
    comments.say(session, world.cycle, kind=CommentKind.ANSWER, text="So.", parent=asked, by=alice, now=NOW + DAY / 2)
    new = make_cycle(session, world.idea, world.other, title="Tried elsewhere", published_at=NOW + DAY / 2)
    note(session, new, now=NOW + DAY / 2)
    note(session, world.cycle, action="changed", now=NOW + DAY / 2, by=bob)  # his own doing is no news
    note(session, world.idea, action="edited", now=NOW + DAY / 2)  # nor is what nobody can see
    assert _send(session, world, "bob", now=NOW + DAY)
    (letter,) = _letters(session, "bob")
    for words in (
        "You follow: Desk-side help",
        "Tried elsewhere (new cycle)",
        f"/cycles/{new.ref}",
        "Answers to your questions",
        f"/comments/{asked.public_id}",
        "/me",
    ):
        assert words in letter.text, words
    assert letter.text.count("First try") == 1  # as the record of the question
    assert "changed" not in letter.text


def test_once_a_period(everywhere: tuple[orm.Session, World]) -> None:
    session, world = everywhere
    bob = world.people["bob"].id
    actions.choose(session, Frequency.DAILY, by=bob, now=NOW)
    _follow_all(session, world, "bob")
    note(session, world.cycle, now=NOW + DAY / 2)
    assert _send(session, world, "bob", now=NOW + DAY)
    note(session, world.cycle, now=NOW + DAY + DAY / 24)
    assert not _send(session, world, "bob", now=NOW + DAY + DAY / 12)
    assert _send(session, world, "bob", now=NOW + 2 * DAY)
    assert not _send(session, world, "bob", now=NOW + 3 * DAY)  # nothing new: no letter, but noted
    assert len(_letters(session, "bob")) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Digest)) == 3


def test_what_happened_while_it_was_off_is_not_told(session: orm.Session, world: World) -> None:
    bob = world.people["bob"].id
    actions.choose(session, Frequency.DAILY, by=bob, now=NOW)
    _follow_all(session, world, "bob")
    note(session, world.cycle, now=NOW + DAY / 2)
    assert _send(session, world, "bob", now=NOW + DAY)
    actions.choose(session, Frequency.OFF, by=bob, now=NOW + DAY)
    note(session, world.cycle, now=NOW + 2 * DAY)
    actions.choose(session, Frequency.DAILY, by=bob, now=NOW + 3 * DAY)
    assert not _send(session, world, "bob", now=NOW + 3 * DAY)


def test_only_ones_own_networks_are_told_unasked(session: orm.Session, world: World) -> None:
    for name in ("bob", "charlie"):
        actions.choose(session, Frequency.DAILY, by=world.people[name].id, now=NOW)
    world.cycle.published_at = NOW + DAY / 2
    session.flush()
    note(session, world.cycle, now=NOW + DAY / 2)
    assert _send(session, world, "bob", now=NOW + DAY)
    assert not _send(session, world, "charlie", now=NOW + DAY)
    assert "New in your networks\n\n- First try (new cycle)" in _letters(session, "bob")[0].text


def test_questions_on_ones_own_records_are_told(session: orm.Session, world: World) -> None:
    for name in ("alice", "carla", "charlie"):
        actions.choose(session, Frequency.DAILY, by=world.people[name].id, now=NOW)
    bob = world.people["bob"].id
    comments.say(session, world.cycle, kind=CommentKind.QUESTION, text="Why so?", by=bob, now=NOW - DAY)
    comments.say(session, world.cycle, kind=CommentKind.QUESTION, text="Why not?", by=bob, now=NOW + DAY / 2)
    told = {name: _send(session, world, name, now=NOW + DAY) for name in ("alice", "carla", "charlie")}
    assert told == {"alice": True, "carla": True, "charlie": False}
    letter = _letters(session, "alice")[0].text
    assert "Why not?" in letter
    assert "Why so?" not in letter


def test_who_gets_none(session: orm.Session, world: World) -> None:
    for name, person in world.people.items():
        actions.choose(session, Frequency.WEEKLY if name == "carla" else Frequency.DAILY, by=person.id, now=NOW)
        _follow_all(session, world, name)
    actions.choose(session, Frequency.OFF, by=world.people["alice"].id, now=NOW)
    world.people["bob"].ended_at = NOW
    world.people["charlie"].email = None
    note(session, world.cycle, now=NOW + DAY / 2)
    assert set(due(session, NOW + DAY)) == {
        (world.people["carla"].id, "2026-W45"),
        (world.people["dana"].id, "2026-11-03"),
        (world.people["eve"].id, "2026-11-03"),
    }
    for name in ("alice", "bob", "charlie", "carla"):
        assert not _send(session, world, name, now=NOW + DAY)
    assert waiting(session) == []


@given(st.integers(0, 20 * 365 * 24 * 3600), st.integers(0, 10**6))
def test_a_period_is_one_day_or_one_week(begin: int, seconds: int) -> None:
    moment = NOW + dt.timedelta(seconds=begin)
    later = moment + dt.timedelta(seconds=seconds)
    days = (later - DAY_BEGINS).date() - (moment - DAY_BEGINS).date()
    assert (period(Frequency.DAILY, moment) == period(Frequency.DAILY, later)) == (days == dt.timedelta())
    same_week = (moment - DAY_BEGINS).isocalendar()[:2] == (later - DAY_BEGINS).isocalendar()[:2]
    assert (period(Frequency.WEEKLY, moment) == period(Frequency.WEEKLY, later)) == same_week
    assert period(Frequency.OFF, moment) == ""


def test_the_worker_sends_it_and_one_press_ends_it(
    as_: Client, site: World, sqlite_database: Database, settings: Settings
) -> None:
    bob = as_("bob")
    assert 'value="off" checked' in bob.get("/me").text
    assert post(bob, "/digest", {"frequency": "daily"}).status_code == 303
    assert post(bob, "/digest", {"frequency": "hourly"}).status_code == 422
    assert 'value="daily" checked' in bob.get("/me").text
    post(bob, f"/following/idea/{site.idea.public_id}")
    now = dt.datetime.now(dt.UTC)
    with sqlite_database.writing() as session:
        note(session, site.cycle, now=now)
        feed.commit(session)
    worker = make_worker(sqlite_database, settings)
    worker.add_repeated()
    with sqlite_database.writing() as session:
        session.execute(sa.text("UPDATE job SET state = 'done' WHERE kind NOT LIKE 'digest.%'"))
        session.commit()
    assert worker.work_once()
    assert worker.work_once()
    with sqlite_database.reading() as session:
        (letter,) = waiting(session)
        token = session.scalars(sa.select(DigestChoice.token)).one()
    stop = f"/digest/{token}/end"
    assert letter.headers == {
        "List-Unsubscribe": f"<{settings.link(stop)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    nobody = as_(None)
    assert "Stop the letters" in nobody.get(stop).text
    with sqlite_database.reading() as session:
        assert session.scalars(sa.select(DigestChoice.frequency)).one() is Frequency.DAILY  # looking stops nothing
    for _ in range(2):
        answer = nobody.post(stop, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200  # no redirect, no way in
    with sqlite_database.reading() as session:
        assert session.scalars(sa.select(DigestChoice.frequency)).one() is Frequency.OFF
    assert nobody.post("/digest/zzzz/end").status_code == 404


def test_saved_searches_are_in_it(as_: Client, site: World, sqlite_database: Database, settings: Settings) -> None:
    search = Search(sqlite_database, settings)
    search.rebuild()
    with sqlite_database.writing() as session:
        charlie = site.people["charlie"].id
        number = feed.latest(session)
        row = saved.save(session, name="Kiosk", query="q=kiosk", seen=number, now=NOW)
        saved.give(session, row, charlie)
        actions.choose(session, Frequency.DAILY, by=charlie, now=NOW)
        at: dict[str, Any] = {"school_id": site.school.id, "network_id": site.network.id}
        shown = make_cycle(session, site.idea, site.school, title="A kiosk at the door", **at)
        hidden = make_cycle(session, site.idea, site.school, title="A kiosk indoors", audience=Audience.NETWORK, **at)
        note(session, shown, hidden)
        feed.commit(session)
    search.catch_up()
    with sqlite_database.writing() as session:
        assert _send(session, site, "charlie", now=NOW + DAY, search=search)
        (letter,) = _letters(session, "charlie")
        assert "Your search: Kiosk" in letter.text
        assert "A kiosk at the door" in letter.text
        assert "indoors" not in letter.text
        feed.commit(session)
        assert not _send(session, site, "charlie", now=NOW + 2 * DAY, search=search)
