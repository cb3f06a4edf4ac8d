"""Erasing: the word is searched for in every column, the index, the files, and a backup that was made before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, history
from kb import models as m
from kb.attachments.actions import attach
from kb.attachments.blobs import store_of
from kb.attachments.contents import accept
from kb.backup.restore import restore
from kb.backup.write import back_up
from kb.config import Settings
from kb.cycles.document import CycleDocument, PredictionEntry, ResultEntry
from kb.cycles.rules import Decision, MeasureKind, ResultStatus, Stage
from kb.db import Base, Database
from kb.errors import ConflictError, InvalidError
from kb.following.comments.rules import CommentKind
from kb.following.problems.models import PrivacyProblem
from kb.ids import new_public_id
from kb.items.document import AdaptationEntry, CreditEntry, LinkEntry
from kb.items.rules import CreditRole, LinkType
from kb.mail import actions as mail
from kb.permissions import State
from kb.search.service import Search
from kb.work import worker
from kb.writing import actions, drafts, erasure, kinds, queries
from tests.factories import NOW, make_idea, make_method
from tests.writing.world import World, idea_document, make_world

WORD = "quillfeather"


@pytest.fixture
def session(sqlite_database: Database) -> Iterator[orm.Session]:
    with sqlite_database.writing() as opened:
        yield opened


@pytest.fixture
def world(session: orm.Session) -> World:
    return make_world(session)


def _idea(session: orm.Session, world: World, settings: Settings) -> m.Item:
    """Return an idea that says the word wherever something can be said, published and with an edit that waits."""
    parent = make_idea(session)
    frame = AdaptationEntry(kept=WORD, why=WORD, decided_by=WORD)
    document = idea_document(
        world,
        title=f"About {WORD}",
        summary=f"A sentence of {WORD}.",
        texts={"hypothesis": f"If {WORD}, then.", "how_to_try": WORD},
        population=WORD,
        topics=[WORD],
        credits=[CreditEntry(name=WORD, role=CreditRole.TEACHER)],
        links=[LinkEntry(type=LinkType.ADAPTED_FROM, target=parent.public_id, reason=WORD, adaptation=frame)],
    )
    item = actions.start(session, document, by=world.alice.id, now=NOW)
    actions.submit(session, item, by=world.alice.id, now=NOW, note=WORD)
    actions.publish(session, item, by=world.carla.id, now=NOW)
    changed = queries.working_document(session, item).model_copy(update={"duration": WORD})
    actions.edit(session, item, changed, base=queries.base_of(session, item), by=world.alice.id, now=NOW)
    actions.ask_for_changes(session, item, by=world.carla.id, now=NOW, note=WORD)
    _around(session, world, settings, item)
    return item


def _cycle(session: orm.Session, world: World, settings: Settings) -> m.Item:
    """Return a cycle that says the word wherever something can be said."""
    make_method(session)
    document = CycleDocument(
        id=new_public_id(),
        title=WORD,
        summary=WORD,
        state=State.DRAFT,
        created=NOW,
        school=world.school.public_id,
        network=world.network.public_id,
        idea=make_idea(session).public_id,
        method="pdsa",
        method_version="1",
        stage=Stage.DONE,
        test_population=WORD,
        started_on=NOW.date(),
        result=ResultStatus.GOT_WORSE,
        decision=Decision.ABANDON,
        predictions=[PredictionEntry(question=WORD, expected=WORD, unit=WORD, actual=WORD)],
        results=[ResultEntry(measure=WORD, kind=MeasureKind.OUTCOME, group=WORD, note=WORD, unit=WORD)],
        texts={"do.did": WORD, "study.learned": WORD, "surprises": WORD, "next_step": WORD},
    )
    item = actions.start(session, document, by=world.alice.id, now=NOW)
    _around(session, world, settings, item)
    return item


def _around(session: orm.Session, world: World, settings: Settings, item: m.Item) -> None:
    form = f"/{item.kind.value}s/{item.public_id}/edit"
    payload = {"title": [WORD]}
    person = world.alice.id
    drafts.keep(session, person_id=person, form=form, payload=payload, base="", item_id=item.id, now=NOW)
    data = f"when,where\n2025-09-08,{WORD}\n".encode()
    attach(session, store_of(settings), item, accept(data, "a.csv"), name=f"{WORD}.csv", alt=WORD, by=person, now=NOW)
    session.add(m.ReviewComment(item_id=item.id, field="title", text=WORD, person_id=person, at=NOW))
    comment = m.Comment(
        public_id=new_public_id(),
        item_id=item.id,
        author_id=person,
        kind=CommentKind.COMMENT,
        text=WORD,
        html=WORD,
        created_at=NOW,
    )
    session.add(comment)
    cells = [["title"], [WORD], ["another"]]
    one = m.BulkImport(
        person_id=person, network_id=world.network.id, created_at=NOW, file_name="old.csv", file_hash="0", rows=cells
    )
    session.add(one)
    session.flush()
    session.add(m.BulkRow(key=item.public_id, import_id=one.id, number=2, item_id=item.id))
    mail.send(session, to="a@example.org", subject=WORD, text=WORD, about=item.public_id, now=NOW)
    for letter in (f"New\n\n- {item.title} (your question)", f"See /{item.kind.value}s/{item.ref}: {WORD}"):
        mail.send(session, to="a@example.org", subject="News", text=letter, now=NOW)
    page = f"https://kb.example/{item.kind.value}s/{item.ref}"
    said = {"page": page, "text": WORD, "answer": WORD, "created_at": NOW}
    session.add(PrivacyProblem(public_id=new_public_id(), **said))
    begun = f"/{item.kind.value}s/new?parent={item.public_id}"
    drafts.keep(session, person_id=world.bob.id, form=begun, payload=payload, base="", item_id=None, now=NOW)
    history.record(session, "said", kind="idea", public_id=item.public_id, by=person, now=NOW, words=WORD)
    session.flush()


def _where(session: orm.Session) -> list[str]:
    """Return every column of the database that holds the word, whatever its type."""
    found = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(sa.select(table)).mappings():
            found += [f"{table.name}.{name}" for name, value in row.items() if WORD in repr(value).lower()]
    return sorted(set(found))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "throughline.db" not in path.name)


def _settings(database: Database, folder: Path) -> Settings:
    address = database.engine.url.render_as_string(hide_password=False)
    return Settings(data_dir=folder, database_url=address, secret_key="tests-only-secret-that-is-long-enough")


@pytest.mark.parametrize(("kind", "make"), [("sqlite", _idea), ("postgres", _idea), ("sqlite", _cycle)])
def test_no_word_is_left(request: pytest.FixtureRequest, tmp_path: Path, kind: str, make: object) -> None:
    database: Database = request.getfixturevalue(f"{kind}_database")
    settings = _settings(database, tmp_path / "data")
    with database.writing() as session:
        item = make(session, make_world(session), settings)  # type: ignore[operator]
        assert len(_where(session)) > 20
        feed.touch(session, [item.id])
        feed.commit(session)
    search = Search(database, settings)
    search.rebuild()
    indexed = [path for path in _files(settings.data_dir) if WORD.encode() in path.read_bytes()]
    backup = tmp_path / "before.kb"
    back_up(database, settings, backup)
    with database.writing() as session:
        actions.erase(session, session.get_one(m.Item, item.id), by=None, now=NOW)
        feed.commit(session)
    search.catch_up()
    made = worker(database, settings)
    while made.work_once():
        pass
    with database.reading() as session:
        assert _where(session) == []
        row = session.scalars(sa.select(m.History).where(m.History.action == "erased")).one()
        assert (row.public_id, row.facts) == (item.public_id, {})
    left = [path.name for path in _files(settings.data_dir) if WORD.encode() in path.read_bytes()]
    assert (len(indexed) > 0, left) == (True, [])
    restore(database, settings, backup, overwrite=True)
    with database.reading() as session:
        assert _where(session) == []
    search.stop()


def test_it_stays_erased(session: orm.Session, world: World, tmp_path: Path) -> None:
    item = actions.start(session, idea_document(world), by=world.alice.id, now=NOW)
    document = kinds.document_of(session, item)
    actions.erase(session, item, by=world.dana.id, now=NOW)
    actions.erase(session, item, by=world.dana.id, now=NOW)
    assert session.scalar(sa.select(sa.func.count()).where(m.History.action == "erased")) == 1
    with pytest.raises(InvalidError, match="does not come back"):
        kinds.save(session, document, by=world.dana.id, now=NOW)
    for action in (actions.publish, actions.submit, actions.withdraw, actions.publish_again):
        with pytest.raises(ConflictError):
            action(session, item, by=world.dana.id, now=NOW)


def test_what_others_stand_on_stays(session: orm.Session, world: World) -> None:
    parent = make_idea(session, title="Parent")
    link = LinkEntry(type=LinkType.ADAPTED_FROM, target=parent.public_id, adaptation=AdaptationEntry(why="Less time."))
    child = actions.start(session, idea_document(world, links=[link]), by=world.alice.id, now=NOW)
    actions.erase(session, parent, by=world.dana.id, now=NOW)
    assert [one.target for one in kinds.document_of(session, child).links] == [parent.public_id]
    assert kinds.document_of(session, parent).title == ""


def test_every_table_about_a_record_is_thought_of() -> None:
    """A new table with words about an item either says with which column it is erased or is listed here."""
    by_hand = {table.__tablename__ for table, _column in erasure._PARTS}
    kept = {"item", "change_idea", "cycle", "link", "publication", "idea_merge"}
    about_items = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"item", "change_idea", "cycle"}
    }
    marks = {erasure.MARK, erasure.HOOK}
    declared = {table.name for table in Base.metadata.sorted_tables if marks & set(table.info)}
    assert about_items - by_hand - declared - kept == set()
