"""An export is read into an empty database and exported again: the same bytes, on both databases and across them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import config, feed, models
from kb.cycles.rules import prediction_hash
from kb.db import Database
from kb.errors import InvalidError
from kb.exporter.write import MARK, export_path
from kb.importer.load import import_path
from kb.items.models import Item
from kb.items.rules import RevisionStatus
from kb.permissions import Audience, State
from tests.factories import make_member, make_person
from tests.importer import world
from tests.importer.world import CHILD, CYCLE, IDEA, LATER, NOW, SCHOOL, dump, tree, whole, write


def item(session: orm.Session, public_id: str) -> Item:
    return session.scalars(sa.select(Item).where(Item.public_id == public_id)).one()


def load(database: Database, path: Path, now: dt.datetime = NOW) -> None:
    report = import_path(database, path, now=now)
    assert [str(problem) for problem in report.problems] == []


def lived_in(database: Database, folder: Path) -> None:
    """Fill a database with all that people and imports leave behind."""
    told = {"question": "How many?", "expected": "Most", "value": 70.5, "confidence": "low"}
    digest = prediction_hash(
        question="How many?", expected="Most", value=70.5, unit="", direction=None, confidence="low"
    )
    lock = {"locked_at": dt.datetime(2025, 2, 1, 9, 30, 0, 123456, tzinfo=dt.UTC), "lock_hash": digest}
    predictions = [{**told, **lock, "do_starts": dt.date(2025, 2, 3)}, {"expected": "Half", "corrects": digest}]
    results = [{"measure": "None", "kind": "process", "n": 0, "count": 0, "before": 0, "after": -0.5}]
    whole(folder, cycles__one=world.cycle(predictions=predictions, results=results))
    write(
        folder, methods__two=world.method(version="2/b", summary="Newer."), glossary__b=world.term("plc", see=["hub"])
    )
    write(folder, cycles__two=world.cycle("cyc00002", previous=CYCLE, state="draft", published=None))
    write(folder, ideas__es=world.idea("dea00003", title="¿Qué pasó? – “Así” 日本", language="es", state="review"))
    load(database, folder)
    write(folder, ideas__first=world.idea(summary="In other words."), cases__one=world.case(state="withdrawn"))
    load(database, folder, LATER)
    with database.writing() as session:
        people(session)
        feed.commit(session)


def people(session: orm.Session) -> None:
    """Leave behind what only people do: an author, a note, a waiting edit, an erased record."""
    author = make_person(session, public_id="per00001", name="A. Teacher", email="secret@example.org")
    draft = item(session, "cyc00002")
    draft.author_id, draft.shared_with_school = author.id, True
    idea = item(session, IDEA)
    content = session.scalars(
        sa.select(models.Revision.content).where(models.Revision.item_id == idea.id, models.Revision.number == 2)
    ).one()
    edit = {**content, "title": "Proposed", "texts": {"hypothesis": "## Not a marker {#x}\n\\## Nor this {#y}"}}
    revision = models.Revision(item_id=idea.id, number=3, base=2, status=RevisionStatus.PROPOSED, author_id=author.id)
    revision.at, revision.note, revision.content = LATER, "Please look.", edit
    session.add(revision)
    published = session.scalars(sa.select(models.Publication).where(models.Publication.item_id == idea.id)).one()
    published.person_id, published.note = author.id, "Well done."
    item(session, CHILD).state = State.ERASED
    talk(session, idea, author)


def talk(session: orm.Session, idea: Item, author: models.Person) -> None:
    """Leave behind a question, an answer that was hidden and a comment without words."""
    said = {"item_id": idea.id, "author_id": author.id, "created_at": LATER}
    asked = models.Comment(public_id="cmt00002", kind="question", text="# Why?\n\n- *so*", html="", **said)
    session.add(asked)
    session.flush()
    answer = {"kind": "answer", "parent_id": asked.id, "text": "Because.", "html": "<p>Because.</p>"}
    hidden = {"state": "hidden", "state_at": LATER, "state_by": author.id, "reason": "A name: “M”"}
    session.add(models.Comment(public_id="cmt00001", **said, **answer, **hidden))
    session.add(models.Comment(public_id="cmt00003", kind="comment", text="", html="", **{**said, "author_id": None}))


def test_shipped_content_comes_back_byte_for_byte_across_databases(
    sqlite_database: Database, postgres_database: Database, tmp_path: Path
) -> None:
    """On the way: a second import changes no row, also when the first one came from an export."""
    content = config.bundled("content")
    load(sqlite_database, content)
    rows = dump(sqlite_database)
    load(sqlite_database, content, LATER)
    assert dump(sqlite_database) == rows
    export_path(sqlite_database, tmp_path / "first")
    load(postgres_database, tmp_path / "first")
    rows = dump(postgres_database)
    load(postgres_database, content, LATER)
    assert dump(postgres_database) == rows
    export_path(postgres_database, tmp_path / "second")
    first = tree(tmp_path / "first")
    assert len(first) > 120
    assert tree(tmp_path / "second") == first


@pytest.mark.parametrize("turned", [False, True])
def test_a_database_that_was_lived_in_comes_back_byte_for_byte(
    sqlite_database: Database, postgres_database: Database, tmp_path: Path, turned: bool
) -> None:
    here, there = (postgres_database, sqlite_database) if turned else (sqlite_database, postgres_database)
    lived_in(here, tmp_path / "files")
    export_path(here, tmp_path / "first")
    load(there, tmp_path / "first", LATER)
    export_path(there, tmp_path / "second")
    first = tree(tmp_path / "first")
    assert tree(tmp_path / "second") == first
    names = " ".join(first)
    assert f"revisions/{IDEA}-3.md" in names
    assert "people/per00001.md" in names
    whole_text = b"".join(first.values())
    assert b"secret@example.org" not in whole_text
    assert b"Well done." in whole_text
    report = import_path(there, tmp_path / "first", now=LATER)
    assert (report.new, report.changed, report.left) == ([], [], [])


def test_what_is_behind_the_records_comes_back_too(
    sqlite_database: Database, postgres_database: Database, tmp_path: Path
) -> None:
    lived_in(sqlite_database, tmp_path / "files")
    export_path(sqlite_database, tmp_path / "export")
    load(postgres_database, tmp_path / "export", LATER)

    def picture(database: Database) -> dict[str, Any]:
        with database.reading() as session:
            revision, publication = models.Revision, models.Publication
            columns = (revision.number, revision.base, revision.edition, revision.status, revision.note, revision.at)
            revisions = sa.select(Item.public_id, *columns, revision.content).join(Item, Item.id == revision.item_id)
            told = sa.select(Item.public_id, publication.to_state, publication.at, publication.note)
            locks = sa.select(models.Prediction.locked_at, models.Prediction.lock_hash, models.Prediction.do_starts)
            items = sa.select(Item.public_id, Item.edition, Item.state, Item.updated_at, Item.shared_with_school)
            return {
                "revisions": sorted(map(repr, session.execute(revisions))),
                "publications": sorted(map(repr, session.execute(told.join(Item, Item.id == publication.item_id)))),
                "locks": sorted(map(repr, session.execute(locks))),
                "items": sorted(map(repr, session.execute(items))),
            }

    assert picture(postgres_database) == picture(sqlite_database)


def test_an_erased_record_keeps_its_id_and_nothing_else(sqlite_database: Database, tmp_path: Path) -> None:
    lived_in(sqlite_database, tmp_path / "files")
    export_path(sqlite_database, tmp_path / "export")
    text = (tmp_path / "export" / "ideas" / f"{CHILD}.md").read_text()
    assert "state: erased" in text
    for word in ("adapted_from", "Okafor", "Attendance", "If we call"):
        assert word not in text


def test_an_export_replaces_only_an_export(sqlite_database: Database, tmp_path: Path) -> None:
    load(sqlite_database, whole(tmp_path / "files"))
    target = tmp_path / "export"
    assert export_path(sqlite_database, target) == 8
    (target / "ideas" / "old.md").write_text("Gone with the next export.")
    export_path(sqlite_database, target)
    assert not (target / "ideas" / "old.md").exists()
    before = tree(tmp_path / "files")
    with pytest.raises(InvalidError, match="holds something else"):
        export_path(sqlite_database, tmp_path / "files")
    assert tree(tmp_path / "files") == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["export", "files"]
    assert (target / MARK).is_file()


def test_an_export_that_fails_leaves_the_old_one(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sqlite_database, whole(tmp_path / "files"))
    export_path(sqlite_database, tmp_path / "export")
    before = tree(tmp_path / "export")

    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        export_path(sqlite_database, tmp_path / "export")
    assert tree(tmp_path / "export") == before


def test_an_export_that_cannot_take_its_place_gives_it_back(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sqlite_database, whole(tmp_path / "files"))
    export_path(sqlite_database, tmp_path / "export")
    before, rename = tree(tmp_path / "export"), Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError):
        export_path(sqlite_database, tmp_path / "export")
    assert tree(tmp_path / "export") == before


def test_an_export_into_the_folder_one_stands_in(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(sqlite_database, whole(tmp_path / "files"))
    (tmp_path / "export").mkdir()
    monkeypatch.chdir(tmp_path / "export")
    assert export_path(sqlite_database, Path()) == 8
    assert (tmp_path / "export" / MARK).is_file()


def test_a_public_export_does_not_replace_a_full_one(sqlite_database: Database, tmp_path: Path) -> None:
    load(sqlite_database, whole(tmp_path / "files"))
    export_path(sqlite_database, tmp_path / "export")
    before = tree(tmp_path / "export")
    with pytest.raises(InvalidError, match="holds something else"):
        export_path(sqlite_database, tmp_path / "export", public=True)
    assert tree(tmp_path / "export") == before


def test_two_editions_of_a_site_grow_alike(
    sqlite_database: Database, postgres_database: Database, tmp_path: Path
) -> None:
    load(sqlite_database, whole(tmp_path / "files"))
    export_path(sqlite_database, tmp_path / "export")
    load(postgres_database, tmp_path / "export")
    write(tmp_path / "files", ideas__first=world.idea(summary="In other words."))
    load(sqlite_database, tmp_path / "files", LATER)
    export_path(sqlite_database, tmp_path / "export")
    load(postgres_database, tmp_path / "export", LATER)
    export_path(postgres_database, tmp_path / "mirror")
    assert tree(tmp_path / "mirror") == tree(tmp_path / "export")


def test_a_public_export_holds_what_a_visitor_reads(database: Database, tmp_path: Path) -> None:
    small = [
        {"measure": "Filed", "kind": "outcome", "group": "All seniors", "n": 40, "count": 37, "note": "By June."},
        {"measure": "Called", "kind": "process", "n": 6, "count": 5},
    ]
    links = [
        {"type": "led_to", "target": CHILD, "reason": "Zwischenwort"},
        {"type": "inspired_by", "target": "dea00005"},
    ]
    files = whole(
        tmp_path / "files",
        ideas__first=world.idea(links=links),
        ideas__second=world.idea(CHILD, audience="network", title="Quillwort"),
        ideas__third=world.idea("dea00005", title="Open to all"),
        cycles__one=world.cycle(results=small, group_size=40),
        cases__one=world.case(links=[{"type": "cites", "target": "cyc00002"}, {"type": "cites", "target": CYCLE}]),
    )
    write(files, cycles__two=world.cycle("cyc00002", audience="school", title="Farnweh"))
    write(files, cycles__three=world.cycle("cyc00003", previous="cyc00002", idea=CHILD))
    write(files, cycles__four=world.cycle("cyc00004", group_size=7, groups=["Newcomers"], test_population="Seven"))
    load(database, files)
    with database.writing() as session:
        author = make_person(session, public_id="per00001")
        make_member(session, author, school=session.scalars(sa.select(models.School)).one())
        item(session, IDEA).author_id = author.id
        feed.commit(session)
    export_path(database, tmp_path / "public", public=True)
    found = tree(tmp_path / "public")
    everything = b"".join(found.values()).decode()
    for hidden in ("Quillwort", "Farnweh", "Zwischenwort", CHILD, "cyc00002", "per00001", "Newcomers", "Seven"):
        assert hidden not in everything, hidden
    assert not any(name.startswith(("revisions/", "people/")) for name in found)
    names = " ".join(sorted(found))
    assert f"cycles/{CYCLE}-" in names
    one = next(text.decode() for name, text in found.items() if CYCLE in name and name.startswith("cycles"))
    assert "count: 37" not in one
    assert "n: 6\n" not in one
    assert "count: 5" not in one
    assert "count 31 to 39" in one
    four = next(text.decode() for name, text in found.items() if "cyc00004" in name)
    assert "group_size" not in four
    assert "count: 12" not in four
    three = next(text.decode() for name, text in found.items() if "cyc00003" in name)
    assert "\nidea:" not in three
    assert "previous:" not in three
    idea = next(text.decode() for name, text in found.items() if name.startswith(f"ideas/{IDEA}"))
    assert "target: dea00005" in idea
    assert SCHOOL in idea
    assert Audience.PUBLIC.value in idea
