"""The Atom feed of a search: public records only, whoever asks, whole and well formed."""

import datetime as dt
import xml.etree.ElementTree as ET

import flask
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.items.models import Item
from kb.permissions import ANONYMOUS, Audience, State, Viewer
from kb.search import feeds
from kb.web import context
from tests.factories import NOW, make_cycle, make_idea, make_network, make_school
from tests.search.test_exactness import Recount
from tests.search.world import HIDDEN_WORD, make_world

ATOM = "{http://www.w3.org/2005/Atom}"


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


def _rebuild(client: FlaskClient) -> None:
    client.application.extensions["kb.search"].rebuild()


def _titles(client: FlaskClient, address: str = "/search.atom") -> list[str]:
    root = ET.fromstring(client.get(address).data)
    return [entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")]


@pytest.fixture
def member(app: flask.Flask, sqlite_database: Database) -> FlaskClient:
    """Somebody signed in who may read everything there is."""
    viewer = Viewer(person_id=1, schools=frozenset(range(99)), networks=frozenset(range(99)), is_admin=True)
    services: context.Services = app.extensions["kb"]
    services.identify = lambda: 1
    services.viewer_of = lambda *_, **__: viewer
    return app.test_client()


def test_it_works(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        old = make_idea(
            session, title="Old <b> & idea", published_at=NOW - dt.timedelta(days=9), summary='Says \x0b"so".'
        )
        new = make_idea(session, title="New idea", updated_at=NOW + dt.timedelta(hours=1))
        _commit(session, old, new)
        ref = str(old.ref)
    answer = client.get("/search.atom?kind=idea")
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.data)
    assert root.findtext(f"{ATOM}title") == "Throughline: Change idea"
    assert root.findtext(f"{ATOM}updated") == "2026-11-02T13:00:00Z"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://localhost/search.atom?kind=idea&sort=newest"
    assert links["alternate"] == "http://localhost/search?kind=idea&sort=newest"
    first, second = root.findall(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}title") == "New idea"
    assert second.findtext(f"{ATOM}title") == "Old <b> & idea"
    assert second.findtext(f"{ATOM}summary") == 'Says "so".'
    assert second.findtext(f"{ATOM}published") == "2026-10-24T12:00:00Z"
    link = second.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"http://localhost/ideas/{ref}"
    assert {each.findtext(f"{ATOM}id", "")[:9] for each in (root, first, second)} == {"urn:uuid:"}


def test_ids_stay_the_same(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, public_id="abcd1234", title="One"))
    (entry,) = ET.fromstring(client.get("/search.atom").data).iter(f"{ATOM}entry")
    assert (
        entry.findtext(f"{ATOM}id") == feeds.urn("item/abcd1234") == "urn:uuid:" + entry.findtext(f"{ATOM}id", "")[9:]
    )
    other = client.get("/search.atom", base_url="https://elsewhere.example")
    (moved,) = ET.fromstring(other.data).iter(f"{ATOM}entry")
    assert moved.findtext(f"{ATOM}id") == entry.findtext(f"{ATOM}id")


def test_a_member_gets_what_everybody_gets(client: FlaskClient, member: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        school, network = make_school(session), make_network(session)
        place = {"school_id": school.id, "network_id": network.id, "title": HIDDEN_WORD, "summary": HIDDEN_WORD}
        hidden = [
            make_idea(session, **place, **over)
            for over in (
                {"state": State.DRAFT, "author_id": None},
                {"audience": Audience.SCHOOL},
                {"audience": Audience.NETWORK},
            )
        ]
        public = make_idea(session, title="For all")
        cycle = make_cycle(session, public, school, title=HIDDEN_WORD, audience=Audience.SCHOOL)
        _commit(session, public, cycle, *hidden)
        ids = [item.public_id for item in hidden]
    _rebuild(client)
    assert HIDDEN_WORD in member.get("/search").text  # else the rest would say nothing
    for address in ("", f"?q={HIDDEN_WORD}", "?kind=cycle", f"?like={ids[0]}", "?result=improved", "?q=all"):
        bodies = {each.get("/search.atom" + address).text for each in (client, member)}
        assert len(bodies) == 1
        assert f"<title>{HIDDEN_WORD}" not in bodies.pop()
    assert _titles(member) == ["For all"]
    assert _titles(member, f"/search.atom?like={ids[0]}") == []


def test_what_a_member_may_see_takes_no_room(
    client: FlaskClient, member: FlaskClient, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        school = make_school(session)
        later = {"published_at": NOW + dt.timedelta(days=1), "school_id": school.id, "audience": Audience.SCHOOL}
        _commit(session, make_idea(session, title="For all"), *(make_idea(session, **later) for _ in range(25)))
    assert _titles(member) == _titles(client) == ["For all"]


def test_the_database_decides_again(session: orm.Session) -> None:
    hidden, public = make_idea(session, state=State.DRAFT), make_idea(session, title="For all")
    assert [entry.title for entry in feeds.entries(session, [hidden.id, public.id])] == ["For all"]


@pytest.mark.parametrize("seed", [1, 2])
def test_it_holds_exactly_the_newest_public_records(client: FlaskClient, sqlite_database: Database, seed: int) -> None:
    with sqlite_database.writing() as session:
        make_world(session, seed, size=90)
    with sqlite_database.reading() as session:
        hand = Recount(session, ANONYMOUS)
        for filters in ({}, {"kind": ["idea"]}, {"result": ["improved"]}, {"grade": ["9-12"], "kind": ["case"]}):
            chosen = [item for item in hand.visible.values() if hand.passes(item, filters)]
            newest = sorted((item.published_at or item.created_at for item in chosen), reverse=True)[:20]
            query = "&".join(f"{name}={value}" for name, values in filters.items() for value in values)
            root = ET.fromstring(client.get(f"/search.atom?{query}").data)
            entries = list(root.iter(f"{ATOM}entry"))
            assert [entry.findtext(f"{ATOM}published") for entry in entries] == [feeds.stamp(each) for each in newest]
            assert {entry.findtext(f"{ATOM}id") for entry in entries} <= {
                feeds.urn(f"item/{item.public_id}") for item in chosen
            }


def test_words_are_never_left_out(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="Homework club"))
    _rebuild(client)
    assert _titles(client, "/search.atom?q=homework") == ["Homework club"]
    assert _titles(client, "/search.atom?q=homework+zanzibar") == []
    assert "Homework club" in client.get("/search?q=homework+zanzibar").text


def test_without_an_index_there_is_no_feed(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session))
    assert client.get("/search.atom?q=homework").status_code == 503
    assert client.get("/search.atom").status_code == 200


def test_a_reader_that_has_it_is_told_so(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="One"))
    first = client.get("/search.atom")
    same = client.get("/search.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="Hidden", state=State.DRAFT))
    same = client.get("/search.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304  # what is hidden does not show in the tag
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="Two"))
    assert client.get("/search.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_withdrawn_record_is_gone_at_once(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="One")
        _commit(session, idea)
    assert _titles(client) == ["One"]
    with sqlite_database.writing() as session:
        item = session.query(Item).one()
        item.state = State.WITHDRAWN
        _commit(session, item)
    assert _titles(client) == []


def test_the_search_page_leads_to_it(client: FlaskClient) -> None:
    address = "/search?q=a%22b&kind=idea&page=3&sort=like&like_size=5"
    assert "search.atom" not in client.get(address).text  # without an index there is none
    _rebuild(client)
    page = client.get(address).text
    url = "/search.atom?q=a%22b&amp;kind=idea&amp;sort=newest"
    assert f'<link rel="alternate" type="application/atom+xml" title="This search as a feed" href="{url}">' in page


@settings(deadline=None)
@given(st.text())
def test_any_text_is_xml(value: str) -> None:
    document = f"<a>{escape(feeds.text(value))}</a>"
    ET.fromstring(document.encode("utf-8", "strict"))
