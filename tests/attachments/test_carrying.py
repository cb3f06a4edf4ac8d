"""Files go out with an export and come back with an import, byte for byte; what is wrong with one is said by name."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kb import feed
from kb import models as m
from kb.attachments import actions
from kb.attachments.blobs import LocalBlobs
from kb.attachments.contents import Content, accept
from kb.attachments.rules import FileKind
from kb.db import Database
from kb.exporter.write import export_path
from kb.importer.beside import take_bytes
from kb.importer.load import Report, import_path
from kb.importer.records import parse
from kb.permissions import State
from tests.attachments.files import SCRIPT, office, photo_with_notes, picture
from tests.factories import make_person
from tests.importer.world import CHILD, IDEA, LATER, NOW, idea, tree, whole, write

FILES = {
    "photo": accept(photo_with_notes(), "a.jpg"),
    "chart": accept(picture("PNG"), "a.png"),
    "wall": accept(picture("WEBP"), "a.webp"),
    "plan": accept(office(), "a.docx"),
    "turns": Content(b"a,b\r\n1,2\r\n", FileKind.CSV),
}


def _fill(database: Database, store: LocalBlobs, folder: Path) -> list[str]:
    """Give the first idea five files, one of which its text shows; return their ids."""
    import_path(database, whole(folder), now=NOW)
    with database.writing() as session:
        item = session.scalars(sa.select(m.Item).where(m.Item.public_id == IDEA)).one()
        author = make_person(session, public_id="per00001", name="A. Teacher")
        made = [
            actions.attach(session, store, item, content, name=name, alt=f"The {name}", by=author.id, now=NOW)
            for name, content in FILES.items()
        ]
        row = session.get_one(m.ChangeIdea, item.id)
        row.how_to_try = f"![The photo]({made[0].url})"
        feed.commit(session)
    return [one.public_id for one in made]


def _load(database: Database, folder: Path, store: LocalBlobs) -> Report:
    return import_path(database, folder, now=LATER, blobs=store)


def test_files_come_back_byte_for_byte_across_databases(
    sqlite_database: Database, postgres_database: Database, tmp_path: Path
) -> None:
    here, there = LocalBlobs(tmp_path / "here"), LocalBlobs(tmp_path / "there")
    ids = _fill(sqlite_database, here, tmp_path / "files")
    export_path(sqlite_database, tmp_path / "first", blobs=here)
    first = tree(tmp_path / "first")
    assert first[f"attachments/{ids[0]}/photo.jpg"] == FILES["photo"].data
    assert {f"attachments/{one}.md" for one in ids} <= set(first)
    assert "people/per00001.md" in first
    assert _load(postgres_database, tmp_path / "first", there).problems == []
    export_path(postgres_database, tmp_path / "second", blobs=there)
    assert tree(tmp_path / "second") == first
    again = _load(postgres_database, tmp_path / "first", there)
    assert (again.new, again.changed, again.problems) == ([], [], [])


def test_the_public_gets_what_a_text_shows_and_not_who_added_it(sqlite_database: Database, tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path / "blobs")
    ids = _fill(sqlite_database, store, tmp_path / "files")
    export_path(sqlite_database, tmp_path / "public", public=True, blobs=store)
    files = tree(tmp_path / "public")
    assert [name for name in files if "attachments/" in name] == [
        f"attachments/{ids[0]}.md",
        f"attachments/{ids[0]}/photo.jpg",
    ]
    assert b"per00001" not in b"".join(files.values())


def test_lost_bytes_do_not_stop_an_export(sqlite_database: Database, tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path / "blobs")
    ids = _fill(sqlite_database, store, tmp_path / "files")
    store.remove(LocalBlobs(tmp_path / "other").put(FILES["plan"].data))
    export_path(sqlite_database, tmp_path / "out", blobs=store)
    names = set(tree(tmp_path / "out"))
    assert f"attachments/{ids[3]}.md" not in names
    assert f"attachments/{ids[4]}.md" in names


def _file(folder: Path, data: bytes | None, name: str = "chart.png", **over: str) -> Path:
    """Write an attachment by hand, below the small world; the bytes beside it unless there are none."""
    fields = {"kind": "attachment", "id": "ftt00001", "item": IDEA, "name": name, "alt": "A chart"}
    fields |= {"at": "2026-01-05T10:00:00Z", **over}
    path = folder / "files" / "ftt00001.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n" + "".join(f"{key}: {value}\n" for key, value in fields.items() if value) + "---\n")
    if data is not None:
        (path.parent / "ftt00001").mkdir(exist_ok=True)
        (path.parent / "ftt00001" / name).write_bytes(data)
    return folder


def test_a_photo_written_by_hand_loses_its_notes(sqlite_database: Database, tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path / "blobs")
    folder = _file(whole(tmp_path / "files"), photo_with_notes(), "photo.jpg")
    assert _load(sqlite_database, folder, store).problems == []
    with sqlite_database.reading() as session:
        row = session.scalars(sa.select(m.Attachment)).one()
    data = store.get(row.sha256)
    assert data is not None
    assert b"ecret" not in data
    assert _load(sqlite_database, folder, store).changed == []


@pytest.mark.parametrize(
    ("data", "over", "said"),
    [
        (None, {}, "is not beside this one"),
        (SCRIPT, {}, "Save it as one of these"),
        (picture("JPEG"), {}, "must end in .jpg"),
        (picture(), {"sha256": "a" * 64}, "is not that of the file"),
        (None, {"name": "../../evil.png"}, "name"),
        (None, {"name": "chart.svg"}, "name"),
    ],
)
def test_what_is_wrong_with_the_bytes_is_said(
    tmp_path: Path, data: bytes | None, over: dict[str, str], said: str
) -> None:
    path = _file(tmp_path, data, **over) / "files" / "ftt00001.md"
    record, problems = parse(path, "files/ftt00001.md")
    if record is not None:
        kept, problems = take_bytes([record], LocalBlobs(tmp_path / "blobs"))
        assert kept == []
    assert [problem.path for problem in problems] == ["files/ftt00001.md"]
    assert said in str(problems[0])


def test_a_file_without_its_words_or_its_record_is_refused_alone(sqlite_database: Database, tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path / "blobs")
    folder = whole(tmp_path / "files")
    for over, said in (({"alt": ""}, "what the picture shows"), ({"item": "dea00099"}, "There is no record dea00099")):
        (problem,) = _load(sqlite_database, _file(folder, picture(), **over), store).problems
        assert (problem.path, said in str(problem)) == ("files/ftt00001.md", True)
    with sqlite_database.reading() as session:
        assert session.scalars(sa.select(m.Attachment)).all() == []
        assert session.scalars(sa.select(m.Item)).all() != []


def test_a_link_to_a_file_elsewhere_is_not_followed(sqlite_database: Database, tmp_path: Path) -> None:
    folder = _file(whole(tmp_path / "files"), picture())
    beside = folder / "files" / "ftt00001" / "chart.png"
    (tmp_path / "secret.png").write_bytes(beside.read_bytes())
    beside.unlink()
    beside.symlink_to(tmp_path / "secret.png")
    report = _load(sqlite_database, folder, LocalBlobs(tmp_path / "blobs"))
    assert "is a link" in str(report.problems[0])


def test_without_a_store_files_are_refused_and_the_rest_is_read(sqlite_database: Database, tmp_path: Path) -> None:
    report = import_path(sqlite_database, _file(whole(tmp_path), picture()), now=NOW)
    assert ["no store" in str(problem) for problem in report.problems] == [True]
    assert "ideas/first.md" in report.new


def _erased(database: Database) -> None:
    with database.writing() as session:
        session.scalars(sa.select(m.Item).where(m.Item.public_id == CHILD)).one().state = State.ERASED
        session.execute(sa.delete(m.Attachment))
        feed.commit(session)


def _moved(database: Database) -> None:
    with database.writing() as session:
        item_id = session.scalar(sa.select(m.Item.id).where(m.Item.public_id == CHILD))
        session.execute(sa.update(m.Attachment).values(item_id=item_id))
        feed.commit(session)


@pytest.mark.parametrize(
    ("change", "target", "said"), [(_erased, CHILD, "was erased"), (_moved, IDEA, "another record")]
)
def test_a_file_goes_to_no_other_and_no_erased_record(
    sqlite_database: Database, tmp_path: Path, change: Callable[[Database], None], target: str, said: str
) -> None:
    store = LocalBlobs(tmp_path / "blobs")
    _load(sqlite_database, _file(whole(tmp_path / "files"), picture()), store)
    change(sqlite_database)
    folder = tmp_path / "again"
    write(folder, ideas__other=idea("dea00009"))
    report = _load(sqlite_database, _file(folder, picture(), item=target), store)
    assert any(said in str(problem) for problem in report.problems)
