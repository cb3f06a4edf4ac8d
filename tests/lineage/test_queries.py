"""The family of an idea: what the viewer may not know is as if it were not there, and the reads do not grow."""

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Role
from kb.accounts.queries import viewer_of
from kb.cycles.rules import ResultStatus, Stage
from kb.db import Database
from kb.items.models import Adaptation, Item
from kb.items.rules import LinkType
from kb.lineage import queries
from kb.lineage.family import Family
from kb.models import Network, School
from kb.permissions import ANONYMOUS, Audience, Permission, State, Viewer, can
from tests import factories as make
from tests.counting import counted

TODAY = dt.date(2026, 11, 2)
HIDDEN: list[dict[str, Any]] = [
    {"audience": Audience.OWNER},
    {"audience": Audience.SCHOOL},
    {"audience": Audience.NETWORK},
    {"state": State.DRAFT},
    {"state": State.REVIEW},
    {"state": State.ERASED},
    {"state": State.WITHDRAWN, "audience": Audience.SCHOOL},
]


def chain(session: orm.Session, *overs: dict[str, Any]) -> list[Item]:
    """Make ideas of which each was adapted from the one before."""
    school = make.make_school(session)
    network = make.make_network(session, school)
    ideas: list[Item] = []
    for over in overs:
        idea = make.make_idea(session, **{"school_id": school.id, "network_id": network.id, **over})
        if ideas:
            make.make_link(session, idea, ideas[-1])
        ideas.append(idea)
    return ideas


def members(found: Family) -> set[int]:
    return set(found.ideas)


def test_the_family_goes_up_and_down_again(session: orm.Session) -> None:
    root, here, child = chain(session, {}, {}, {})
    aunt, cousin, stranger = (make.make_idea(session) for _ in range(3))
    make.make_link(session, aunt, root, LinkType.INSPIRED_BY)
    make.make_link(session, cousin, aunt, LinkType.COPIED_FROM)
    make.make_link(session, stranger, here, LinkType.SUPERSEDES)
    found = queries.family(session, ANONYMOUS, here.id)
    assert members(found) == {root.id, here.id, child.id, aunt.id, cousin.id}
    assert {edge[:2] for edge in found.edges} == {
        (here.id, root.id),
        (child.id, here.id),
        (aunt.id, root.id),
        (cousin.id, aunt.id),
    }
    assert found.outside == {}


def test_a_second_parent_from_elsewhere_is_named_but_no_member(session: orm.Session) -> None:
    here, child = chain(session, {}, {})
    other = make.make_idea(session, title="From elsewhere")
    make.make_link(session, child, other, LinkType.COMBINED_FROM)
    found = queries.family(session, ANONYMOUS, here.id)
    assert members(found) == {here.id, child.id}
    assert found.named(other.id).title == "From elsewhere"
    other.audience = Audience.OWNER
    session.flush()
    assert queries.family(session, ANONYMOUS, here.id).outside == {}


@pytest.mark.parametrize("over", HIDDEN, ids=str)
def test_a_hidden_idea_in_the_middle_cuts_the_line(session: orm.Session, over: dict[str, Any]) -> None:
    root, middle, child, other = chain(session, {}, over, {}, {})
    make.make_cycle(session, middle)
    assert members(queries.family(session, ANONYMOUS, root.id)) == {root.id}
    from_below = queries.family(session, ANONYMOUS, child.id)
    assert members(from_below) == {child.id, other.id}
    assert from_below.outside == {}
    assert [edge[:2] for edge in from_below.edges] == [(other.id, child.id)]


def test_a_way_around_a_hidden_idea_counts(session: orm.Session) -> None:
    root, _, child = chain(session, {}, {"audience": Audience.OWNER}, {})
    make.make_link(session, child, root, LinkType.INSPIRED_BY)
    found = queries.family(session, ANONYMOUS, root.id)
    assert members(found) == {root.id, child.id}
    assert [edge[:2] for edge in found.edges] == [(child.id, root.id)]


def test_those_who_may_read_it_see_it(session: orm.Session) -> None:
    root, middle, child = chain(session, {}, {"audience": Audience.SCHOOL}, {})
    person = make.make_person(session)
    make.make_member(session, person, school=session.get_one(School, middle.school_id))
    bob = viewer_of(session, person.id, today=TODAY)
    assert members(queries.family(session, bob, root.id)) == {root.id, middle.id, child.id}


def test_a_withdrawn_idea_is_a_tombstone_that_connects(session: orm.Session) -> None:
    root, gone, child = chain(session, {}, {"state": State.WITHDRAWN, "title": "zephyrine"}, {})
    make.make_cycle(session, gone)
    found = queries.family(session, ANONYMOUS, root.id)
    assert members(found) == {root.id, gone.id, child.id}
    tombstone = found.ideas[gone.id]
    assert tombstone.withdrawn
    assert (tombstone.ref.public_id, tombstone.born) == (gone.public_id, gone.updated_at.date())
    assert (tombstone.title, tombstone.school_name, tombstone.ref.slug, found.tests) == ("", "", "", [])
    assert "zephyrine" not in repr(found)


def test_tests_are_the_published_ones_that_may_be_read(session: orm.Session) -> None:
    [idea] = chain(session, {})
    school = make.make_school(session, name="Alder Creek High School")
    seen = make.make_cycle(session, idea, school, result=ResultStatus.GOT_WORSE)
    running = make.make_cycle(session, idea, school, stage=Stage.RUNNING, started_on=dt.date(2026, 1, 5))
    for over in HIDDEN:
        hidden: dict[str, Any] = {"network_id": idea.network_id, **over}
        make.make_cycle(session, idea, school, **hidden)
    first, second = queries.family(session, ANONYMOUS, idea.id).tests
    assert (first.ref, first.result, first.school_name) == (seen.ref, ResultStatus.GOT_WORSE, school.name)
    assert first.school_ref == (school.public_id, school.slug)
    assert (second.ref, second.stage) == (running.ref, Stage.RUNNING)


def test_a_loop_in_the_data_ends(session: orm.Session) -> None:
    ideas = chain(session, {}, {}, {})
    make.make_link(session, ideas[0], ideas[2])
    found = queries.family(session, ANONYMOUS, ideas[1].id)
    assert members(found) == {idea.id for idea in ideas}


def test_a_line_longer_than_the_limit_ends(session: orm.Session) -> None:
    ideas = chain(session, *[{}] * (2 * queries.GENERATIONS + 10))
    here = ideas[queries.GENERATIONS + 5]
    found = queries.family(session, ANONYMOUS, here.id)
    assert len(found.ideas) == 2 * queries.GENERATIONS + 1
    assert list(found.outside) == [ideas[4].id]


def test_changes_are_told_of_visible_parents_only(session: orm.Session) -> None:
    parent, hidden, child = (
        make.make_idea(session),
        make.make_idea(session, audience=Audience.OWNER),
        make.make_idea(session),
    )
    for target, word in ((parent, "seen"), (hidden, "zephyrine")):
        link = make.make_link(session, child, target, LinkType.COMBINED_FROM)
        link.reason = word
        session.add(Adaptation(link_id=link.id, kept=word, why=word))
    session.flush()
    [change] = queries.changes(session, ANONYMOUS, [child.id])
    assert (change.child, change.parent, change.type) == (child.id, parent.id, LinkType.COMBINED_FROM)
    assert (change.reason, change.kept, change.why, change.added) == ("seen", "seen", "seen", "")


def test_a_link_without_adaptation_is_a_change_without_words(session: orm.Session) -> None:
    _, child = chain(session, {}, {})
    [change] = queries.changes(session, ANONYMOUS, [child.id])
    assert (change.kept, change.core, change.planned) == ("", None, None)


@pytest.mark.parametrize("size", [5, 400])
def test_the_number_of_queries_does_not_grow(database: Database, session: orm.Session, size: int) -> None:
    root = make.make_idea(session)
    last = root
    for number in range(1, size):
        idea = make.make_idea(session)
        make.make_link(session, idea, root if number % 20 else last)
        last = root if number % 100 == 0 else idea
        if number % 10 == 0:
            make.make_cycle(session, idea)
    session.commit()
    with counted(database) as statements:
        found = queries.family(session, ANONYMOUS, root.id)
        queries.changes(session, ANONYMOUS, list(found.ideas))
    assert len(found.ideas) == size
    assert len(statements) == 4


def viewers(session: orm.Session) -> list[Viewer]:
    school, network = make.make_school(session), make.make_network(session)
    people = [make.make_person(session) for _ in range(4)]
    make.make_member(session, people[0], school=school, role=Role.CONTRIBUTOR)
    make.make_member(session, people[1], network=network, role=Role.CURATOR)
    make.make_member(session, people[2], network=network)
    return [ANONYMOUS, *(viewer_of(session, person.id, today=TODAY) for person in people)]


def test_what_may_be_known_is_what_the_policy_says(session: orm.Session) -> None:
    all_viewers = viewers(session)
    schools, networks = (session.scalars(sa.select(table.id)).all() for table in (School, Network))
    for state in State:
        for audience in Audience:
            for viewer in all_viewers:
                over = {"school_id": schools[0], "network_id": networks[0], "author_id": viewer.person_id}
                make.make_idea(session, state=state, audience=audience, **over)
    items = session.scalars(sa.select(Item)).all()
    for viewer in all_viewers:
        known = set(session.scalars(sa.select(Item.id).where(queries.may_know(viewer))))
        allowed = (Permission.ITEM_READ, Permission.ITEM_TOMBSTONE)
        assert known == {item.id for item in items if any(can(viewer, permission, item) for permission in allowed)}


def test_reading_begins_with_the_family_and_not_with_every_idea(sqlite_database: Database) -> None:
    idea_ids = list(range(1, 400))
    selects = (
        queries._members(ANONYMOUS, 1),
        queries._links(ANONYMOUS, idea_ids),
        queries._tests(ANONYMOUS, idea_ids),
        queries._offsets(ANONYMOUS).params(cycle=1),
        queries._on_ramp(ANONYMOUS).params(cycles=idea_ids),
    )
    with sqlite_database.reading() as session:
        for select in selects:
            sql = str(select.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
            assert not [step for step in plan if "ix_item" in step or re.match(r"SCAN (item|link|cycle)\b", step)], plan
