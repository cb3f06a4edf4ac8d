"""Files over HTTP: the record's own permission, headers under which nothing runs, and every refusal in words."""

import io
from http import HTTPStatus
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm
from werkzeug.test import TestResponse

from kb import feed, markup
from kb import models as m
from kb.accounts.models import Role
from kb.attachments import actions, views
from kb.attachments.blobs import store_of
from kb.attachments.contents import Content, accept
from kb.attachments.rules import FileKind
from kb.config import Settings
from kb.db import Database
from kb.permissions import Audience, State
from tests.attachments.files import SCRIPT, office, photo_with_notes, picture
from tests.factories import NOW, make_idea, make_member, make_network, make_person, make_school
from tests.visitors import post, sign_in

PICTURE = accept(picture(), "a.png")
TABLE = Content(b"a,b\n1,2\n", FileKind.CSV)


class World:
    """Alice writes at Ashgrove, Bob reads there, Charlie is from Brookside, Carla curates the network."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        with database.writing() as session:
            ashgrove, brookside = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
            network = make_network(session, ashgrove)
            self.people = {name: make_person(session, name=name) for name in ("alice", "bob", "charlie", "carla")}
            make_member(session, self.people["alice"], school=ashgrove, role=Role.CONTRIBUTOR)
            make_member(session, self.people["bob"], school=ashgrove)
            make_member(session, self.people["charlie"], school=brookside, role=Role.CONTRIBUTOR)
            make_member(session, self.people["carla"], network=network, role=Role.CURATOR)
            self.school_id, self.network_id = ashgrove.id, network.id
            feed.commit(session)

    def idea(self, state: State = State.DRAFT, **over: Any) -> m.Item:
        with self.database.writing() as session:
            over = {"school_id": self.school_id, "network_id": self.network_id, **over}
            item = make_idea(session, title="Wait time", state=state, author_id=self.people["alice"].id, **over)
            feed.commit(session)
        return item

    def file(self, item: m.Item, content: Content = PICTURE, *, in_text: bool = True) -> m.Attachment:
        with self.database.writing() as session:
            item = session.get_one(m.Item, item.id)
            store = store_of(self.settings)
            name = f"Wall chart{content.kind.suffix}"
            file = actions.attach(session, store, item, content, name=name, alt="A chart", by=None, now=NOW)
            if in_text:
                item.html = {"how_to_try": markup.render(f"[![A chart]({file.url})]({file.url})")}
            feed.commit(session)
        return file

    def files(self) -> list[m.Attachment]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(m.Attachment).options(orm.joinedload(m.Attachment.blob))))


@pytest.fixture
def world(sqlite_database: Database, settings: Settings) -> World:
    return World(sqlite_database, settings)


READERS: list[tuple[State, Audience, set[str]]] = [
    (State.DRAFT, Audience.PUBLIC, {"alice"}),
    (State.REVIEW, Audience.PUBLIC, {"alice", "carla"}),
    (State.PUBLISHED, Audience.OWNER, {"alice"}),
    (State.PUBLISHED, Audience.SCHOOL, {"alice", "bob"}),
    (State.PUBLISHED, Audience.NETWORK, {"alice", "bob", "carla"}),
    (State.PUBLISHED, Audience.PUBLIC, {"anonymous", "alice", "bob", "charlie", "carla"}),
    (State.WITHDRAWN, Audience.PUBLIC, {"alice"}),
    (State.ERASED, Audience.PUBLIC, set()),
]


def test_the_permission_of_the_record_is_that_of_its_files(client: FlaskClient, world: World) -> None:
    files = []
    for state, audience, readers in READERS:
        item = world.idea(audience=audience)
        files.append((world.file(item), readers))
        with world.database.writing() as session:
            row = session.get_one(m.Item, item.id)
            row.edition, row.published_at, row.state = 1, NOW, state
            feed.commit(session)
    for who in ("anonymous", "alice", "bob", "charlie", "carla"):
        if who != "anonymous":
            sign_in(client, world.people[who])
        for (file, readers), place in zip(files, READERS, strict=True):
            assert _answers(client, file) is (who in readers), (who, place)


def _answers(client: FlaskClient, file: m.Attachment) -> bool:
    answer = client.get(file.url)
    assert answer.status_code in (HTTPStatus.OK, HTTPStatus.NOT_FOUND)
    assert (PICTURE.data == answer.data) is (answer.status_code == HTTPStatus.OK)
    return answer.status_code == HTTPStatus.OK


def test_a_file_that_waits_with_an_edit_is_for_those_who_write_and_review(client: FlaskClient, world: World) -> None:
    file = world.file(world.idea(State.PUBLISHED), in_text=False)
    assert not _answers(client, file)
    for who, shown in {"charlie": False, "bob": False, "alice": True, "carla": True}.items():
        sign_in(client, world.people[who])
        assert _answers(client, file) is shown, who


SERVED = [
    (PICTURE, "inline; filename=wall-chart.png", "image/png"),
    (TABLE, "attachment; filename=wall-chart.csv", "text/csv; charset=utf-8"),
    (Content(b"%PDF-", FileKind.PDF), "attachment; filename=wall-chart.pdf", "application/pdf"),
]


def test_nothing_in_a_file_runs(client: FlaskClient, world: World) -> None:
    for content, disposition, media_type in SERVED:
        answer = client.get(world.file(world.idea(State.PUBLISHED), content).url)
        assert answer.headers["Content-Disposition"] == disposition
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_browser_that_has_it_gets_nothing_again_but_is_asked_every_time(client: FlaskClient, world: World) -> None:
    item = world.idea(State.PUBLISHED)
    file = world.file(item)
    etag = client.get(file.url).headers["ETag"]
    again = client.get(file.url, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (HTTPStatus.NOT_MODIFIED, b"")
    with world.database.writing() as session:
        session.get_one(m.Item, item.id).state = State.WITHDRAWN
        feed.commit(session)
    assert client.get(file.url, headers={"If-None-Match": etag}).status_code == HTTPStatus.NOT_FOUND


def test_only_its_own_address_leads_to_a_file(client: FlaskClient, world: World) -> None:
    file = world.file(world.idea(State.PUBLISHED))
    for name in ("evil.html", "..%2f..%2fetc%2fpasswd", "wall-chart.png%0d%0aSet-Cookie:x=1", "wall-chart.PNG"):
        assert client.get(f"/attachments/{file.public_id}/{name}").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/attachments/00000000/wall-chart.png").status_code == HTTPStatus.NOT_FOUND


def test_bytes_that_were_lost_are_not_found(client: FlaskClient, world: World) -> None:
    file = world.file(world.idea(State.PUBLISHED))
    store_of(world.settings).remove(file.sha256)
    assert client.get(file.url).status_code == HTTPStatus.NOT_FOUND


def _send(
    client: FlaskClient, item: m.Item, data: bytes, name: str = "a.png", alt: str = "A chart", **more: Any
) -> TestResponse:
    form = {"file": (io.BytesIO(data), name), "alt": alt}
    return post(client, f"/ideas/{item.ref}/attachments", form, content_type="multipart/form-data", **more)


def test_a_photo_is_added_without_its_notes(client: FlaskClient, world: World) -> None:
    item = world.idea()
    sign_in(client, world.people["alice"])
    answer = _send(client, item, photo_with_notes(), "../../IMG 1.JPG")
    assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, f"/ideas/{item.ref}/attachments#files")
    (file,) = world.files()
    assert (file.name, file.alt, file.person_id) == ("img-1.jpg", "A chart", world.people["alice"].id)
    page = client.get(f"/ideas/{item.ref}/attachments").text
    assert f"![A chart](/attachments/{file.public_id}/img-1.jpg)" in page
    assert b"ecret" not in client.get(file.url).data


def test_a_script_gets_what_to_put_into_the_text(client: FlaskClient, world: World) -> None:
    item = world.idea()
    sign_in(client, world.people["alice"])
    json = {"Accept": "application/json"}
    answer = _send(client, item, b"a,b\n1,2\n", "Turns.csv", "Turns by week", headers=json)
    (file,) = world.files()
    assert answer.status_code == HTTPStatus.CREATED
    assert answer.json is not None
    assert answer.json["markdown"] == f"[Turns by week](/attachments/{file.public_id}/turns.csv)"
    refused = _send(client, item, picture(), alt="", headers=json)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert refused.json is not None
    assert [fault["field"] for fault in refused.json["faults"]] == ["alt"]


REFUSED = [
    (picture(), "a.png", "", "Say in a few words what the picture shows"),
    (b"<svg/>", "a.png", "x", "SVG drawings"),
    (SCRIPT, "a.html", "x", "Save it as one of these"),
    (office() + SCRIPT, "a.docx", "x", "damaged"),
    (b"", "", "Kept words", "Choose a file."),
]


def test_a_refusal_keeps_the_words_and_says_why(client: FlaskClient, world: World) -> None:
    item = world.idea()
    sign_in(client, world.people["alice"])
    for data, name, alt, said in REFUSED:
        answer = _send(client, item, data, name, alt)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert said in answer.text
        assert f'value="{alt}"' in answer.text
    assert world.files() == []
    assert not world.settings.attachments_folder.exists()


def test_too_many_files_in_an_hour_are_refused(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LIMIT", 2)
    item = world.idea()
    sign_in(client, world.people["alice"])
    statuses = [_send(client, item, data).status_code for data in (b"refused", picture(), picture("JPEG"))]
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SEE_OTHER, HTTPStatus.TOO_MANY_REQUESTS]
    assert len(world.files()) == 1


def test_an_oversized_request_is_refused_before_it_is_read(client: FlaskClient, world: World) -> None:
    item = world.idea()
    sign_in(client, world.people["alice"])
    client.application.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = _send(client, item, bytes(20_000))
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "Choose a smaller file" in answer.text


ALLOWED = [
    ("alice", State.DRAFT, HTTPStatus.SEE_OTHER),
    ("charlie", State.DRAFT, HTTPStatus.NOT_FOUND),
    ("bob", State.DRAFT, HTTPStatus.NOT_FOUND),
    ("bob", State.PUBLISHED, HTTPStatus.FORBIDDEN),
    ("charlie", State.PUBLISHED, HTTPStatus.FORBIDDEN),
]


def test_who_may_write_may_add_and_remove(client: FlaskClient, world: World) -> None:
    for who, state, status in ALLOWED:
        before = len(world.files())
        item = world.idea(state)
        file = world.file(item, TABLE)
        sign_in(client, world.people[who])
        page = client.get(f"/ideas/{item.ref}/attachments").status_code
        assert page == (HTTPStatus.OK if status == HTTPStatus.SEE_OTHER else status)
        assert _send(client, item, picture()).status_code == status
        assert post(client, f"/ideas/{item.ref}/attachments/{file.public_id}/removal").status_code == status
        assert len(world.files()) == before + 1  # the other one, or the one that was there


def test_a_form_without_its_token_changes_nothing(client: FlaskClient, world: World) -> None:
    item = world.idea()
    sign_in(client, world.people["alice"])
    form = {"file": (io.BytesIO(picture()), "a.png"), "alt": "x"}
    assert client.post(f"/ideas/{item.ref}/attachments", data=form).status_code == HTTPStatus.FORBIDDEN
    assert world.files() == []


def test_a_file_is_removed_only_through_its_own_record(client: FlaskClient, world: World) -> None:
    item, other = world.idea(), world.idea()
    file = world.file(other)
    sign_in(client, world.people["alice"])
    for _ in range(2):
        answer = post(client, f"/ideas/{item.ref}/attachments/{file.public_id}/removal")
        assert answer.status_code == HTTPStatus.SEE_OTHER
    assert len(world.files()) == 1
    post(client, f"/ideas/{other.ref}/attachments/{file.public_id}/removal")
    assert post(client, f"/ideas/{other.ref}/attachments/{file.public_id}/removal").status_code == HTTPStatus.SEE_OTHER
    assert world.files() == []
