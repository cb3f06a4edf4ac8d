"""The seeded database: repeatable, whole, and as the product itself would have written it."""

import hashlib
import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import orm

from kb import markup
from kb import models as m
from kb.bench.chance import numbered
from kb.bench.commands import bench
from kb.bench.seed import NotEmptyError, seed
from kb.bench.size import Size
from kb.cases.document import documents as case_documents
from kb.cycles.reading import documents as cycle_documents
from kb.cycles.rules import Stage, prediction_hash
from kb.db import Base, Database
from kb.feed import latest
from kb.ideas.document import documents as idea_documents
from kb.ids import PUBLIC_ID, slugify
from kb.items.rules import ANCESTRY, Kind
from kb.permissions import Audience, State
from tests.factories import make_idea, make_school

SMALL = Size.of_schools(3)
READ: dict[Kind, Callable[..., dict[int, Any]]] = {
    Kind.IDEA: idea_documents,
    Kind.CYCLE: cycle_documents,
    Kind.CASE: case_documents,
}


@pytest.fixture
def seeded(database: Database) -> Database:
    """Three schools, on both databases."""
    seed(database, SMALL, 7)
    return database


def fingerprint(database: Database) -> str:
    digest = hashlib.sha256()
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            digest.update(repr([table.name, rows]).encode())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_rows_on_both_databases(seeded: Database, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/again.db"
    command = ["bench", "seed", "--schools", "3", "--seed", "7", "--database", address]
    environment = {**os.environ, "PYTHONHASHSEED": "99", "KB_DATA_DIR": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", "from kb.cli import main; main()", *command],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"{SMALL.records} records at 3 schools" in said.stdout
    again = Database(address)
    assert fingerprint(again) == fingerprint(seeded)
    again.close()


def test_another_seed_gives_other_rows(sqlite_database: Database) -> None:
    seed(sqlite_database, Size.of_records(40), 8)
    with sqlite_database.reading() as session:
        other = set(session.scalars(sa.select(m.Item.public_id)))
    assert len(other) == 40
    assert not other & {public_id for _, public_id in itertools.islice(numbered(7, "item"), 40)}


def test_it_holds_the_kinds_in_their_shares(seeded: Database) -> None:
    with seeded.reading() as session:
        rows = session.execute(sa.select(m.Item.kind, sa.func.count()).group_by(m.Item.kind))
        counts = {kind: count for kind, count in rows}  # noqa: C416 - a row is no pair for mypy
        assert counts == {Kind.IDEA: 45, Kind.CYCLE: 180, Kind.CASE: 3}
        everyone = sa.and_(m.Item.state == State.PUBLISHED, m.Item.audience == Audience.PUBLIC)
        share = session.scalar(sa.select(sa.func.count()).where(everyone)) / SMALL.records  # type: ignore[operator]
        assert 0.6 < share < 0.8
        assert all(PUBLIC_ID.fullmatch(found) for found in session.scalars(sa.select(m.Item.public_id)))


def test_records_can_be_asked_for_by_number() -> None:
    assert [Size.of_records(number).records for number in (1, 77, 2_000, 20_000, 100_000)] == [
        1,
        77,
        2_000,
        20_000,
        100_000,
    ]
    assert Size.of_schools(800).records == Size.of_records(60_800).records == 60_800


def test_a_database_with_records_is_refused(seeded: Database) -> None:
    before = fingerprint(seeded)
    with pytest.raises(NotEmptyError):
        seed(seeded, SMALL, 1)
    assert fingerprint(seeded) == before


def test_a_database_with_one_school_is_refused(session: orm.Session, database: Database) -> None:
    make_school(session)
    session.commit()
    with pytest.raises(NotEmptyError):
        seed(database, SMALL, 1)


def test_the_change_feed_hands_every_item_over(seeded: Database) -> None:
    with seeded.reading() as session:
        assert set(session.scalars(sa.select(m.Item.change_seq))) == {latest(session)}
        assert latest(session) > 0


def test_every_reference_holds_and_nothing_is_missing(seeded: Database) -> None:
    if seeded.is_sqlite:
        with seeded.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with seeded.reading() as session:
        details = [session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (m.ChangeIdea, m.Cycle)]
        assert details == [45, 180]
        assert session.scalar(sa.select(sa.func.count()).select_from(m.Result))
        assert session.scalar(sa.select(sa.func.count()).select_from(m.Membership)) == 3 * 2 + 2


def test_people_can_go_on_from_there(seeded: Database) -> None:
    with seeded.writing() as session:
        idea = make_idea(session)
        session.commit()
        assert idea.id == SMALL.records + 1


def test_stored_html_is_what_the_renderer_makes(sqlite_database: Database) -> None:
    seed(sqlite_database, SMALL, 7)
    with sqlite_database.reading() as session:
        for kind, documents in READ.items():
            chosen = sa.select(m.Item).where(m.Item.kind == kind).options(orm.undefer(m.Item.html)).limit(8)
            items = session.scalars(chosen).all()
            assert items
            for item, document in zip(items, documents(session, items).values(), strict=True):
                assert item.html == {name: markup.render(text) for name, text in document.texts.items()}
                assert item.renderer == markup.RENDERER
                assert item.slug == slugify(item.title)
        for school in session.scalars(sa.select(m.School)):
            assert school.about_html == markup.render(school.about)
        for network in session.scalars(sa.select(m.Network)):
            assert network.about_html == markup.render(network.about)


def test_the_revision_is_the_record(sqlite_database: Database) -> None:
    seed(sqlite_database, SMALL, 7)
    with sqlite_database.reading() as session:
        for kind, documents in READ.items():
            rows = session.execute(
                sa.select(m.Item, m.Revision)
                .join(m.Revision, m.Revision.item_id == m.Item.id)
                .where(m.Item.kind == kind, m.Item.state == State.PUBLISHED)
            ).all()
            assert rows
            written = documents(session, [item for item, _ in rows])
            for item, revision in rows:
                document = written[item.id]
                kept = type(document).from_json(revision.content)
                assert kept.snapshot() == document.snapshot()


def test_locks_hold_and_results_stand_only_in_tests_that_are_done(sqlite_database: Database) -> None:
    seed(sqlite_database, SMALL, 7)
    with sqlite_database.reading() as session:
        locked = session.scalars(sa.select(m.Prediction).where(m.Prediction.lock_hash.is_not(None))).all()
        names = ("question", "expected", "value", "unit", "direction", "confidence")
        assert locked
        assert all(row.lock_hash == prediction_hash(**{name: getattr(row, name) for name in names}) for row in locked)
        stages = session.scalars(sa.select(m.Cycle.stage).join(m.Result, m.Result.cycle_id == m.Cycle.item_id))
        assert set(stages) == {Stage.DONE}
        before = orm.aliased(m.Cycle)
        ramps = session.execute(
            sa.select(m.Cycle.idea_id == before.idea_id, m.Cycle.started_on >= before.started_on)
            .join(before, m.Cycle.previous_id == before.item_id)
            .where(m.Cycle.stage != Stage.PLANNED)
        ).all()
        assert ramps
        assert {tuple(row) for row in ramps} == {(True, True)}


def test_no_idea_descends_from_itself(sqlite_database: Database) -> None:
    seed(sqlite_database, SMALL, 7)
    with sqlite_database.reading() as session:
        links = session.scalars(sa.select(m.Link).where(m.Link.type.in_(ANCESTRY))).all()
        assert links
        assert all(link.target_id < link.source_id for link in links)


def test_the_command_says_what_to_do_when_the_database_is_not_empty(tmp_path: Path) -> None:
    arguments = ["seed", "--records", "5", "--database", f"sqlite:///{tmp_path}/x.db"]
    environment = {"KB_DATA_DIR": str(tmp_path)}
    assert CliRunner().invoke(bench, arguments, env=environment).exit_code == 0
    again = CliRunner().invoke(bench, arguments, env=environment)
    assert isinstance(again.exception, NotEmptyError)
    assert "--database" in again.exception.advice
