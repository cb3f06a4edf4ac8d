"""Imports on both databases: everything arrives, a second run changes nothing, and people's changes are left."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, models
from kb.cycles.rules import prediction_hash
from kb.db import Database
from kb.importer import load as importer
from kb.importer.load import Report, import_path
from kb.items.models import Item
from kb.permissions import State
from tests.importer import world
from tests.importer.world import CASE, CHILD, CYCLE, IDEA, LATER, NOW, SCHOOL, dump, whole, write


def load(database: Database, path: Path, **over: object) -> Report:
    report = import_path(database, path, now=NOW, **over)  # type: ignore[arg-type]
    assert [str(problem) for problem in report.problems] == []
    return report


def item(session: orm.Session, public_id: str) -> Item:
    return session.scalars(sa.select(Item).where(Item.public_id == public_id).options(orm.undefer(Item.html))).one()


def test_everything_arrives(database: Database, tmp_path: Path) -> None:
    report = load(database, whole(tmp_path))
    assert (len(report.new), report.failed) == (8, False)
    with database.reading() as session:
        idea, child, cycle = (item(session, one) for one in (IDEA, CHILD, CYCLE))
        assert (idea.title, idea.edition, idea.state) == (f"Idea {IDEA}", 1, State.PUBLISHED)
        assert idea.html["how_to_try"].startswith("<ol>")
        link = session.scalars(sa.select(models.Link).where(models.Link.source_id == child.id)).one()
        assert (link.target_id, link.reason) == (idea.id, "For younger ones.")
        assert session.get_one(models.Adaptation, link.id).kept == "The call."
        row = session.get_one(models.Cycle, cycle.id)
        assert (row.idea_id, row.group_size) == (idea.id, 24)
        assert session.scalars(sa.select(models.StepAnswer.text)).all() == ["We called."]
        labels = sa.select(models.Tag.label).join(models.ItemTag).where(models.ItemTag.item_id == idea.id)
        assert set(session.scalars(labels)) == {"Attendance", "9-12"}
        assert session.scalar(sa.select(models.Driver.title).where(models.Driver.parent_id.is_not(None)))
        assert session.scalars(sa.select(models.Revision.edition)).all() == [1, 1, 1, 1]
        assert session.scalars(sa.select(models.Publication.to_state)).all() == [State.PUBLISHED] * 4


def test_a_second_run_changes_no_row(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    before = dump(database)
    report = load(database, tmp_path, overwrite=True)
    assert (len(report.unchanged), report.new, report.changed, report.left) == (8, [], [], [])
    assert dump(database) == before


def test_a_changed_file_makes_the_next_edition(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    write(tmp_path, ideas__first=world.idea(summary="In other words."))
    assert import_path(database, tmp_path, now=LATER).changed == ["ideas/first.md"]
    with database.reading() as session:
        idea = item(session, IDEA)
        assert (idea.edition, idea.summary, idea.updated_at) == (2, "In other words.", LATER)
        revisions = session.scalars(sa.select(models.Revision).where(models.Revision.item_id == idea.id)).all()
        assert [(one.number, one.base, one.edition, one.minor) for one in revisions] == [
            (1, None, 1, False),
            (2, 1, 2, False),
        ]
        assert [one.content["summary"] for one in revisions] == ["In one sentence.", "In other words."]


def test_a_minor_change_keeps_the_edition(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    write(tmp_path, ideas__first=world.idea(summary="In one sentence!", minor=True))
    import_path(database, tmp_path, now=LATER)
    before = dump(database)
    assert import_path(database, tmp_path, now=LATER).changed == []
    assert dump(database) == before
    with database.reading() as session:
        assert item(session, IDEA).edition == 1
        assert session.scalars(sa.select(models.Revision.minor).where(models.Revision.number == 2)).all() == [True]


def test_a_change_of_state_is_a_publication_and_no_edition(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    write(tmp_path, cases__one=world.case(state="withdrawn"))
    import_path(database, tmp_path, now=LATER)
    with database.reading() as session:
        case = item(session, CASE)
        assert (case.state, case.edition) == (State.WITHDRAWN, 1)
        rows = session.scalars(sa.select(models.Publication).where(models.Publication.item_id == case.id)).all()
        assert [(row.from_state, row.to_state, row.at) for row in rows][1:] == [
            (State.PUBLISHED, State.WITHDRAWN, LATER)
        ]


def test_a_draft_has_no_revision_until_it_is_published(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path, cases__one=world.case(state="draft", published=None)))
    with database.reading() as session:
        assert item(session, CASE).edition == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(models.Revision)) == 3
    write(tmp_path, cases__one=world.case())
    assert load(database, tmp_path).changed == ["cases/one.md"]
    with database.reading() as session:
        assert item(session, CASE).edition == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(models.Revision)) == 4


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_people_changed_is_left_unless_told(database: Database, tmp_path: Path, overwrite: bool) -> None:
    load(database, whole(tmp_path))
    with database.writing() as session:
        item(session, IDEA).title = "Changed by hand"
        session.scalars(sa.select(models.School)).one().district = "Changed by hand"
        session.scalars(sa.select(models.Term)).one().title = "Changed by hand"
        session.scalars(sa.select(models.Network)).one().hub = "Changed by hand"
        feed.commit(session)
    write(tmp_path, cycles__one=world.cycle(summary="New."))
    report = load(database, tmp_path, overwrite=overwrite)
    by_hand = ["glossary/hub.md", "ideas/first.md", "networks/north.md", "schools/alder.md"]
    assert sorted(problem.path for problem in report.left) == ([] if overwrite else by_hand)
    assert "cycles/one.md" in report.changed
    assert not report.failed
    with database.reading() as session:
        kept = item(session, IDEA).title == "Changed by hand"
        assert kept is not overwrite
        assert (session.scalars(sa.select(models.Term.title)).one() == "Changed by hand") is not overwrite
    again = load(database, tmp_path, overwrite=overwrite)
    assert again.changed == []


def test_records_that_refer_to_each_other_are_loaded_together(database: Database, tmp_path: Path) -> None:
    back = {"type": "led_to", "target": CHILD, "reason": "It went on."}
    report = load(database, whole(tmp_path, ideas__first=world.idea(links=[back])))
    assert len(report.new) == 8
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.Link)) == 4


def test_ids_of_a_tag_in_other_letters_are_one_tag(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path, ideas__second=world.idea(CHILD, topics=["attendance", "  ATTENDANCE "])))
    before = dump(database)
    report = load(database, tmp_path)
    assert (report.changed, report.left) == ([], [])
    assert dump(database) == before
    with database.reading() as session:
        assert session.scalars(sa.select(models.Tag.label).where(models.Tag.slug == "attendance")).all() == [
            "Attendance"
        ]


def test_the_school_as_it_was_is_kept_when_do_starts(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    with database.reading() as session:
        row = session.scalars(sa.select(models.Cycle)).one()
        assert (row.context_year, row.context_enrolment, row.context_frl) == (2024, 1024, 38.5)
        assert (row.context_locale, row.context_level) == ("21", "high")
    write(tmp_path, schools__alder=world.school(context=[{"year": 2024, "enrolment": 1}], locale="43"))
    write(tmp_path, cycles__one=world.cycle(summary="New."))
    load(database, tmp_path)
    with database.reading() as session:
        row = session.scalars(sa.select(models.Cycle)).one()
        assert (row.context_enrolment, row.context_locale) == (1024, "21")


def test_a_planned_cycle_has_no_facts_of_the_school_yet(database: Database, tmp_path: Path) -> None:
    planned: dict[str, Any] = {
        "stage": "planned",
        "result": None,
        "decision": None,
        "predictions": None,
        "ended_on": None,
    }
    load(database, whole(tmp_path, cycles__one=world.cycle(**planned)))
    with database.reading() as session:
        assert session.scalars(sa.select(models.Cycle)).one().context_year is None
    write(tmp_path, cycles__one=world.cycle())
    load(database, tmp_path)
    with database.reading() as session:
        assert session.scalars(sa.select(models.Cycle)).one().context_year == 2024


def test_a_lock_made_elsewhere_is_kept_as_such(database: Database, tmp_path: Path) -> None:
    told = {"question": "How many?", "expected": "Most", "value": 70, "unit": "%", "direction": "up"}
    digest = prediction_hash(
        question="How many?", expected="Most", value=70.0, unit="%", direction="up", confidence=None
    )
    locked_at = dt.datetime(2025, 2, 1, 9, 30, tzinfo=dt.UTC)
    lock = {"locked_at": locked_at, "lock_hash": digest, "do_starts": dt.date(2025, 2, 3)}
    load(database, whole(tmp_path, cycles__one=world.cycle(predictions=[{**told, **lock}])))
    with database.reading() as session:
        row = session.scalars(sa.select(models.Prediction)).one()
        assert (row.locked_at, row.lock_hash, row.do_starts) == (locked_at, digest, dt.date(2025, 2, 3))
        assert row.locked_at_origin


def test_a_change_names_what_it_reaches_to_the_feed(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))

    def touched_by(**files: str) -> set[str]:
        with database.reading() as session:
            before = feed.latest(session)
        write(tmp_path, **files)
        load(database, tmp_path)
        with database.reading() as session:
            return set(session.scalars(sa.select(Item.public_id).where(Item.change_seq > before)))

    assert touched_by(cycles__one=world.cycle(summary="New.")) == {CYCLE, IDEA, CASE}
    assert touched_by(ideas__first=world.idea(summary="New.")) == {IDEA, CYCLE, CASE}
    assert touched_by(ideas__second=world.adapted(CHILD, IDEA, summary="New.")) == {CHILD, IDEA}
    assert touched_by(schools__alder=world.school(district="New.")) == {IDEA, CHILD, CYCLE, CASE}
    assert touched_by(networks__north=world.network(members=[])) == {IDEA, CHILD, CYCLE, CASE}
    assert touched_by(glossary__hub=world.term(title="New.")) == set()


def test_a_driver_in_use_is_retired_and_not_dropped(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    write(tmp_path, networks__north=world.network(drivers=[]))
    report = import_path(database, tmp_path, now=LATER)
    assert "retired" in str(report.problems[0])
    retired = [{"id": world.DRIVER, "title": "Families know", "retired": dt.date(2026, 1, 1)}]
    write(tmp_path, networks__north=world.network(drivers=retired))
    load(database, tmp_path)
    with database.reading() as session:
        assert session.scalars(sa.select(models.Driver.retired_on)).all() == [dt.date(2026, 1, 1)]


def test_import_of_one_file_uses_what_the_database_holds(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    write(tmp_path, cycles__two=world.cycle("cyc00002", previous=CYCLE))
    assert load(database, tmp_path / "cycles" / "two.md").new == ["two.md"]


def test_an_erased_record_does_not_come_back(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path))
    with database.writing() as session:
        item(session, CASE).state = State.ERASED
        feed.commit(session)
    report = import_path(database, tmp_path, now=LATER, overwrite=True)
    assert [problem.path for problem in report.problems] == ["cases/one.md"]
    assert "was erased here and does not come back. Delete the file." in str(report.problems[0])


def test_school_ids_of_the_nces_belong_to_one_school(database: Database, tmp_path: Path) -> None:
    load(database, whole(tmp_path, schools__alder=world.school(nces="480000101145")))
    write(tmp_path, schools__other=world.school("sch00002", nces="480000101145"))
    report = import_path(database, tmp_path, now=NOW)
    assert [(problem.path, problem.field) for problem in report.problems] == [("schools/other.md", "nces")]
    assert SCHOOL in str(report.problems[0])


def test_a_record_changed_while_the_import_runs_is_not_written_over(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(database, whole(tmp_path))
    write(tmp_path, ideas__first=world.idea(summary="From the file."))

    load_all = importer._load_all

    def changed_first(*args: Any, **more: Any) -> None:
        with database.writing() as session:
            item(session, IDEA).summary = "From a person."
            feed.commit(session)
        load_all(*args, **more)

    monkeypatch.setattr(importer, "_load_all", changed_first)
    report = import_path(database, tmp_path, now=LATER)
    assert "Somebody changed it while the import ran" in str(report.problems[0])
    with database.reading() as session:
        assert item(session, IDEA).summary == "From a person."
