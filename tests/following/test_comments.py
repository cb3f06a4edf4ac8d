"""Comments: read by exactly those who may read the record, hidden by those who look after it, never lost."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.db import Database
from kb.errors import InvalidError, NotFoundError, TooManyError
from kb.following.comments import actions, queries
from kb.following.comments.models import Comment, CommentReport
from kb.following.comments.rules import LONGEST, CommentKind, CommentState
from kb.hub.merges.actions import merge, take_apart
from kb.importer.rendering import render_outdated
from kb.permissions import Audience, Permission, can
from kb.writing.erasure import erase
from tests.factories import NOW, make_idea
from tests.following.conftest import NOBODY, Client, World
from tests.visitors import post

WORDS = "Did you *also* try it on Fridays?"


def _discussion(site: World) -> str:
    return f"/discussion/cycle/{site.cycle.public_id}"


def _say(as_: Client, site: World, name: str = "bob", words: str = WORDS, kind: str = "question") -> str:
    """Say something and return where it stands."""
    answer = post(as_(name), _discussion(site), {"kind": kind, "words": words})
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/cycles/.*#comment-(\w{8})", answer.location)
    assert found is not None
    return f"/comments/{found.group(1)}"


def _one(database: Database) -> Comment:
    with database.reading() as session:
        return session.scalars(sa.select(Comment).where(Comment.parent_id.is_(None))).one()


def test_it_works(as_: Client, site: World) -> None:
    page = f"/cycles/{site.cycle.ref}"
    assert "Comments and questions" not in as_(None).get(page).text
    comment = _say(as_, site)
    assert "try it on Fridays?" in as_(None).get(page).text  # also where the page was kept for visitors
    assert "<em>also</em>" in as_(None).get(page).text
    assert post(as_("alice"), f"{comment}/answers", {"words": "Yes, twice."}).status_code == 303
    for name in (None, "bob", "charlie"):
        text = as_(name).get(page).text
        assert text.index("Fridays") < text.index("Yes, twice.")
        assert "Bob" in text
    assert "1 answer" in as_("bob").get("/me").text


def test_sent_twice_is_one(as_: Client, site: World, sqlite_database: Database) -> None:
    assert _say(as_, site) == _say(as_, site)
    assert _one(sqlite_database).kind is CommentKind.QUESTION
    assert _say(as_, site, words="Another one") != _say(as_, site)


def test_who_may_say_something(as_: Client, site: World) -> None:
    data = {"kind": "comment", "words": "Well done."}
    assert as_(None).post(_discussion(site), data=data).status_code == 401
    for name, status in {"eve": 403, "charlie": 303, "alice": 303, "carla": 303}.items():
        assert post(as_(name), _discussion(site), data).status_code == status, name


def test_nobody_speaks_about_what_they_may_not_read(as_: Client, site: World) -> None:
    for item in site.restricted.values():
        address = f"/discussion/cycle/{item.public_id}"
        assert post(as_("charlie"), address, {"kind": "comment", "words": "Hm."}).status_code == 404
        assert as_("charlie").get(address).status_code == 404


def test_errors_keep_the_words(as_: Client, site: World) -> None:
    for words in ("", "x" * (LONGEST + 1), "<script>" + "[" * 300):
        answer = post(as_("bob"), _discussion(site), {"kind": "comment", "words": words})
        assert answer.status_code == 422
        assert 'href="#words"' in answer.text
        assert words.replace("<", "&lt;").replace(">", "&gt;")[:300] in answer.text
        assert re.search(r'checked[^>]*value="comment"|value="comment"[^>]*checked', answer.text)


def test_errors_keep_an_answer(as_: Client, site: World) -> None:
    comment = _say(as_, site)
    for words, status in (("", 422), ("Student Maria Lopez did.", 422), ("[" * 300, 422)):
        answer = post(as_("alice"), f"{comment}/answers", {"words": words})
        assert answer.status_code == status
        assert words in answer.text
    assert post(as_("charlie"), f"{comment}/reports", {"reason": ""}).status_code == 422


def test_the_privacy_guard_asks_first(as_: Client, site: World) -> None:
    words = "It worked for student Maria Lopez."
    answer = post(as_("bob"), _discussion(site), {"kind": "comment", "words": words})
    assert answer.status_code == 422
    assert "Maria" in answer.text
    tick = re.search(r'name="confirmed" value="([^"]+)"', answer.text)
    assert tick is not None
    sent = {"kind": "comment", "words": words, "confirmed": tick.group(1)}
    other = sent | {"words": f"{words} And for student Jose Diaz."}
    assert post(as_("bob"), _discussion(site), other).status_code == 422  # a tick is for what was shown
    assert post(as_("bob"), _discussion(site), sent).status_code == 303


@pytest.mark.parametrize("name", ["carla", "alice"])
def test_those_who_look_after_the_record_hide_and_show(as_: Client, site: World, name: str) -> None:
    comment, page = _say(as_, site), f"/cycles/{site.cycle.ref}"
    assert post(as_(name), f"{comment}/hiding", {"reason": ""}).status_code == 422
    assert post(as_(name), f"{comment}/hiding", {"reason": "Too personal"}).status_code == 303
    for reader in (None, "charlie", "eve"):
        assert "Fridays" not in as_(reader).get(page).text
        assert as_(reader).get(comment).status_code == 404
    for reader in ("bob", name):  # nothing is lost for who wrote it
        assert "Too personal" in as_(reader).get(comment).text
        assert "Fridays" in as_(reader).get(page).text
    post(as_("bob"), f"{comment}/return")
    assert as_(None).get(comment).status_code == 404  # who wrote it cannot undo it
    assert post(as_(name), f"{comment}/showing").status_code == 303
    assert "Fridays" in as_(None).get(page).text


def test_nobody_else_hides(as_: Client, site: World) -> None:
    comment = _say(as_, site, "carla")
    for name in ("bob", "charlie", "eve"):
        client = as_(name)
        for verb in ("hiding", "showing", "erasure", "removal", "return"):
            assert post(client, f"{comment}/{verb}", {"reason": "No"}).status_code == 403, (name, verb)
    assert "Fridays" in as_(None).get(comment).text


def test_one_takes_back_ones_own(as_: Client, site: World) -> None:
    comment, page = _say(as_, site), f"/cycles/{site.cycle.ref}"
    post(as_("alice"), f"{comment}/answers", {"words": "Yes, twice."})
    assert post(as_("bob"), f"{comment}/removal").status_code == 303
    text = as_(None).get(page).text
    assert "Fridays" not in text
    assert "Bob" not in text
    assert "Yes, twice." in text  # what others said stays
    answer = post(as_("carla"), f"{comment}/showing")
    assert answer.status_code == 422
    assert post(as_("bob"), f"{comment}/return").status_code == 303
    assert "Fridays" in as_(None).get(page).text


def test_words_are_removed_for_good(as_: Client, site: World, sqlite_database: Database) -> None:
    comment = _say(as_, site)
    assert post(as_("carla"), f"{comment}/erasure").status_code == 422  # hidden first
    post(as_("carla"), f"{comment}/hiding", {"reason": "A name"})
    post(as_("carla"), f"{comment}/erasure")
    row = _one(sqlite_database)
    assert (row.text, row.html, row.reason) == ("", "", "")
    assert as_("carla").get(comment).status_code == 200


def test_reports_wait_until_settled(as_: Client, site: World) -> None:
    comment = _say(as_, site)
    assert post(as_("charlie"), f"{comment}/reports", {"reason": "It hurts"}).status_code == 303
    assert as_(None).post(f"{comment}/reports", data={"reason": "x"}).status_code == 401
    for name in ("carla", "alice", "dana"):
        assert "It hurts" in as_(name).get("/inbox").text
    assert as_("bob").get("/inbox").status_code == 403
    assert "It hurts" not in as_("charlie").get("/inbox").text
    post(as_("alice"), f"{comment}/showing")  # nothing is wrong with it
    assert "It hurts" not in as_("carla").get("/inbox").text
    post(as_("charlie"), f"{comment}/reports", {"reason": "Still"})
    assert "Still" in as_("carla").get("/inbox").text


def test_nobody_looks_after_what_they_may_not_read(session: orm.Session, world: World) -> None:
    school_only = queries.Subject(world.restricted["quixotry"])
    allowed = {
        name for name in world.people if can(world.viewer(session, name), Permission.COMMENT_MODERATE, school_only)
    }
    assert allowed == {"alice"}  # neither the curator nor the admin is of the school


def test_reports_of_what_may_no_longer_be_read_are_not_listed(session: orm.Session, world: World) -> None:
    start = actions.say(
        session, world.cycle, kind=CommentKind.QUESTION, text="Why?", by=world.people["bob"].id, now=NOW
    )
    actions.report(session, start, reason="x", by=world.people["eve"].id, now=NOW)

    def listed() -> set[str]:
        people = ("alice", "bob", "charlie", "carla", "dana")
        return {name for name in people if queries.open_reports(session, world.viewer(session, name))}

    assert listed() == {"alice", "carla", "dana"}
    world.cycle.audience = Audience.SCHOOL
    session.flush()
    assert listed() == {"alice"}


def test_an_answer_belongs_to_a_start_on_the_same_record(session: orm.Session, world: World) -> None:
    bob = world.people["bob"].id
    start = actions.say(session, world.cycle, kind=CommentKind.QUESTION, text="Why?", by=bob, now=NOW)
    answer = actions.say(session, world.cycle, kind=CommentKind.ANSWER, text="So.", parent=start, by=bob, now=NOW)
    for item, parent, kind in (
        (world.idea, start, CommentKind.ANSWER),
        (world.cycle, answer, CommentKind.ANSWER),
        (world.cycle, None, CommentKind.ANSWER),
        (world.cycle, start, CommentKind.COMMENT),
    ):
        with pytest.raises(InvalidError):
            actions.say(session, item, kind=kind, text="Well.", parent=parent, by=bob, now=NOW)


def test_only_what_others_say_and_show_is_an_answer(session: orm.Session, world: World) -> None:
    bob, alice = world.people["bob"].id, world.people["alice"].id
    viewer = world.viewer(session, "bob")
    asked = actions.say(session, world.cycle, kind=CommentKind.QUESTION, text="Why?", by=bob, now=NOW)
    later = NOW + dt.timedelta(1)

    def answer(by: int, text: str) -> Comment:
        return actions.say(session, world.cycle, kind=CommentKind.ANSWER, text=text, parent=asked, by=by, now=later)

    answer(bob, "I mean: why there?")
    hidden = answer(alice, "Well.")
    actions.hide(session, hidden, reason="x", by=alice, now=later)
    assert queries.answered_since(session, viewer, NOW) == []
    assert [one.answers for one in queries.my_questions(session, viewer, limit=9)] == [0]
    assert len(queries.unanswered(session, world.viewer(session, "alice"), limit=9)) == 1
    answer(alice, "So.")
    assert [one.answers for one in queries.answered_since(session, viewer, NOW)] == [1]
    assert queries.answered_since(session, viewer, later) == []
    assert queries.unanswered(session, world.viewer(session, "alice"), limit=9) == []


def test_html_of_an_older_renderer_is_made_again(session: orm.Session, world: World) -> None:
    said = actions.say(session, world.cycle, kind=CommentKind.COMMENT, text="*So*.", by=world.people["bob"].id, now=NOW)
    said.html = "<script>old</script>"
    session.flush()
    render_outdated(session)
    assert said.html == "<p><em>So</em>.</p>"


def test_not_too_many_at_once(session: orm.Session, world: World) -> None:
    def say(number: int) -> None:
        text = f"Number {number}"
        actions.say(session, world.cycle, kind=CommentKind.COMMENT, text=text, by=world.people["bob"].id, now=NOW)

    for number in range(actions.AT_ONCE):
        say(number)
    with pytest.raises(TooManyError):
        say(99)


def test_erasing_a_record_erases_what_was_said(session: orm.Session, world: World) -> None:
    bob = world.people["bob"].id
    start = actions.say(session, world.cycle, kind=CommentKind.QUESTION, text="Why?", by=bob, now=NOW)
    actions.say(session, world.cycle, kind=CommentKind.ANSWER, text="So.", parent=start, by=bob, now=NOW)
    actions.report(session, start, reason="x", by=bob, now=NOW)
    kept = actions.say(session, world.idea, kind=CommentKind.COMMENT, text="Stays.", by=bob, now=NOW)
    erase(session, world.cycle, by=None, now=NOW)
    assert session.scalars(sa.select(Comment.id)).all() == [kept.id]
    assert session.scalars(sa.select(CommentReport.id)).all() == []


def test_comments_are_read_by_exactly_those_who_read_the_record(everywhere: tuple[orm.Session, World]) -> None:
    session, world = everywhere
    made = {}
    for word, item in {**world.restricted, "open": world.cycle}.items():
        text = f"About {word}"
        made[word] = actions.say(
            session, item, kind=CommentKind.QUESTION, text=text, by=world.people["alice"].id, now=NOW
        )
    for name in (*world.people, NOBODY):
        viewer = world.viewer(session, name)
        for word, comment in made.items():
            may_read = can(viewer, Permission.ITEM_READ, comment.item)
            try:
                read = queries.comment_by_id(session, viewer, comment.public_id).text == f"About {word}"
            except NotFoundError:
                read = False
            assert read == may_read, (name, word)
        lists = [*queries.my_questions(session, viewer, limit=99), *queries.unanswered(session, viewer, limit=99)]
        told = " ".join(f"{one.title} {one.words}" for one in lists)
        for word, comment in made.items():
            assert word not in told or can(viewer, Permission.ITEM_READ, comment.item), (name, word)


def test_hidden_words_are_in_no_line_of_other_readers(session: orm.Session, world: World) -> None:
    bob = world.people["bob"].id
    start = actions.say(session, world.cycle, kind=CommentKind.QUESTION, text="Secret", by=bob, now=NOW)
    actions.say(
        session, world.cycle, kind=CommentKind.ANSWER, text="Open", parent=start, by=bob, now=NOW + dt.timedelta(1)
    )
    actions.hide(session, start, reason="Why not", by=world.people["carla"].id, now=NOW)
    assert start.state is CommentState.HIDDEN
    for name in ("charlie", "eve", NOBODY):
        talk = queries.talk(session, world.viewer(session, name), world.cycle)
        assert "Secret" not in repr(talk)
        assert "Why not" not in repr(talk)
        assert "Open" in repr(talk)


def test_what_was_said_about_a_duplicate_goes_with_it(session: orm.Session, world: World) -> None:
    bob = world.people["bob"].id
    twice = make_idea(session, network_id=world.network.id, author_id=world.people["alice"].id)
    session.add(m.DriverIdea(idea_id=twice.id, driver_id=world.driver.id))
    start = actions.say(session, twice, kind=CommentKind.QUESTION, text="Why?", by=bob, now=NOW)
    stays = actions.say(session, world.idea, kind=CommentKind.COMMENT, text="Here.", by=bob, now=NOW)
    row = merge(session, twice, world.idea, by=world.people["carla"].id, now=NOW)
    session.expire_all()
    assert (start.item_id, stays.item_id) == (world.idea.id, world.idea.id)
    take_apart(session, row, by=world.people["carla"].id, now=NOW)
    session.expire_all()
    assert (start.item_id, stays.item_id) == (twice.id, world.idea.id)


def test_words_for_few_do_not_move_to_many(session: orm.Session, world: World) -> None:
    inner = world.restricted["zephyrine"]
    said = actions.say(session, inner, kind=CommentKind.COMMENT, text="x", by=world.people["bob"].id, now=NOW)
    assert actions.move(session, inner, world.cycle) == []
    inner.network_id = world.far.id
    assert actions.move(session, inner, world.restricted["quixotry"]) == []
    world.cycle.audience = Audience.PUBLIC
    assert actions.move(session, world.cycle, inner) == []
    session.expire(said)
    assert said.item_id == inner.id
