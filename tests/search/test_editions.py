"""A cycle is found and counted by the edition of its idea that it tested; merged tags by the name they have now."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.drivers.models import Driver, DriverIdea
from kb.items.models import Item, TagAlias
from kb.items.rules import Vocabulary
from kb.permissions import Audience
from kb.search.service import Search
from tests.factories import make_cycle, make_idea, make_network, make_tag
from tests.search.conftest import Finder
from tests.search.world import ask, publish_edition


@pytest.fixture
def tested(session: orm.Session) -> tuple[Item, Item, Item]:
    """An idea about attendance that is about belonging now, a test of either edition, and drivers likewise."""
    network = make_network(session)
    drivers = [Driver(public_id=f"driver{n:02}", network_id=network.id, title=title) for n, title in enumerate(DRIVERS)]
    session.add_all(drivers)
    session.flush()
    make_tag(session, Vocabulary.TOPIC, "Attendance")
    idea = make_idea(session, title="Morning greeting")
    publish_edition(session, idea, 2, topics=["Attendance"], drivers=[drivers[0].public_id, "gone0000"])
    make_tag(session, Vocabulary.TOPIC, "Belonging", idea)
    make_tag(session, Vocabulary.GRADE, "9-12", idea)
    session.add(DriverIdea(idea_id=idea.id, driver_id=drivers[1].id))
    old, new = (make_cycle(session, idea, title=f"Test {n}", idea_edition=n) for n in (1, 2))
    feed.touch(session, [idea.id, old.id, new.id])
    feed.commit(session)
    return idea, old, new


DRIVERS = ("Transport", "Welcome")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("attendance", {1}), ("belonging", {0, 2}), ("transport", {1}), ("welcome", {0, 2}), ("greeting", {0, 1, 2})],
)
def test_words_and_topics(
    tested: tuple[Item, Item, Item], search: Search, find: Finder, text: str, expected: set[int]
) -> None:
    search.rebuild()
    ids = {tested[number].id for number in expected}
    assert set(find(ask(q=text)).ids) == ids
    if text in {"attendance", "belonging"}:
        assert set(find(ask(topic=text)).ids) == ids


def test_a_cycle_states_its_own_grade(tested: tuple[Item, Item, Item], search: Search, find: Finder) -> None:
    search.rebuild()
    assert set(find(ask(q='"9-12"')).ids) == {tested[0].id}


def test_a_new_edition_leaves_what_was_tested(
    session: orm.Session, tested: tuple[Item, Item, Item], search: Search, find: Finder
) -> None:
    idea, _, new = tested
    search.rebuild()
    publish_edition(session, idea, 3, topics=["Belonging"])
    make_tag(session, Vocabulary.TOPIC, "Attendance", idea)
    feed.touch(session, [idea.id])
    feed.commit(session)
    search.catch_up()
    assert new.id in find(ask(topic="belonging")).ids
    assert new.id not in find(ask(topic="attendance")).ids
    assert new.id not in find(ask(q="attendance")).ids


def test_a_hidden_idea_gives_nothing(
    session: orm.Session, tested: tuple[Item, Item, Item], search: Search, find: Finder
) -> None:
    tested[0].audience = Audience.OWNER
    feed.touch(session, [tested[0].id])
    feed.commit(session)
    search.rebuild()
    for asked in (ask(q="attendance"), ask(q="transport"), ask(topic="attendance")):
        assert find(asked).total == 0
    assert find(ask(q="test")).total == 2


def test_a_merged_tag(session: orm.Session, tested: tuple[Item, Item, Item], search: Search, find: Finder) -> None:
    _, old, _ = tested
    search.rebuild()
    assert find(ask(topic="attendance")).ids == (old.id,)
    gone = make_tag(session, Vocabulary.TOPIC, "Attendance")
    kept = make_tag(session, Vocabulary.TOPIC, "Chronic absence")
    session.delete(gone)
    session.add(TagAlias(vocabulary=Vocabulary.TOPIC, slug="attendance", label="Attendance", tag_id=kept.id))
    feed.touch(session)
    feed.commit(session)
    for asked in ("chronic-absence", "attendance"):
        results = find(ask(topic=asked))
        assert results.ids == (old.id,)
        assert results.query.filters["topic"] == ("chronic-absence",)


def test_a_merged_tag_of_hidden_records_is_nonsense(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Hidden", audience=Audience.OWNER)
        tag = make_tag(session, Vocabulary.TOPIC, "Secret plan", idea)
        session.add(TagAlias(vocabulary=Vocabulary.TOPIC, slug="known-name", label="Known", tag_id=tag.id))
        feed.touch(session, [idea.id])
        feed.commit(session)
    page = client.get("/search?topic=known-name").text
    assert "secret-plan" not in page
    assert page.replace("known-name", "x") == client.get("/search?topic=xyznowordx").text.replace("xyznowordx", "x")
