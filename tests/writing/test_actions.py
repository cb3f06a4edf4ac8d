"""Starting, editing, submitting, publishing, sending back and withdrawing."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.db import Database
from kb.errors import ConflictError, InvalidError, LoopError
from kb.items.document import AdaptationEntry, LinkEntry
from kb.items.rules import LinkType, RevisionStatus
from kb.permissions import State
from kb.writing import actions, kinds, queries
from tests.factories import NOW, make_idea
from tests.writing.world import World, idea_document, make_world

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def session(sqlite_database: Database) -> Iterator[orm.Session]:
    with sqlite_database.writing() as opened:
        yield opened


@pytest.fixture
def world(session: orm.Session) -> World:
    return make_world(session)


def _start(session: orm.Session, world: World, **over: object) -> m.Item:
    return actions.start(session, idea_document(world, **over), by=world.alice.id, now=NOW)


def _edit(session: orm.Session, world: World, item: m.Item, base: str | None = None, **over: object) -> m.Item:
    document = queries.working_document(session, item).model_copy(update=over)
    base = base or queries.base_of(session, item)
    return actions.edit(session, item, document, base=base, by=world.alice.id, now=LATER)


def _published(session: orm.Session, world: World) -> m.Item:
    item = _start(session, world)
    actions.submit(session, item, by=world.alice.id, now=NOW)
    return actions.publish(session, item, by=world.carla.id, now=NOW)


def _statuses(session: orm.Session, item: m.Item) -> list[str]:
    return [row.status.value for row in reversed(queries.revisions(session, item))]


def test_a_new_record_is_a_draft_of_its_author(session: orm.Session, world: World) -> None:
    item = _start(session, world, state=State.PUBLISHED, published=NOW, author=world.bob.public_id, edition=7)
    assert (item.state, item.author_id, item.published_at, item.edition) == (State.DRAFT, world.alice.id, None, 0)
    assert _statuses(session, item) == ["saved"]


def test_from_draft_to_published(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    _edit(session, world, item, title="Call home before anything else")
    actions.submit(session, item, by=world.alice.id, now=LATER, note="Please look at the steps.")
    assert item.state is State.REVIEW
    actions.publish(session, item, by=world.carla.id, now=LATER)
    assert (item.state, item.edition, item.published_at) == (State.PUBLISHED, 1, LATER)
    assert _statuses(session, item) == ["saved", "saved", "published"]
    rows = session.scalars(sa.select(m.Publication).order_by(m.Publication.id)).all()
    assert [(row.from_state, row.to_state, row.person_id, row.note) for row in rows] == [
        (State.DRAFT, State.REVIEW, world.alice.id, "Please look at the steps."),
        (State.REVIEW, State.PUBLISHED, world.carla.id, ""),
    ]
    words = session.scalars(sa.select(m.History.action).order_by(m.History.id)).all()
    assert words == ["created", "changed", "submitted", "published"]


def test_what_is_missing_is_said_field_by_field(session: orm.Session, world: World) -> None:
    item = _start(session, world, drivers=[], texts={}, summary="3 of 4 came")
    for action in (actions.submit, actions.publish):
        with pytest.raises(actions.BlockedError) as blocked:
            action(session, item, by=world.alice.id, now=NOW)
        assert [one.field for one in blocked.value.blockers] == [
            "texts.hypothesis",
            "texts.how_to_try",
            "drivers",
            "summary",
        ]
    assert item.state is State.DRAFT


def test_an_edit_of_a_published_record_waits(session: orm.Session, world: World) -> None:
    item = _published(session, world)
    _edit(session, world, item, title="Another title")
    _edit(session, world, item, title="A better title")
    assert item.title == "Call home first"
    waiting = queries.open_edit(session, item)
    assert waiting is not None
    assert waiting.content["title"] == "A better title"
    assert _statuses(session, item) == ["saved", "published", "saved", "proposed"]
    actions.publish(session, item, by=world.carla.id, now=LATER)
    assert (item.title, item.edition, item.published_at) == ("A better title", 2, NOW)
    assert _statuses(session, item) == ["saved", "published", "saved", "saved", "published"]
    assert queries.open_edit(session, item) is None


def test_a_minor_correction_keeps_the_edition(session: orm.Session, world: World) -> None:
    item = _published(session, world)
    _edit(session, world, item, title="Call home frist")
    actions.publish(session, item, by=world.carla.id, now=LATER, minor=True)
    assert (item.title, item.edition) == ("Call home frist", 1)


def test_an_edit_that_cannot_be_taken_is_refused_at_once(session: orm.Session, world: World) -> None:
    item = _published(session, world)
    child = make_idea(session)
    session.add(m.Link(source_id=child.id, target_id=item.id, type=LinkType.ADAPTED_FROM))
    session.flush()
    frame = AdaptationEntry(why="Less time.")
    link = LinkEntry(type=LinkType.ADAPTED_FROM, target=child.public_id, adaptation=frame)
    with pytest.raises(LoopError):
        _edit(session, world, item, links=[link])
    with pytest.raises(InvalidError, match="no driver"):
        _edit(session, world, item, drivers=["00000000"])
    with pytest.raises(InvalidError, match="kB"):
        _edit(session, world, item, texts={"hypothesis": "x" * 100_001})
    assert _statuses(session, item) == ["saved", "published"]


def test_trying_an_edit_out_leaves_no_trace(session: orm.Session, world: World) -> None:
    """What was noted for the change feed before stays noted; what the trial noted does not."""
    item, other = _published(session, world), make_idea(session)
    session.info.clear()
    feed.touch(session, [other.id])
    with pytest.raises(InvalidError):
        _edit(session, world, item, drivers=["00000000"])
    assert session.info == {"kb.touched": {other.id}}
    before = session.scalar(sa.select(sa.func.count()).select_from(m.History))
    _edit(session, world, item, title="Waits")
    assert session.scalar(sa.select(sa.func.count()).select_from(m.History)) == (before or 0) + 1
    assert other.id in session.info["kb.touched"]


def test_a_stale_form_is_not_saved(session: orm.Session, world: World) -> None:
    for item in (_start(session, world), _published(session, world)):
        base = queries.base_of(session, item)
        _edit(session, world, item, summary="The first one in.")
        with pytest.raises(actions.StaleError) as stale:
            _edit(session, world, item, base, summary="The second.")
        assert stale.value.base.summary == "A call before the letter."
        assert stale.value.mine.summary == "The second."
        assert stale.value.theirs.summary == "The first one in."
        assert queries.working_document(session, item).summary == "The first one in."


def test_an_absurd_base_is_stale(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    _edit(session, world, item, summary="Saved.")
    document = queries.working_document(session, item).model_copy(update={"summary": "Mine."})
    for base in ("", "x", "1", ".", "-1.1", "9" * 5000, "1.²"):
        with pytest.raises(actions.StaleError):
            actions.edit(session, item, document, base=base, by=world.alice.id, now=NOW)


def test_saving_the_same_is_nothing(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    version = item.row_version
    _edit(session, world, item)
    assert item.row_version == version
    assert _statuses(session, item) == ["saved"]


def test_a_form_cannot_change_what_is_not_written_in_it(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    _edit(
        session,
        world,
        item,
        summary="Mine.",
        state=State.PUBLISHED,
        published=NOW,
        edition=9,
        author=world.bob.public_id,
        school=world.other_school.public_id,
        shared_with_school=True,
        small_counts_confirmed=True,
    )
    assert not item.counts_confirmed
    assert (item.state, item.edition, item.author_id) == (State.DRAFT, 0, world.alice.id)
    assert (item.school_id, item.shared_with_school, item.summary) == (world.school.id, False, "Mine.")


def test_sent_back_with_words(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    actions.submit(session, item, by=world.alice.id, now=NOW)
    actions.ask_for_changes(session, item, by=world.carla.id, now=NOW, note="Who calls?")
    assert item.state is State.DRAFT
    actions.submit(session, item, by=world.alice.id, now=NOW)
    actions.publish(session, item, by=world.carla.id, now=NOW)
    _edit(session, world, item, title="Changed")
    actions.ask_for_changes(session, item, by=world.carla.id, now=LATER, note="Why?")
    assert queries.working_document(session, item).title == "Changed"
    _edit(session, world, item, title="Changed again")
    actions.decline(session, item, by=world.carla.id, now=LATER, note="No.")
    assert queries.working_document(session, item).title == "Call home first"
    assert _statuses(session, item)[-2:] == ["saved", "declined"]
    assert queries.revisions(session, item)[0].note == "No."


def test_withdrawn_and_put_up_again_word_for_word(session: orm.Session, world: World) -> None:
    item = _published(session, world)
    actions.withdraw(session, item, by=world.alice.id, now=LATER)
    actions.withdraw(session, item, by=world.alice.id, now=LATER)
    assert item.state is State.WITHDRAWN
    _edit(session, world, item, title="Changed while it was down")
    actions.publish_again(session, item, by=world.alice.id, now=LATER)
    assert (item.state, item.title, item.edition) == (State.PUBLISHED, "Call home first", 1)
    assert queries.working_document(session, item).title == "Changed while it was down"


def test_only_what_can_be_is_done(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    with pytest.raises(ConflictError):
        actions.withdraw(session, item, by=world.alice.id, now=NOW)
    with pytest.raises(ConflictError):
        actions.publish_again(session, item, by=world.alice.id, now=NOW)
    item = _published(session, world)
    with pytest.raises(ConflictError):
        actions.submit(session, item, by=world.alice.id, now=NOW)


def test_sharing_and_handing_over(session: orm.Session, world: World) -> None:
    item = _start(session, world)
    actions.share(session, item, shared=True, by=world.alice.id, now=NOW)
    assert item.shared_with_school
    actions.reassign(session, item, to=world.amir, by=world.carla.id, now=NOW)
    assert item.author_id == world.amir.id
    for nobody in (world.bob, world.charlie):
        with pytest.raises(InvalidError):
            actions.reassign(session, item, to=nobody, by=world.carla.id, now=NOW)


def test_a_record_without_revisions_gets_its_first(session: orm.Session, world: World) -> None:
    """What was imported or made before revisions were kept loses nothing at its first edit."""
    item = make_idea(
        session,
        state=State.DRAFT,
        author_id=world.alice.id,
        school_id=world.school.id,
        summary="As it was.",
    )
    base = queries.base_of(session, item)
    _edit(session, world, item, summary="As it is.")
    assert [row.content["summary"] for row in queries.revisions(session, item)] == ["As it is.", "As it was."]
    with pytest.raises(actions.StaleError) as stale:
        _edit(session, world, item, base, title="Mine")
    assert stale.value.base.summary == "As it was."
    assert kinds.document_of(session, item).summary == "As it is."
    assert RevisionStatus.SAVED.value == _statuses(session, item)[0]
