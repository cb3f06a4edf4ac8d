"""A form that is sent twice at the same moment makes one record, on both databases."""

import threading

import sqlalchemy as sa

from kb import feed
from kb import models as m
from kb.db import Database
from kb.writing import actions, once, queries
from tests.factories import NOW
from tests.writing.world import World, idea_document, make_world

KEY = "a-key-that-is-long-enough"


def _send(database: Database, world: World, barrier: threading.Barrier, made: list[str]) -> None:
    barrier.wait()
    with database.writing() as session:
        item = once.start(session, lambda one: one, idea_document(world), key=KEY, by=world.alice.id, now=NOW)
        feed.commit(session)
        made.append(item.public_id)


def test_two_clicks_at_the_same_moment(database: Database) -> None:
    with database.writing() as session:
        world = make_world(session)
        session.commit()
    barrier, made = threading.Barrier(4), list[str]()
    threads = [threading.Thread(target=_send, args=(database, world, barrier, made)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(m.Item)) == 1


def test_two_editors_at_the_same_moment(database: Database) -> None:
    """One saves; the other is told, and neither text is lost."""
    with database.writing() as session:
        world = make_world(session)
        item = actions.start(session, idea_document(world), by=world.alice.id, now=NOW)
        session.commit()
    with database.reading() as session:
        base = queries.base_of(session, session.get_one(m.Item, item.id))
    barrier, told = threading.Barrier(3), list[str]()

    def edit(summary: str) -> None:
        with database.writing() as session:
            if not database.is_sqlite:
                session.get_one(m.Item, item.id)  # read before the others write
            barrier.wait()
            mine = session.get_one(m.Item, item.id)
            document = queries.working_document(session, mine).model_copy(update={"summary": summary})
            try:
                actions.edit(session, mine, document, base=base, by=world.alice.id, now=NOW)
                feed.commit(session)
                told.append("saved")
            except actions.StaleError as error:
                told.append("stale" if error.mine.summary == summary else "lost")

    threads = [threading.Thread(target=edit, args=(f"Sentence {number}.",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["saved", "stale", "stale"]


def test_keys_of_two_people_are_two(database: Database) -> None:
    with database.writing() as session:
        world = make_world(session)
        for person in (world.alice, world.amir):
            once.start(session, lambda one: one, idea_document(world), key=KEY, by=person.id, now=NOW)
        assert session.scalar(sa.select(sa.func.count()).select_from(m.Item)) == 2
