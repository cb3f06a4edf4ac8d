"""Texts that were saved, wait or came back go into an export and come out of it as they were."""

from pathlib import Path

from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.db import Database
from kb.exporter.write import export_path
from kb.importer.load import import_path
from kb.writing import actions, queries
from tests.factories import NOW
from tests.importer.world import tree
from tests.writing.world import World, idea_document, make_world


def _write(database: Database) -> None:
    with database.writing() as session:
        world = make_world(session)
        draft = actions.start(session, idea_document(world, title="A draft"), by=world.alice.id, now=NOW)
        _edit(session, draft, world, "Saved twice.")
        actions.start(session, idea_document(world, title="In review"), by=world.alice.id, now=NOW)
        for note in ("", "Why?"):
            item = actions.start(session, idea_document(world, title=f"Published {note}"), by=world.alice.id, now=NOW)
            actions.publish(session, item, by=world.carla.id, now=NOW)
            _edit(session, item, world, "Waits.")
            if note:
                actions.ask_for_changes(session, item, by=world.carla.id, now=NOW, note=note)
        feed.commit(session)


def _edit(session: orm.Session, item: m.Item, world: World, summary: str) -> None:
    document = queries.working_document(session, item).model_copy(update={"summary": summary})
    base = queries.base_of(session, item)
    actions.edit(session, item, document, base=base, by=world.alice.id, now=NOW)


def test_nothing_is_lost(sqlite_database: Database, postgres_database: Database, tmp_path: Path) -> None:
    _write(sqlite_database)
    export_path(sqlite_database, tmp_path / "one")
    report = import_path(postgres_database, tmp_path / "one", now=NOW)
    assert [str(problem) for problem in report.problems] == []
    export_path(postgres_database, tmp_path / "two")
    assert tree(tmp_path / "two") == tree(tmp_path / "one")
    statuses = {text.decode().partition("status: ")[2].partition("\n")[0] for text in tree(tmp_path / "two").values()}
    assert {"saved", "proposed", "returned", "published"} <= statuses
