"""What becomes of a record, through its pages: withdrawn, put up again, shared, handed over, erased, kept as typed."""

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.config import Settings
from kb.db import Database
from kb.exporter import records
from kb.web import csrf
from kb.work import worker
from kb.writing import actions, drafts, once
from tests.conftest import SECRET
from tests.factories import NOW
from tests.visitors import form_token, post, sign_in
from tests.writing.world import World, idea_document, make_world

DAY = dt.timedelta(days=1)


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


def _make(database: Database, world: World, *, published: bool, **over: Any) -> m.Item:
    with database.writing() as session:
        item = actions.start(session, idea_document(world, **over), by=world.alice.id, now=NOW)
        if published:
            actions.publish(session, item, by=world.carla.id, now=NOW)
        feed.commit(session)
    return item


@pytest.fixture
def idea(sqlite_database: Database, world: World) -> m.Item:
    return _make(sqlite_database, world, published=True)


@pytest.fixture
def draft(sqlite_database: Database, world: World) -> m.Item:
    return _make(sqlite_database, world, published=False)


def _as(client: FlaskClient, world: World, name: str) -> FlaskClient:
    visitor = client.application.test_client()
    sign_in(visitor, world.people[name])
    return visitor


def test_the_school_withdraws_and_puts_it_up_again(client: FlaskClient, world: World, idea: m.Item) -> None:
    amir = _as(client, world, "amir")
    assert "Its links and its number stay reserved" in amir.get(f"/ideas/{idea.ref}/withdrawal").text
    assert post(amir, f"/ideas/{idea.ref}/withdrawal", {"note": "Too early."}).status_code == 303
    gone = client.get(f"/ideas/{idea.ref}")
    assert gone.status_code == 410
    assert "Call home first" not in gone.text
    page = amir.get(f"/ideas/{idea.ref}/withdrawal").text
    assert "Put it up again as it was" in page
    assert post(amir, f"/ideas/{idea.ref}/return").status_code == 303
    assert client.get(f"/ideas/{idea.ref}").status_code == 200


def test_it_checks_who_asks(client: FlaskClient, world: World, idea: m.Item, draft: m.Item) -> None:
    """Bob reads at the school, Charlie is of another one: neither may do any of it, to what they see or do not see."""
    paths = ["withdrawal", "return", "erasure", "sharing", "author", "publication", "submission", "taking-back"]
    for name in ("bob", "charlie"):
        visitor = _as(client, world, name)
        for path in paths:
            assert post(visitor, f"/ideas/{idea.ref}/{path}").status_code == 403, path
            assert post(visitor, f"/ideas/{draft.ref}/{path}").status_code == 404, path
    assert {client.post(f"/ideas/{idea.ref}/{path}").status_code for path in paths} == {401}


def test_a_school_does_not_publish_to_everyone(client: FlaskClient, world: World, draft: m.Item) -> None:
    assert post(_as(client, world, "alice"), f"/ideas/{draft.ref}/publication").status_code == 403


@pytest.mark.parametrize(("required", "audience", "status"), [(False, "network", 303), (True, "network", 403)])
def test_a_network_may_do_without_reviews(
    client: FlaskClient, sqlite_database: Database, world: World, required: bool, audience: str, status: int
) -> None:
    with sqlite_database.writing() as session:
        session.execute(sa.update(m.Network).values(review_required=required))
        session.commit()
    item = _make(sqlite_database, world, published=False, audience=audience)
    assert post(_as(client, world, "alice"), f"/ideas/{item.ref}/publication").status_code == status


def test_a_wider_audience_needs_the_hub(client: FlaskClient, sqlite_database: Database, world: World) -> None:
    """What the school published for its network by itself does not reach everyone by an edit."""
    with sqlite_database.writing() as session:
        session.execute(sa.update(m.Network).values(review_required=False))
        session.commit()
    item = _make(sqlite_database, world, published=False, audience="network")
    alice = _as(client, world, "alice")
    post(alice, f"/ideas/{item.ref}/publication")
    page = alice.get(f"/ideas/{item.ref}/edit").text
    base = page.partition('name="base" value="')[2].partition('"')[0]
    fields = {"title": "Call", "summary": "x", "hypothesis": "y", "how_to_try": "z", "audience": "public", "base": base}
    saved = post(alice, f"/ideas/{item.ref}/edit", {**fields, "drivers": [world.driver.public_id]})
    assert saved.status_code == 303
    assert post(alice, f"/ideas/{item.ref}/publication").status_code == 403
    assert post(_as(client, world, "carla"), f"/ideas/{item.ref}/publication").status_code == 303
    assert client.get(f"/ideas/{item.ref}", follow_redirects=True).status_code == 200


def test_the_words_the_guard_asks_about(client: FlaskClient, sqlite_database: Database, world: World) -> None:
    item = _make(sqlite_database, world, published=False, summary="Only 3 of 4 students came.")
    alice = _as(client, world, "alice")
    blocked = post(alice, f"/ideas/{item.ref}/submission")
    assert blocked.status_code == 422
    assert "3 of 4" in blocked.text
    fingerprint = blocked.text.partition('name="confirm"')[2].partition('value="')[2].partition('"')[0]
    assert post(alice, f"/ideas/{item.ref}/submission", {"confirm": fingerprint}).status_code == 303


def test_it_is_erased_only_with_its_number(client: FlaskClient, world: World, idea: m.Item) -> None:
    carla = _as(client, world, "carla")
    assert post(carla, f"/ideas/{idea.ref}/erasure", {"number": "x"}).status_code == 422
    assert client.get(f"/ideas/{idea.ref}").status_code == 200
    done = post(carla, f"/ideas/{idea.ref}/erasure", {"number": idea.public_id})
    assert carla.get(done.location).status_code == 200
    for visitor in (client, carla, _as(client, world, "alice"), _as(client, world, "dana")):
        assert visitor.get(f"/ideas/{idea.ref}").status_code == 404


def test_an_author_throws_a_draft_away(client: FlaskClient, world: World, draft: m.Item) -> None:
    alice = _as(client, world, "alice")
    assert "Throw this draft away" in alice.get(f"/ideas/{draft.ref}/check").text
    assert post(alice, f"/ideas/{draft.ref}/erasure", {"number": draft.public_id}).status_code == 303


def test_a_shared_draft_is_the_schools(client: FlaskClient, world: World, draft: m.Item) -> None:
    alice, amir = _as(client, world, "alice"), _as(client, world, "amir")
    assert amir.get(f"/ideas/{draft.ref}/edit").status_code == 404
    post(alice, f"/ideas/{draft.ref}/sharing", {"shared": "1"})
    assert amir.get(f"/ideas/{draft.ref}/edit").status_code == 200
    assert post(amir, f"/ideas/{draft.ref}/sharing", {"shared": "0"}).status_code == 403
    post(alice, f"/ideas/{draft.ref}/sharing", {"shared": "0"})
    assert amir.get(f"/ideas/{draft.ref}/edit").status_code == 404


def test_a_hub_hands_over_what_it_does_not_read(
    client: FlaskClient, sqlite_database: Database, world: World, draft: m.Item
) -> None:
    with sqlite_database.writing() as session:
        session.execute(sa.update(m.Membership).where(m.Membership.person_id == world.alice.id).values(ended_at=NOW))
        session.commit()
    carla = _as(client, world, "carla")
    listed = carla.get("/waiting-drafts").text
    assert "(does not write there)" in listed
    assert "Call home first" not in listed
    asked = carla.get(f"/ideas/{draft.public_id}/author", follow_redirects=True)
    assert "Amir" in asked.text
    assert "Charlie" not in asked.text
    assert post(carla, f"/ideas/{draft.ref}/author", {"to": world.charlie.public_id}).status_code == 422
    assert post(carla, f"/ideas/{draft.ref}/author", {"to": world.amir.public_id}).status_code == 303
    assert _as(client, world, "amir").get(f"/ideas/{draft.ref}/edit").status_code == 200


def _keep(client: FlaskClient, form: str, **fields: str) -> Any:
    sent = {"form": form, "base": "1.1", **{f"typed.{name}": value for name, value in fields.items()}}
    return post(client, "/drafts", sent)


def test_what_is_typed_is_kept_and_offered_to_nobody_else(
    client: FlaskClient, sqlite_database: Database, world: World, draft: m.Item
) -> None:
    alice, amir = _as(client, world, "alice"), _as(client, world, "amir")
    form = f"/ideas/{draft.public_id}/edit"
    assert _keep(alice, form, title="Half a sen", password="secret").get_json()["others"] == []
    assert _keep(amir, form, title="x").status_code == 404
    post(alice, f"/ideas/{draft.ref}/sharing", {"shared": "1"})
    assert _keep(amir, form, title="x").get_json()["others"] == ["Alice"]
    page = amir.get(f"/ideas/{draft.ref}/edit?resume=1").text
    assert "Alice typed here in the last minutes" in page
    assert "Half a sen" not in page
    mine = alice.get(f"/ideas/{draft.ref}/edit").text
    assert "You typed something here" in mine
    assert "Half a sen" not in mine
    resumed = alice.get(f"/ideas/{draft.ref}/edit?resume=1").text
    assert 'value="Half a sen"' in resumed
    assert 'name="base" value="1.1"' in resumed
    post(alice, "/drafts/removal", {"form": form, "next": form})
    assert "You typed something here" not in alice.get(f"/ideas/{draft.ref}/edit").text
    with sqlite_database.reading() as session:
        assert "secret" not in repr(session.scalars(sa.select(m.Draft.payload)).all())


def test_whoever_only_reads_keeps_no_draft_of_it(client: FlaskClient, world: World, idea: m.Item) -> None:
    assert _keep(_as(client, world, "bob"), f"/ideas/{idea.public_id}/edit", title="x").status_code == 404


def test_json_is_kept_too(client: FlaskClient, world: World) -> None:
    alice = _as(client, world, "alice")
    headers = {csrf.HEADER: form_token(alice)}
    body = {"form": "/ideas/new", "base": "", "fields": {"title": "Kept", "grades": ["3-5", "6-8"]}}
    assert alice.post("/drafts", json=body, headers=headers).status_code == 200
    assert 'value="Kept"' in alice.get("/ideas/new?resume=1").text


def test_absurd_drafts(client: FlaskClient, world: World) -> None:
    alice = _as(client, world, "alice")
    headers = {csrf.HEADER: form_token(alice), "Content-Type": "application/json"}
    bodies: list[Any] = [
        {},
        [],
        {"form": "/ideas/new"},
        {"form": "//evil.example", "fields": {}},
        {"form": "/ideas/new", "fields": {"title": "x" * 600_000}},
        {"form": "/" + "a" * 300, "fields": {}},
        {"form": "/ideas/00000000/edit", "fields": {}},
    ]
    for body in bodies:
        assert alice.post("/drafts", data=json.dumps(body), headers=headers).status_code in {404, 422}


def test_without_an_account_nothing_is_kept(client: FlaskClient, world: World) -> None:
    assert client.post("/drafts", data={"form": "/ideas/new"}).status_code == 401


def test_what_is_old_is_forgotten(sqlite_database: Database, world: World) -> None:
    now = dt.datetime.now(dt.UTC)
    with sqlite_database.writing() as session:
        for form, age in {"/old": 91, "/new": 89}.items():
            then = now - age * DAY
            drafts.keep(session, person_id=world.alice.id, form=form, payload={}, base="", item_id=None, now=then)
            once.claim(session, person_id=world.alice.id, key=f"{form[1:]}-{'x' * 20}", public_id=form[1:], now=then)
        session.commit()
    settings = Settings(database_url=sqlite_database.url, secret_key=SECRET)
    made = worker(sqlite_database, settings)
    made.add_repeated()
    while made.work_once():
        pass
    with sqlite_database.reading() as session:
        assert [row.form for row in drafts.of_person(session, world.alice.id)] == ["/new"]
        assert session.scalars(sa.select(m.SentForm.public_id)).all() == ["new"]


def test_nobody_holds_drafts_without_end(session: Any) -> None:
    person = make_world(session).alice.id
    for number in range(drafts.MOST_DRAFTS + 5):
        then = NOW + number * dt.timedelta(seconds=1)
        drafts.keep(session, person_id=person, form=f"/f{number}", payload={}, base="", item_id=None, now=then)
    kept = {row.form for row in drafts.of_person(session, person)}
    assert len(kept) == drafts.MOST_DRAFTS
    assert "/f0" not in kept


def test_a_draft_does_not_go_into_an_export(sqlite_database: Database, world: World, draft: m.Item) -> None:
    with sqlite_database.writing() as session:
        form, payload = f"/ideas/{draft.public_id}/edit", {"title": ["halfway"]}
        drafts.keep(session, person_id=world.alice.id, form=form, payload=payload, base="", item_id=draft.id, now=NOW)
        session.commit()
    with sqlite_database.reading() as session:
        files = list(records.files(session, public=False))
    assert all("halfway" not in file.text for file in files)
    assert any("Call home first" in file.text for file in files)


def test_withdrawn_twice_is_once_and_it_can_be_edited(client: FlaskClient, world: World, idea: m.Item) -> None:
    alice = _as(client, world, "alice")
    post(alice, f"/ideas/{idea.ref}/withdrawal")
    assert post(alice, f"/ideas/{idea.ref}/withdrawal").status_code == 303
    assert alice.get(f"/ideas/{idea.ref}/edit").status_code == 200
