"""Two words for one thing become one: every record keeps its word, old links and old files find the new one."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.db import Database
from kb.errors import InvalidError
from kb.ideas import actions as ideas
from kb.ideas.document import documents
from kb.items import tags
from kb.items.rules import Vocabulary
from kb.writing.erasure import erase
from tests.factories import NOW, make_driver, make_idea, make_network, make_tag
from tests.hub.conftest import Hub
from tests.visitors import post

Visit = Callable[[m.Person | None], FlaskClient]


def _labels(session: orm.Session, item: m.Item) -> set[str]:
    query = sa.select(m.Tag.label).join(m.ItemTag).where(m.ItemTag.item_id == item.id)
    return set(session.scalars(query))


def test_it_works(session: orm.Session) -> None:
    driver = make_driver(session, make_network(session))
    one, two, both = (make_idea(session) for _ in range(3))
    session.add_all(m.DriverIdea(idea_id=idea.id, driver_id=driver.id) for idea in (one, two, both))
    wrong = make_tag(session, Vocabulary.TOPIC, "Attendence", one, both)
    right = make_tag(session, Vocabulary.TOPIC, "Attendance", two, both)
    old = documents(session, [one])[one.id]
    assert tags.merge(session, wrong, right, by=None, now=NOW) == 2
    assert {one.id, both.id} <= session.info["kb.touched"]
    assert [_labels(session, idea) for idea in (one, two, both)] == [{"Attendance"}] * 3
    ideas.save(session, old, by=None, now=NOW)  # an old file names the old word
    assert _labels(session, one) == {"Attendance"}
    third = make_tag(session, Vocabulary.TOPIC, "Being there", one)
    tags.merge(session, session.get_one(m.Tag, right.id), third, by=None, now=NOW)
    assert session.scalars(sa.select(m.TagAlias.tag_id)).all() == [third.id, third.id]
    assert tags.uses(session, Vocabulary.TOPIC)[0].before == ("Attendance", "Attendence")


def test_an_erased_record_takes_its_last_tag_with_it(session: orm.Session) -> None:
    idea = make_idea(session)
    wrong = make_tag(session, Vocabulary.TOPIC, "Attendence", idea)
    tags.merge(session, wrong, make_tag(session, Vocabulary.TOPIC, "Attendance"), by=None, now=NOW)
    erase(session, idea, by=None, now=NOW)
    assert session.scalars(sa.select(m.TagAlias)).all() == []
    assert session.scalars(sa.select(m.Tag)).all() == []


def test_what_cannot_be_merged(session: orm.Session) -> None:
    topic, subject = (make_tag(session, one, "Reading") for one in (Vocabulary.TOPIC, Vocabulary.SUBJECT))
    grade = make_tag(session, Vocabulary.GRADE, "3-5")
    for one, other in ((topic, topic), (topic, subject), (grade, grade)):
        with pytest.raises(InvalidError):
            tags.merge(session, one, other, by=None, now=NOW)


def test_the_page_and_old_links(hub: Hub, visit: Visit, client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Bus passes")
        make_tag(session, Vocabulary.TOPIC, "Attendence", idea)
        make_tag(session, Vocabulary.TOPIC, "Attendance", make_idea(session))
        feed.touch(session, session.scalars(sa.select(m.Item.id)))
        feed.commit(session)
    client.application.extensions["kb.search"].rebuild()
    assert "Bus passes" in client.get("/search?topic=attendence").text
    carla = visit(hub.carla)
    form = {"vocabulary": "topic", "tag": "attendence", "into": "attendance"}
    assert post(carla, "/tags/merges", {**form, "into": "x"}).status_code == 422
    assert post(carla, "/tags/merges", {**form, "into": "attendence"}).status_code == 422
    assert post(visit(hub.alice), "/tags/merges", form).status_code == 403
    assert post(carla, "/tags/merges", form).status_code == 303
    client.application.extensions["kb.search"].catch_up()
    page = client.get("/search?topic=attendence").text
    assert "2 results" in page
    assert "Bus passes" in page
    assert "also: Attendence" in carla.get("/tags").text
