"""A small place with everything a backup must hold, and settings for each database."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts.actions import set_password
from kb.attachments.actions import attach
from kb.attachments.blobs import store_of
from kb.attachments.contents import accept
from kb.backup.rows import LEFT_OUT
from kb.config import Settings
from kb.db import Database
from tests.conftest import SECRET
from tests.factories import NOW, make_case, make_credit, make_cycle, make_idea, make_network, make_person, make_school

PASSWORD = "nine purple tractors"
Place = Callable[[Database, str], Settings]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return settings for a database with a data folder of its own."""

    def settings(database: Database, name: str) -> Settings:
        address = database.engine.url.render_as_string(hide_password=False)
        return Settings(data_dir=tmp_path / name, database_url=address, secret_key=SECRET)

    return settings


def fill(database: Database, settings: Settings) -> None:
    """Write people, records and a file."""
    with database.writing() as session:
        school = make_school(session, name="Ashgrove «élève» \\N \t ✓")
        person = make_person(session, name="Alice", email="alice@ashgrove.example")
        set_password(session, person, PASSWORD, by=None, now=NOW)
        idea = make_idea(session, title="Walk together", network_id=make_network(session, school).id)
        idea.html = {"hypothesis": '<p>"Quotes", \\back\\ and\nlines – 日本</p>'}
        cycle = make_cycle(session, idea, school, school_id=school.id)
        make_credit(session, make_case(session, cycle))
        add_file(session, settings, idea, b"when,where\n2025-09-08,Ashgrove\n")
        feed.touch(session, [idea.id, cycle.id])
        feed.commit(session)


def add_file(session: orm.Session, settings: Settings, item: m.Item, data: bytes) -> str:
    """Attach a file and return the name of its content."""
    row = attach(session, store_of(settings), item, accept(data, "list.csv"), name="list.csv", alt="", by=None, now=NOW)
    return row.sha256


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table a backup holds, as the models read them."""
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(sa.select(table))), key=repr)
            for table in m.Item.metadata.sorted_tables
            if table.name not in LEFT_OUT
        }
