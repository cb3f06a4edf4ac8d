"""Writing down an idea through its pages: a draft, its check page, review, publication, adaptation."""

import html
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb import models as m
from kb.db import Database
from kb.items.rules import LinkType
from kb.permissions import Audience, State
from kb.writing import queries
from tests.factories import make_driver, make_idea
from tests.visitors import post, sign_in
from tests.writing.world import World, make_world


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = make_world(session)
        session.commit()
    return made


@pytest.fixture
def alice(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.alice)
    return client


def _fields(world: World, **over: object) -> dict[str, object]:
    return {
        "title": "Call home first",
        "summary": "A call before the letter.",
        "hypothesis": "If we call, then they come.",
        "how_to_try": "Call on *Monday*.",
        "drivers": [world.driver.public_id],
        "topics": "Attendance, Family engagement",
        "grades": ["9-12"],
        "audience": "public",
        "credits-0-role": "teacher",
        "credits-0-name": "R. Okafor",
        "credits-1-role": "student",
        **over,
    }


def _only(database: Database) -> m.Item:
    with database.reading() as session:
        return session.scalars(sa.select(m.Item).where(m.Item.kind == "idea")).one()


def test_from_the_empty_form_to_the_readers(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    page = alice.get("/ideas/new")
    assert "Write down an idea" in page.text
    answer = post(alice, "/ideas/new", _fields(world))
    assert answer.status_code == 303
    check = alice.get(answer.location)
    assert "Send to the hub for review" in check.text
    assert "R. Okafor" in check.text
    item = _only(sqlite_database)
    assert (item.state, item.author_id, item.school_id) == (State.DRAFT, world.alice.id, world.school.id)
    sent = post(alice, f"/ideas/{item.ref}/submission", {"note": "Ready."})
    assert sent.status_code == 303
    assert "Sent to the hub" in alice.get(sent.location).text
    sign_in(alice, world.carla)
    assert post(alice, f"/ideas/{item.ref}/publication").status_code == 303
    anonymous = alice.application.test_client()
    page = anonymous.get(f"/ideas/{item.ref}")
    assert "Call on <em>Monday</em>" in page.text


def test_only_a_title_is_needed_for_a_draft(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    answer = post(alice, "/ideas/new", {"title": "Later"})
    check = alice.get(answer.location)
    assert "Still to write before it can be published" in check.text
    blocked = post(alice, answer.location.replace("/check", "/submission"))
    assert blocked.status_code == 422
    links = re.findall(r'href="([^"]+/edit\?at=[a-z_]+#[a-z_-]+)"', blocked.text)
    assert [link.partition("#")[2] for link in links] == ["summary", "hypothesis", "how_to_try", "drivers"]
    form = alice.get(links[1]).text
    assert 'id="hypothesis"' in form


def test_an_error_keeps_all_that_was_typed(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    long = "x" * 300
    sent = _fields(world, title="", summary="Kept sentence", population=long)
    answer = post(alice, "/ideas/new", sent)
    assert answer.status_code == 422
    assert 'href="#title"' in answer.text
    assert 'href="#population"' not in answer.text
    for kept in ("Kept sentence", "Call on *Monday*.", long, "R. Okafor", "Attendance, Family engagement"):
        assert kept in answer.text
    assert re.search(rf'<input[^>]*checked[^>]*value="{world.driver.public_id}"', answer.text)
    with sqlite_database.reading() as session:
        draft = session.scalars(sa.select(m.Draft)).one()
        assert draft.payload["summary"] == ["Kept sentence"]
        assert "csrf_token" not in draft.payload
    again = alice.get("/ideas/new")
    assert "You typed something here and did not save it" in again.text
    assert "Kept sentence" not in again.text
    assert "Kept sentence" in alice.get("/ideas/new?resume=1").text


def test_what_is_wrong_stands_at_its_field(alice: FlaskClient, world: World) -> None:
    wrong: list[tuple[dict[str, object], str]] = [
        ({"hypothesis": "x" * 100_001}, "hypothesis"),
        ({"topics": "x" * 101}, "topics"),
        ({"how_to_try": "[" * 3_000}, "how_to_try"),
        ({"drivers": ["00000000"]}, "drivers"),
        ({"cost": "nonsense"}, "cost"),
        ({"title": "two\x07lines"}, "title"),
        ({"credits-1-name": "A Child"}, "credits-1-name"),
    ]
    for over, field in wrong:
        answer = post(alice, "/ideas/new", _fields(world, **over))
        assert answer.status_code == 422, field
        assert f'href="#{field}' in answer.text


def test_a_failing_server_loses_nothing(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    """The words are kept before anything is done with them, so a fault of ours cannot take them along."""
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE change_idea RENAME TO broken")
    assert post(alice, "/ideas/new", _fields(world, summary="Typed for an hour.")).status_code == 500
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE broken RENAME TO change_idea")
    assert "You typed something here" in alice.get("/ideas/new").text
    assert "Typed for an hour." in alice.get("/ideas/new?resume=1").text


def test_sent_twice_is_one_record(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    key = "a-key-that-is-long-enough"
    first = post(alice, "/ideas/new", _fields(world, once=key))
    second = post(alice, "/ideas/new", _fields(world, once=key))
    assert first.location == second.location
    changed = post(alice, "/ideas/new", _fields(world, once=key, summary="Typed after going back."))
    assert changed.status_code == 303
    assert _only(sqlite_database).summary == "Typed after going back."


def test_going_back_does_not_undo_later_work(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    key = "a-key-that-is-long-enough"
    post(alice, "/ideas/new", _fields(world, once=key))
    item = _only(sqlite_database)
    _save(alice, item, _fields(world, summary="Later work."))
    again = post(alice, "/ideas/new", _fields(world, once=key, summary="Old page."))
    assert again.status_code == 409
    assert _only(sqlite_database).summary == "Later work."


def _base(client: FlaskClient, item: m.Item) -> str:
    found = re.search(r'name="base" value="([^"]*)"', client.get(f"/ideas/{item.ref}/edit").text)
    assert found is not None
    return found[1]


def _save(client: FlaskClient, item: m.Item, fields: dict[str, object], base: str | None = None) -> TestResponse:
    return post(client, f"/ideas/{item.ref}/edit", {"base": base or _base(client, item), **fields})


def test_two_people_at_once(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    answer = post(alice, "/ideas/new", _fields(world))
    item = _only(sqlite_database)
    post(alice, f"/ideas/{item.ref}/sharing", {"shared": "1"})
    base = _base(alice, item)
    amir = alice.application.test_client()
    sign_in(amir, world.amir)
    _save(amir, item, _fields(world, summary="Amir's sentence.", materials="A phone."))
    answer = _save(alice, item, _fields(world, summary="Alice's sentence.", duration="Six weeks"), base)
    assert answer.status_code == 409
    page = answer.text
    assert "Alice's sentence" in page.replace("&#39;", "'")
    assert "Amir's" in page.replace("&#39;", "'")
    assert "Materials" in page or "What you need" in page
    hidden = {name: html.unescape(value) for name, value in re.findall(r'name="(base|mine)" value="([^"]*)"', page)}
    merged = post(alice, f"/ideas/{item.public_id}/merging", {**hidden, "choice.summary": "theirs"})
    assert merged.status_code == 303
    with sqlite_database.reading() as session:
        document = queries.working_document(session, session.get_one(m.Item, item.id))
    assert (document.summary, document.duration) == ("Amir's sentence.", "Six weeks")
    assert document.texts["materials"] == "A phone."


def test_the_page_of_two_texts_trusts_nothing(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    post(alice, "/ideas/new", _fields(world))
    item = _only(sqlite_database)
    with sqlite_database.writing() as session:
        hidden = make_idea(session, state=State.DRAFT)
        session.commit()
    for mine in ("", "[]", "{", '{"title": 3}', '{"nonsense": 1, "title": "x"}'):
        answer = post(alice, f"/ideas/{item.public_id}/merging", {"mine": mine, "base": _base(alice, item)})
        assert answer.status_code == 422
    link = f'{{"title": "x", "links": [{{"type": "inspired_by", "target": "{hidden.public_id}"}}]}}'
    assert post(alice, f"/ideas/{item.public_id}/merging", {"mine": link}).status_code == 422
    forged = '{"title": "x", "state": "published", "published": "2020-01-01T00:00:00Z", "author": "00000000"}'
    answer = post(alice, f"/ideas/{item.public_id}/merging", {"mine": forged, "base": _base(alice, item)})
    assert answer.status_code == 303
    with sqlite_database.reading() as session:
        kept = session.get_one(m.Item, item.id)
    assert (kept.title, kept.state, kept.author_id) == ("x", State.DRAFT, world.alice.id)


def test_i_adapted_this(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        parent = make_idea(
            session, title="Text before the call", how_to_try="Send a text.", network_id=world.network.id
        )
        other = make_idea(session, title="Postcards")
        session.commit()
    page = alice.get(f"/ideas/new?parent={parent.public_id}")
    assert "Adapt an idea" in page.text
    assert "Send a text." in page.text
    assert "What did you keep?" in page.text
    fields = _fields(
        world,
        **{
            "parents-0-target": parent.public_id,
            "parents-0-edition": "1",
            "parents-0-type": "adapted_from",
            "parents-0-why": "Families asked for it.",
            "parents-0-core": "consistent",
            "parents-0-planned": "planned",
        },
    )
    post(alice, f"/ideas/new?parent={parent.public_id}", fields)
    with sqlite_database.reading() as session:
        link = session.scalars(sa.select(m.Link)).one()
        frame = session.get(m.Adaptation, link.id)
    assert (link.target_id, link.type) == (parent.id, LinkType.ADAPTED_FROM)
    assert frame is not None
    assert frame.why == "Families asked for it."
    combined = alice.get(f"/ideas/new?parent={parent.public_id}&parent={other.public_id}")
    assert "Combine ideas" in combined.text
    assert "Postcards" in combined.text


def test_it_also_comes_from_another(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        one, other = make_idea(session, title="Calls"), make_idea(session, title="Postcards", edition=4)
        session.commit()
    parent = {"parents-0-target": one.public_id, "parents-0-type": "adapted_from", "parents-0-why": "Time."}
    address = f"https://kb.example.org/ideas/{other.ref}?all=1#try"
    wrong = post(alice, "/ideas/new", _fields(world, another="postcards", **parent))
    assert 'href="#another"' in wrong.text
    saved = post(alice, "/ideas/new", _fields(world, another=address, **parent))
    assert saved.location.endswith("/edit#parents")
    page = alice.get(saved.location).text
    assert "What became of “Postcards”" in page
    with sqlite_database.reading() as session:
        links = session.scalars(sa.select(m.Link).order_by(m.Link.id)).all()
    assert {(link.target_id, link.type, link.target_edition) for link in links} == {
        (one.id, LinkType.ADAPTED_FROM, 1),
        (other.id, LinkType.COMBINED_FROM, 4),
    }


def test_a_hidden_idea_is_no_parent(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        hidden = make_idea(session, title="Secretword", audience=Audience.SCHOOL, school_id=world.other_school.id)
        session.commit()
    assert "Secretword" not in alice.get(f"/ideas/new?parent={hidden.public_id}").text
    fields = _fields(world, **{"parents-0-target": hidden.public_id, "parents-0-type": "adapted_from"})
    answer = post(alice, "/ideas/new", fields)
    assert answer.status_code == 422
    assert "Secretword" not in answer.text


def test_drivers_of_other_networks_are_not_offered(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        other = session.scalars(sa.select(m.Network).where(m.Network.id != world.network.id)).first()
        assert other is not None
        make_driver(session, other, title="Foreign driver")
        session.commit()
    assert "Foreign driver" not in alice.get("/ideas/new").text


def test_nobody_else_opens_a_draft(alice: FlaskClient, world: World, sqlite_database: Database) -> None:
    post(alice, "/ideas/new", _fields(world))
    item = _only(sqlite_database)
    for name in ("bob", "charlie", "dana"):
        sign_in(alice, world.people[name])
        for path in ("", "/edit", "/check", "/history"):
            hidden = {404} if name != "dana" else {404, 403}  # whoever runs the site may erase it, unread
            assert alice.get(f"/ideas/{item.ref}{path}").status_code in hidden
        assert post(alice, f"/ideas/{item.ref}/edit", {"title": "Mine"}).status_code in {403, 404}


def test_visitors_and_readers_write_nothing(client: FlaskClient, world: World) -> None:
    assert client.get("/ideas/new").status_code in {303, 403}
    sign_in(client, world.bob)
    assert client.get("/ideas/new").status_code == 403
