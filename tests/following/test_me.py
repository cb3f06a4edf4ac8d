"""One's own page: drafts, what came back, what waits, what is new; and saved searches that belong to a person."""

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.db import Database
from kb.following import queries
from kb.following.me.queries import typed, write_ups
from kb.following.news import new_in_networks, news
from kb.following.rules import Followed
from kb.items.rules import RevisionStatus
from kb.permissions import Audience, Permission, State, can
from kb.saved.models import SavedSearch, SearchOwner
from tests.factories import NOW, make_cycle, make_driver
from tests.following.conftest import NOBODY, Client, World, note
from tests.pages.visitor import Visitor
from tests.visitors import post

PAGES = ("/me", "/inbox", "/discussion/cycle/{cycle}", "/cycles/{cycle}", "/ideas/{idea}", "/networks/{network}")


def test_every_page_is_valid_for_everybody(as_: Client, site: World, sqlite_database: Database) -> None:
    post(as_("bob"), f"/discussion/cycle/{site.cycle.public_id}", {"kind": "question", "words": "Why?"})
    names = {"cycle": site.cycle.ref, "idea": site.idea.ref, "network": site.network.ref}
    for name in ("bob", "carla"):
        client = as_(name)
        visitor = Visitor(client, sqlite_database)
        for page in PAGES:
            address = page.format(**names)
            if (name, address) == ("bob", "/inbox"):
                continue
            client.get(address)
            visitor.most_queries = 40
            visitor.get(address)


def test_signing_in_is_needed(as_: Client, site: World) -> None:
    answer = as_(None).get("/me")
    assert answer.status_code in (302, 303)
    assert "/sign-in" in answer.location
    assert as_("bob").get("/me").headers["Cache-Control"] == "no-store"


def test_who_sees_which_write_up(session: orm.Session, world: World) -> None:
    world.restricted["gossamer"].shared_with_school = True
    session.flush()
    for name in world.people:
        viewer = world.viewer(session, name)
        found = {one.title for one in write_ups(session, viewer)}
        theirs = {item.title for item in world.restricted.values() if item.state in (State.DRAFT, State.REVIEW)}
        assert found == (theirs if name == "alice" else set()), name
    world.restricted["gossamer"].author_id = world.people["eve"].id
    session.flush()
    (shared,) = [one for one in write_ups(session, world.viewer(session, "alice")) if "gossamer" in one.title]
    assert not shared.mine


def test_what_came_back_is_first(everywhere: tuple[orm.Session, World]) -> None:
    session, world = everywhere
    draft, alice = world.restricted["gossamer"], world.people["alice"].id
    draft.updated_at = NOW - dt.timedelta(days=9)
    moved = {"from_state": State.REVIEW, "to_state": State.DRAFT, "edition": 0, "at": NOW}
    session.add(m.Publication(item_id=draft.id, person_id=world.people["carla"].id, **moved))
    back = {"number": 2, "status": RevisionStatus.RETURNED, "author_id": alice, "at": NOW, "content": {}}
    session.add(m.Revision(item_id=world.cycle.id, **back))
    session.flush()
    found = write_ups(session, world.viewer(session, "alice"))
    assert [(one.title, one.returned) for one in found][:2] == [("First try", True), ("The gossamer one", True)]
    assert not found[2].returned
    back["author_id"] = world.people["eve"].id  # who may no longer read it
    session.add(m.Revision(item_id=world.restricted["zephyrine"].id, **back))
    session.flush()
    assert write_ups(session, world.viewer(session, "eve")) == []


def test_what_was_typed(session: orm.Session, world: World) -> None:
    for name, item in (("alice", world.restricted["gossamer"]), ("bob", world.restricted["gossamer"]), ("bob", None)):
        form = f"/cycles/{item.public_id}/edit" if item else "/ideas/new"
        row = m.Draft(person_id=world.people[name].id, form=form, item_id=item and item.id, payload={}, at=NOW)
        session.add(row)
    session.flush()
    assert [one.title for one in typed(session, world.viewer(session, "alice"))] == ["The gossamer one"]
    assert [one.title for one in typed(session, world.viewer(session, "bob"))] == [""]


def test_news_holds_nothing_the_viewer_may_not_read(everywhere: tuple[orm.Session, World]) -> None:
    session, world = everywhere
    records = [*world.restricted.values(), world.cycle, world.idea]
    note(session, *records, now=NOW)
    kinds = {"idea": world.idea, "school": world.school, "network": world.network, "driver": world.driver}
    for name in (*world.people, NOBODY):
        viewer = world.viewer(session, name)
        rows = [m.Follow(kind=kind, public_id=thing.public_id) for kind, thing in kinds.items()]  # type: ignore[attr-defined]
        found = news(session, viewer, rows, since=NOW - dt.timedelta(1))
        assert {one.thing.kind for one in found} == set(kinds)
        told = {change.id for one in found for change in one.changes}
        readable = {
            item.id for item in records if item.state is State.PUBLISHED and can(viewer, Permission.ITEM_READ, item)
        }
        assert told == readable, name
        by_kind = {one.thing.kind.value: {change.id for change in one.changes} for one in found}
        cycles = readable - {world.idea.id}
        assert by_kind["driver"] == by_kind["idea"] == cycles | {world.idea.id}
        assert news(session, viewer, rows, since=NOW) == [type(one)(one.thing, ()) for one in found]


def test_a_driver_tells_of_what_is_below_it_and_hides_what_is_hidden(session: orm.Session, world: World) -> None:
    primary = make_driver(session, world.network, title="Whole")
    world.driver.parent_id = primary.id
    world.idea.audience = Audience.NETWORK
    session.flush()
    note(session, world.cycle, world.idea, now=NOW)
    rows = [m.Follow(kind=Followed.DRIVER, public_id=primary.public_id, seen_at=NOW - dt.timedelta(1))]
    told = {name: news(session, world.viewer(session, name), rows)[0].changes for name in ("bob", "charlie")}
    assert {change.id for change in told["bob"]} == {world.cycle.id, world.idea.id}
    assert told["charlie"] == ()  # the test is public, but which driver it is about is told by the idea alone


def test_each_thing_is_new_since_it_was_seen(session: orm.Session, world: World) -> None:
    note(session, world.cycle, now=NOW)
    seen: dict[Any, dt.datetime] = {
        world.school: NOW - dt.timedelta(1),
        world.other: NOW - dt.timedelta(1),
        world.network: NOW,
    }
    kinds = {world.school: Followed.SCHOOL, world.other: Followed.SCHOOL, world.network: Followed.NETWORK}
    rows = [m.Follow(kind=kinds[thing], public_id=thing.public_id, seen_at=at) for thing, at in seen.items()]
    found = {one.thing.name: len(one.changes) for one in news(session, world.viewer(session, "bob"), rows)}
    assert found == {"Ashgrove": 1, "Brookside": 0, "Valley": 0}


def test_much_news_elsewhere_hides_none_of_ones_own(
    session: orm.Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.following.news.MOST", 2)
    note(session, world.cycle, now=NOW)
    for _ in range(3):
        note(session, make_cycle(session, world.idea, world.other), now=NOW + dt.timedelta(1))
    rows = [m.Follow(kind=Followed.SCHOOL, public_id=world.school.public_id, seen_at=NOW - dt.timedelta(1))]
    (found,) = news(session, world.viewer(session, "bob"), rows)
    assert [change.title for change in found.changes] == ["First try"]
    assert new_in_networks(session, world.viewer(session, "charlie"), since=NOW - dt.timedelta(1)) == []


def test_what_is_too_old_is_no_news(session: orm.Session, world: World) -> None:
    note(session, world.cycle, now=NOW)
    rows = [m.Follow(kind=Followed.SCHOOL, public_id=world.school.public_id, seen_at=NOW - dt.timedelta(900))]
    assert news(session, world.viewer(session, "bob"), rows)[0].changes
    assert not news(session, world.viewer(session, "bob"), rows, horizon=NOW)[0].changes


def test_seen_is_what_was_shown(as_: Client, site: World, sqlite_database: Database) -> None:
    bob = as_("bob")
    post(bob, f"/following/idea/{site.idea.public_id}")

    def change(title: str) -> None:
        with sqlite_database.writing() as session:
            session.get_one(m.Item, site.cycle.id).title = title
            note(session, site.cycle, action="changed", now=dt.datetime.now(dt.UTC))
            feed.commit(session)

    change("Shown title")
    page = bob.get("/me").text
    assert "Shown title" in page
    until = re.search(r'name="until" value="([^"]+)"', page)
    assert until is not None
    change("Later title")
    assert post(bob, "/me/visit", {"until": until.group(1)}).status_code == 303
    assert "Later title" in bob.get("/me").text
    post(bob, "/me/visit", {"until": "2999-01-01T00:00:00+00:00"})  # nobody has seen what has not happened
    assert "Later title" not in bob.get("/me").text
    change("Latest title")
    assert "Latest title" in bob.get("/me").text
    assert post(bob, "/me/visit", {"until": "never"}).status_code == 303


def _owned(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(sa.select(SearchOwner.person_id)))


def test_a_search_belongs_to_who_is_signed_in(as_: Client, site: World, sqlite_database: Database) -> None:
    bob = as_("bob")
    answer = post(bob, "/searches", {"name": "Desk", "query": "q=desk"})
    assert "searches=;" in answer.headers["Set-Cookie"]  # nothing stays in a browser others may use
    assert _owned(sqlite_database) == [site.people["bob"].id]
    for client in (bob, as_("bob")):
        assert "Desk" in client.get("/searches").text
        assert "Desk" in client.get("/me").text
    for name in (None, "alice"):
        assert "Desk" not in as_(name).get("/searches").text
        assert as_(name).post("/searches/removal", data={"id": "1"}).status_code in (403, 404)
    assert post(bob, "/searches/removal", {"id": "1"}).status_code == 303
    assert _owned(sqlite_database) == []


def test_a_search_of_the_browser_can_be_kept(as_: Client, site: World, sqlite_database: Database) -> None:
    bob = as_("bob")
    visitor = as_(None)
    visitor.post("/searches", data={"name": "Desk", "query": "q=desk"})
    cookie = visitor.get_cookie("searches", path="/searches")
    assert cookie is not None
    bob.set_cookie("searches", cookie.value, path="/searches")
    assert "Keep in my account" in bob.get("/searches").text
    assert _owned(sqlite_database) == []
    assert post(bob, "/searches/owner", {"id": "1"}).status_code == 303
    assert _owned(sqlite_database) == [site.people["bob"].id]
    assert "Desk" in as_("bob").get("/searches").text
    assert visitor.post("/searches/owner", data={"id": "1"}).status_code == 401


def test_a_search_nobody_looks_at_goes_with_its_owner(session: orm.Session, world: World) -> None:
    row = SavedSearch(token="t", name="n", query="", seen=0, created_on=NOW.date(), seen_on=NOW.date())
    session.add(row)
    session.flush()
    session.add(SearchOwner(search_id=row.id, person_id=world.people["bob"].id))
    session.flush()
    session.execute(sa.delete(SavedSearch))
    assert session.scalars(sa.select(SearchOwner.search_id)).all() == []


def test_the_thing_that_is_gone_is_not_named(session: orm.Session, world: World) -> None:
    world.driver.retired_on = NOW.date()
    session.flush()
    rows = [m.Follow(kind="driver", public_id=world.driver.public_id, seen_at=NOW)]
    assert news(session, world.viewer(session, "bob"), rows) == []
    assert queries.things(session, world.viewer(session, "bob"), {}) == []


def test_a_page_for_an_ended_session_is_not_kept_for_others(as_: Client, site: World) -> None:
    bob, page = as_("bob"), f"/cycles/{site.cycle.ref}"
    with bob.application.extensions["kb"].database.writing() as session:
        session.execute(sa.update(m.SignIn).values(ended_at=NOW))
        session.commit()
    held = re.search(r'name="csrf_token" value="(\w+)"', bob.get(page).text)
    assert held is not None
    assert held.group(1) not in as_(None).get(page).text


def test_the_inbox_is_for_those_who_answer(as_: Client, site: World) -> None:
    assert as_("eve").get("/inbox").status_code == 403
    assert "/sign-in" in as_(None).get("/inbox").location
