"""Change packages: made and ordered by a hub, read by everyone once public, and never showing a hidden record."""

from http import HTTPStatus
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.db import Database
from kb.errors import ConflictError, InvalidError
from kb.ids import new_public_id
from kb.packages import actions, queries
from kb.packages.document import EntryDocument, PackageDocument, documents
from kb.packages.forms import changed
from kb.permissions import ANONYMOUS, Audience, Permission, Viewer, can
from tests.factories import NOW, make_idea, make_member, make_network, make_person
from tests.visitors import post, sign_in


def _document(network: m.Network, *items: m.Item, **over: Any) -> PackageDocument:
    entries = [EntryDocument(item=item.public_id, note=f"About {item.public_id}") for item in items]
    given = {"id": new_public_id(), "network": network.public_id, "title": "Attendance", "created": NOW}
    return PackageDocument(**{**given, "entries": entries, **over})


@pytest.fixture
def network(session: orm.Session) -> m.Network:
    return make_network(session)


def test_it_comes_back_as_it_was_saved(session: orm.Session, network: m.Network) -> None:
    one, two = make_idea(session), make_idea(session)
    document = _document(network, two, one, body="Read *this* first.", public=True)
    package = actions.save(session, document, by=None, now=NOW)
    assert documents(session, [package])[package.id] == document
    assert "<em>this</em>" in package.about_html


def test_saving_again_changes_the_order(session: orm.Session, network: m.Network) -> None:
    one, two = make_idea(session), make_idea(session)
    document = _document(network, one, two)
    actions.save(session, document, by=None, now=NOW)
    package = actions.save(session, document.model_copy(update={"entries": document.entries[::-1]}), by=None, now=NOW)
    kept = documents(session, [package])[package.id]
    assert [entry.item for entry in kept.entries] == [two.public_id, one.public_id]


def test_a_stale_edit_is_refused(session: orm.Session, network: m.Network) -> None:
    document = _document(network)
    base = actions.save(session, document, by=None, now=NOW).row_version
    actions.save(session, document.model_copy(update={"title": "Newer"}), by=None, now=NOW, base=base)
    with pytest.raises(ConflictError):
        actions.save(session, document.model_copy(update={"title": "Stale"}), by=None, now=NOW, base=base)


def test_an_unknown_record_is_refused_by_name(session: orm.Session, network: m.Network) -> None:
    document = _document(network, entries=[EntryDocument(item="zzzzzzzz")])
    with pytest.raises(InvalidError, match="no record zzzzzzzz"):
        actions.save(session, document, by=None, now=NOW)


def test_who_reads_it_is_said_twice_alike(session: orm.Session, network: m.Network) -> None:
    public = actions.save(session, _document(network, public=True), by=None, now=NOW)
    hidden = actions.save(session, _document(network), by=None, now=NOW)
    member = Viewer(person_id=1, networks=frozenset({network.id}))
    curator = Viewer(person_id=2, networks=frozenset({network.id}), curates=frozenset({network.id}))
    for viewer, readable in ((ANONYMOUS, {public.id}), (member, {public.id}), (curator, {public.id, hidden.id})):
        assert {one.id for one in queries.packages(session, viewer)} == readable
        assert {one.id for one in (public, hidden) if can(viewer, Permission.PACKAGE_READ, one)} == readable


def test_a_hidden_record_is_no_entry(session: orm.Session, network: m.Network) -> None:
    shown, hidden = make_idea(session), make_idea(session, audience=Audience.NETWORK, network_id=network.id)
    package = actions.save(session, _document(network, shown, hidden, public=True), by=None, now=NOW)
    assert queries.entries(session, ANONYMOUS, package) == [(shown.id, f"About {shown.public_id}")]


@given(st.integers(0, 5), st.sampled_from(["up", "down", "out", "", "sideways"]), st.integers(-1, 7))
def test_a_button_moves_one_and_loses_none(length: int, verb: str, where: int) -> None:
    entries = [EntryDocument(item=f"0000000{number}", note="") for number in range(length)]
    after = changed(entries, [f"typed {number}" for number in range(length)], f"{verb}:{where}")
    names = {entry.item for entry in after}
    gone = {f"0000000{where}"} if verb == "out" and 0 <= where < length else set()
    assert names == {entry.item for entry in entries} - gone
    assert all(entry.note == f"typed {entry.item[-1]}" for entry in after)
    if verb == "up" and 0 < where < length:
        assert after[where - 1].item == entries[where].item


@pytest.fixture
def people(sqlite_database: Database) -> dict[str, Any]:
    """Carla curates a network with a package of two ideas; Bob only reads there."""
    with sqlite_database.writing() as session:
        network = make_network(session)
        carla, bob = make_person(session), make_person(session)
        make_member(session, carla, network=network, role=Role.CURATOR)
        make_member(session, bob, network=network)
        ideas = [make_idea(session, title="First"), make_idea(session, title="Second")]
        package = actions.save(session, _document(network, *ideas), by=None, now=NOW)
        feed.commit(session)
        session.expunge_all()
        return {"carla": carla, "bob": bob, "package": package, "ideas": ideas, "network": network}


def _stored(app: flask.Flask, package: m.Package) -> PackageDocument:
    with app.extensions["kb"].database.reading() as session:
        return documents(session, [session.get_one(m.Package, package.id)])[package.id]


def test_only_its_curators_find_it(client: FlaskClient, people: dict[str, Any]) -> None:
    address = f"/packages/{people['package'].public_id}"
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    sign_in(client, people["bob"])
    assert client.get(address, follow_redirects=True).status_code == HTTPStatus.NOT_FOUND
    assert post(client, f"{address}/edit", {"title": "x"}).status_code == HTTPStatus.NOT_FOUND
    assert post(client, "/packages/new", {"title": "x"}).status_code == HTTPStatus.FORBIDDEN
    sign_in(client, people["carla"])
    assert "Second" in client.get(address, follow_redirects=True).text


def test_every_button_saves_what_was_typed(app: flask.Flask, client: FlaskClient, people: dict[str, Any]) -> None:
    sign_in(client, people["carla"])
    address = f"/packages/{people['package'].ref}/edit"
    sent = {"title": "Renamed", "summary": "", "note": ["a", "b"], "do": "down:0", "base": "1", "public": "y"}
    assert post(client, address, sent).status_code == HTTPStatus.SEE_OTHER
    stored = _stored(app, people["package"])
    assert (stored.title, stored.public) == ("Renamed", True)
    assert [(entry.item, entry.note) for entry in stored.entries] == [
        (people["ideas"][1].public_id, "b"),
        (people["ideas"][0].public_id, "a"),
    ]


def test_a_refused_form_keeps_everything(app: flask.Flask, client: FlaskClient, people: dict[str, Any]) -> None:
    sign_in(client, people["carla"])
    address = f"/packages/{people['package'].ref}/edit"
    sent = {"title": "", "body": "long words", "note": ["kept note", ""], "add": "not an address", "base": "1"}
    answer = post(client, address, sent)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "kept note" in answer.text
    assert "long words" in answer.text
    assert 'href="#title"' in answer.text
    assert _stored(app, people["package"]).title == "Attendance"


def test_a_stale_form_keeps_everything(app: flask.Flask, client: FlaskClient, people: dict[str, Any]) -> None:
    sign_in(client, people["carla"])
    address = f"/packages/{people['package'].ref}/edit"
    answer = post(client, address, {"title": "Mine", "note": ["a", "b"], "base": "0"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "in the meantime" in answer.text
    assert 'value="Mine"' in answer.text
    assert 'name="base" type="hidden" value="1"' in answer.text, "whoever has looked at the newer one may save"


def test_a_stale_form_puts_no_word_beside_another_record(client: FlaskClient, people: dict[str, Any]) -> None:
    """Somebody moved the records meanwhile: what was typed stays with its record, and a button takes none out."""
    sign_in(client, people["carla"])
    address = f"/packages/{people['package'].ref}/edit"
    first, second = (idea.public_id for idea in people["ideas"])
    sent = {"title": "Mine", "entry": [second, first], "note": ["of the 2nd", "of the 1st"], "base": "0", "do": "out:0"}
    answer = post(client, address, sent)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.text.index("of the 1st") < answer.text.index("of the 2nd")
    assert [answer.text.count(f'value="{one}"') for one in (first, second)] == [1, 1]


@pytest.mark.parametrize("typed", ["https://kb.example.org/ideas/{id}-a-slug?x=1", "/ideas/{id}", "{id}"])
def test_a_record_is_added_by_its_address(
    app: flask.Flask, client: FlaskClient, people: dict[str, Any], typed: str, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session)
        session.commit()
        public_id = idea.public_id
    sign_in(client, people["carla"])
    sent = {"title": "T", "note": ["a", "b"], "add": typed.format(id=public_id), "do": "add", "base": "1"}
    assert post(client, f"/packages/{people['package'].ref}/edit", sent).status_code == HTTPStatus.SEE_OTHER
    assert [entry.item for entry in _stored(app, people["package"]).entries][-1] == public_id


def test_a_record_is_added_from_its_own_page_once(
    app: flask.Flask, client: FlaskClient, people: dict[str, Any]
) -> None:
    sign_in(client, people["carla"])
    first = people["ideas"][0].public_id
    sent = {"id": first, "package": people["package"].public_id, "note": "Again"}
    assert post(client, "/packages/add", sent).status_code == HTTPStatus.SEE_OTHER
    entries = _stored(app, people["package"]).entries
    assert (entries[0].item, entries[0].note) == (first, "Again")
    assert len(entries) == 2


def test_a_new_one_belongs_to_a_network_the_person_curates(client: FlaskClient, people: dict[str, Any]) -> None:
    sign_in(client, people["carla"])
    assert "Begin a change package" in client.get("/packages/new").text
    foreign = {"title": "T", "network": "zzzzzzzz"}
    assert post(client, "/packages/new", foreign).status_code == HTTPStatus.NOT_FOUND
    answer = post(client, "/packages/new", {"title": "Grading", "network": people["network"].public_id})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "Edit: Grading" in client.get(answer.location).text


def test_an_idea_says_in_which_packages_it_is(
    client: FlaskClient, people: dict[str, Any], sqlite_database: Database
) -> None:
    idea = people["ideas"][0]
    assert "Attendance" not in client.get(f"/ideas/{idea.ref}").text
    sign_in(client, people["carla"])
    page = client.get(f"/ideas/{idea.ref}").text
    assert f"/packages/{people['package'].ref}" in page
    assert f"/packages/add?id={idea.public_id}" in page
    sign_in(client, people["bob"])
    assert "/packages/add" not in client.get(f"/ideas/{idea.ref}").text
