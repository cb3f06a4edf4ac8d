"""Reviews: the hub's queue, what is said at a field, taking a write-up in and sending it back."""

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import flask
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.accounts.queries import viewer_of
from kb.db import Database
from kb.ideas.document import IdeaDocument
from kb.ids import new_public_id
from kb.permissions import Audience, State
from kb.privacy import actions as privacy
from kb.privacy.queries import open_hits, texts_of
from kb.reviews import actions, queries, rules
from kb.writing import actions as writing
from kb.writing import kinds
from kb.writing.queries import base_of, working_document
from tests.factories import NOW, make_driver, make_member, make_network, make_person, make_school
from tests.visitors import post, sign_in

SUBMITTED = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
TEXTS = {"hypothesis": "If we call, then families come.", "how_to_try": "Call five families on Monday."}


@dataclass(frozen=True, slots=True)
class World:
    """Alice writes at Ashgrove, Bob reads there, Charlie writes at Brookside, Carla curates the network of both."""

    alice: m.Person
    bob: m.Person
    charlie: m.Person
    carla: m.Person
    item: m.Item

    @property
    def address(self) -> str:
        return f"/review/{self.item.ref}"


def _make(session: orm.Session, **over: Any) -> World:
    ashgrove, brookside = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
    network = make_network(session, ashgrove, brookside)
    alice, bob, charlie, carla = (make_person(session, name=name) for name in ("Alice", "Bob", "Charlie", "Carla"))
    make_member(session, alice, school=ashgrove, role=Role.CONTRIBUTOR)
    make_member(session, bob, school=ashgrove)
    make_member(session, charlie, school=brookside, role=Role.CONTRIBUTOR)
    make_member(session, carla, network=network, role=Role.CURATOR)
    driver = make_driver(session, network)
    given = {"title": "Phone first", "summary": "Call before you write.", "texts": TEXTS, **over}
    document = IdeaDocument(
        id=new_public_id(),
        state=State.DRAFT,
        created=NOW,
        school=ashgrove.public_id,
        network=network.public_id,
        drivers=[driver.public_id],
        **given,
    )
    item = writing.start(session, document, by=alice.id, now=NOW)
    told = open_hits(session, item, texts_of(document), as_curator=False)
    privacy.confirm(session, item, [hit.fingerprint for hit in told], as_curator=False, by=alice.id, now=NOW)
    writing.submit(session, item, by=alice.id, now=SUBMITTED, note="Short on purpose.")
    return World(alice, bob, charlie, carla, item)


@pytest.fixture
def world(sqlite_database: Database) -> World:
    with sqlite_database.writing() as session:
        made = _make(session)
        feed.commit(session)
        session.refresh(made.item)
        session.expunge_all()
        return made


def _item(app: flask.Flask, world: World) -> m.Item:
    with app.extensions["kb"].database.reading() as session:
        item: m.Item = session.get_one(m.Item, world.item.id)
        return item


def _mails(app: flask.Flask) -> list[dict[str, Any]]:
    with app.extensions["kb"].database.reading() as session:
        return [job.payload for job in session.query(m.Job).order_by(m.Job.id)]


def test_the_queue_is_the_hubs_own_and_the_oldest_first(session: orm.Session) -> None:
    one, two = _make(session), _make(session)
    people = {"carla": one.carla, "other": two.carla, "alice": one.alice}
    viewers = {name: viewer_of(session, person.id, today=NOW.date()) for name, person in people.items()}
    waiting = queries.queue(session, viewers["carla"])
    assert [(row.title, row.school, row.author, row.since, row.is_edit) for row in waiting] == [
        ("Phone first", "Ashgrove", "Alice", SUBMITTED, False)
    ]
    assert [row.ref for row in queries.queue(session, viewers["other"])] == [two.item.ref]
    assert queries.queue(session, viewers["alice"]) == []
    writing.publish(session, one.item, by=one.carla.id, now=SUBMITTED)
    changed = kinds.document_of(session, one.item).model_copy(update={"title": "Phone first, then write"})
    later = SUBMITTED + dt.timedelta(days=3)
    writing.edit(session, one.item, changed, base=base_of(session, one.item), by=one.alice.id, now=later)
    (row,) = queries.queue(session, viewers["carla"])
    assert (row.title, row.since, row.is_edit) == ("Phone first, then write", later, True)


@pytest.mark.parametrize(("hours", "days"), [(0, 0), (23, 0), (24, 1), (80, 3), (-5, 0)])
def test_days_are_whole(hours: int, days: int) -> None:
    assert rules.waiting_days(NOW, NOW + dt.timedelta(hours=hours)) == days


def test_only_those_who_review_or_write_it_find_it(client: FlaskClient, world: World) -> None:
    for person, status in (
        (world.alice, HTTPStatus.OK),
        (world.carla, HTTPStatus.OK),
        (world.bob, HTTPStatus.NOT_FOUND),
        (world.charlie, HTTPStatus.NOT_FOUND),
    ):
        sign_in(client, person)
        answer = client.get(world.address)
        assert (answer.status_code, "Call five families" in answer.text) == (status, status == HTTPStatus.OK)


def test_it_is_accepted(app: flask.Flask, client: FlaskClient, world: World) -> None:
    sign_in(client, world.carla)
    assert "Waiting for" in client.get("/review").text
    answer = post(client, f"{world.address}/acceptance", {"word": "Thank you for the numbers."})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    item = _item(app, world)
    assert (item.state, item.edition) == (State.PUBLISHED, 1)
    (mail,) = _mails(app)
    assert (mail["to"], "Thank you for the numbers." in mail["text"]) == (world.alice.email, True)
    assert "Nothing waits for you" in client.get("/review").text
    assert client.get(world.address).status_code == HTTPStatus.NOT_FOUND, "nobody asks for a review any more"


def test_a_writer_cannot_accept_it(app: flask.Flask, client: FlaskClient, world: World) -> None:
    for person, status in ((world.alice, {403, 404}), (world.bob, {404}), (world.charlie, {404})):
        sign_in(client, person)
        assert post(client, f"{world.address}/acceptance", {"word": "x"}).status_code in status
        assert post(client, f"{world.address}/return", {"note": "x"}).status_code in status
    assert _item(app, world).state is State.REVIEW


def test_changes_are_asked_for_with_words(app: flask.Flask, client: FlaskClient, world: World) -> None:
    sign_in(client, world.carla)
    empty = post(client, f"{world.address}/return", {"note": "  "})
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'href="#note"' in empty.text
    assert _item(app, world).state is State.REVIEW
    assert "Short on purpose." in client.get(world.address).text
    answer = post(client, f"{world.address}/return", {"note": "Say which families."})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert _item(app, world).state is State.DRAFT
    assert "Say which families." in _mails(app)[0]["text"]
    sign_in(client, world.alice)
    assert "Say which families." in client.get(world.address).text


def test_comments_stand_at_their_field_until_settled(client: FlaskClient, world: World) -> None:
    sign_in(client, world.carla)
    sent = {"field": "texts.hypothesis", "text": "Which <b>families</b>?"}
    answer = post(client, f"{world.address}/comments", sent)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    sign_in(client, world.alice)
    page = client.get(world.address).text
    assert "Which &lt;b&gt;families&lt;/b&gt;?" in page
    number = answer.location.rsplit("-", 1)[1]
    assert post(client, f"{world.address}/comments/{number}/settlement").status_code == HTTPStatus.SEE_OTHER
    assert "Settled" in client.get(world.address).text
    assert post(client, f"{world.address}/comments/99999/settlement").status_code == HTTPStatus.NOT_FOUND
    sign_in(client, world.charlie)
    assert post(client, f"{world.address}/comments", sent).status_code == HTTPStatus.NOT_FOUND
    assert post(client, f"{world.address}/comments/{number}/settlement").status_code == HTTPStatus.NOT_FOUND


def test_an_empty_comment_is_refused_and_the_rest_kept(client: FlaskClient, world: World) -> None:
    sign_in(client, world.carla)
    answer = post(client, f"{world.address}/comments", {"field": "title", "text": " "})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Write what you want to say." in answer.text


def test_words_that_may_tell_of_a_child_are_ticked_first(
    app: flask.Flask, client: FlaskClient, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        world = _make(session, texts=TEXTS | {"materials": "My student Jayden likes cards."})
        feed.commit(session)
        session.refresh(world.item)
        session.expunge_all()
    sign_in(client, world.carla)
    refused = post(client, f"{world.address}/acceptance", {"word": "kept word"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "kept word" in refused.text
    assert _item(app, world).state is State.REVIEW
    ticks = [part.split('"')[0] for part in refused.text.split('name="looked_at" value="')[1:]]
    assert ticks
    answer = post(client, f"{world.address}/acceptance", {"word": "", "looked_at": ticks})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert _item(app, world).state is State.PUBLISHED


def test_a_picture_without_words_is_not_accepted(client: FlaskClient, app: flask.Flask, world: World) -> None:
    with app.extensions["kb"].database.writing() as session:
        item = session.get_one(m.Item, world.item.id)
        texts = TEXTS | {"materials": "![](/attachments/00000000/chart.png)"}
        changed = kinds.document_of(session, item).model_copy(update={"texts": texts})
        writing.edit(session, item, changed, base=base_of(session, item), by=world.alice.id, now=SUBMITTED)
        feed.commit(session)
    sign_in(client, world.carla)
    assert "Say what each picture shows" in client.get(world.address).text
    assert post(client, f"{world.address}/acceptance").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _item(app, world).state is State.REVIEW


def test_nothing_is_published_that_the_hub_did_not_see(client: FlaskClient, app: flask.Flask, world: World) -> None:
    """The writer goes on while the hub reads: what was accepted is the text that the hub had before it."""
    sign_in(client, world.carla)
    opened = client.get(world.address).text.partition('name="base" value="')[2].partition('"')[0]
    with app.extensions["kb"].database.writing() as session:
        item = session.get_one(m.Item, world.item.id)
        changed = kinds.document_of(session, item).model_copy(update={"summary": "Slipped in while you read."})
        writing.edit(session, item, changed, base=base_of(session, item), by=world.alice.id, now=SUBMITTED)
        feed.commit(session)
    answer = post(client, f"{world.address}/acceptance", {"word": "Kept word.", "base": opened})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert _item(app, world).state is State.REVIEW
    for words in ("Slipped in while you read.", "Kept word.", "Read it again"):
        assert words in answer.text
    again = answer.text.partition('name="base" value="')[2].partition('"')[0]
    assert post(client, f"{world.address}/acceptance", {"base": again}).status_code == HTTPStatus.SEE_OTHER
    assert _item(app, world).state is State.PUBLISHED


def test_an_edit_of_a_published_record_is_taken_in(app: flask.Flask, client: FlaskClient, world: World) -> None:
    database = app.extensions["kb"].database
    with database.writing() as session:
        item = session.get_one(m.Item, world.item.id)
        writing.publish(session, item, by=world.carla.id, now=SUBMITTED)
        feed.commit(session)
    with database.writing() as session:
        item = session.get_one(m.Item, world.item.id)
        changed = kinds.document_of(session, item).model_copy(update={"summary": "Call, then write."})
        writing.edit(session, item, changed, base=base_of(session, item), by=world.alice.id, now=SUBMITTED)
        feed.commit(session)
    sign_in(client, world.carla)
    page = client.get(world.address).text
    assert "Call before you write." in page
    assert "Call, then write." in page
    assert _item(app, world).summary == "Call before you write.", "what is published stays up meanwhile"
    assert f'href="{world.address}"' in client.get(f"/ideas/{world.item.ref}").text
    assert post(client, f"{world.address}/acceptance", {"minor": "y"}).status_code == HTTPStatus.SEE_OTHER
    item = _item(app, world)
    assert (item.summary, item.edition) == ("Call, then write.", 1)
    with database.reading() as session:
        assert working_document(session, session.get_one(m.Item, item.id)).summary == "Call, then write."


def test_a_published_record_of_one_school_is_no_business_of_the_hub(
    client: FlaskClient, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        world = _make(session, audience=Audience.SCHOOL)
        writing.publish(session, world.item, by=world.carla.id, now=SUBMITTED)
        feed.commit(session)
        session.refresh(world.item)
        session.expunge_all()
    sign_in(client, world.carla)
    assert client.get(world.address).status_code == HTTPStatus.NOT_FOUND


def test_whoever_left_meanwhile_is_told_nothing(session: orm.Session) -> None:
    """The letter goes to the writer of the edit; one who can no longer read the record gets none."""
    world = _make(session, audience=Audience.NETWORK)
    school = session.get_one(m.School, world.item.school_id)
    amir = make_person(session, name="Amir", email="amir@ashgrove.example")
    make_member(session, amir, school=school, role=Role.CONTRIBUTOR)
    writing.publish(session, world.item, by=world.carla.id, now=SUBMITTED)
    for writer, told in ((amir, [amir.email]), (world.alice, [amir.email])):
        changed = kinds.document_of(session, world.item).model_copy(update={"summary": f"Words of {writer.name}."})
        writing.edit(session, world.item, changed, base=base_of(session, world.item), by=writer.id, now=SUBMITTED)
        if writer is world.alice:
            session.execute(sa.update(m.Membership).where(m.Membership.person_id == writer.id).values(ended_at=NOW))
        actions.send_back(session, world.item, note="Why?", address="https://kb.example/x", by=world.carla.id, now=NOW)
        assert [job.payload["to"] for job in session.query(m.Job).order_by(m.Job.id)] == told
