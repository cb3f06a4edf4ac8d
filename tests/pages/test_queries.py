"""The reads behind the pages, on both databases."""

import datetime as dt

from sqlalchemy import orm

from kb import models as m
from kb.cases.queries import cited_ids, origin
from kb.cycles import lists
from kb.cycles import queries as cycles
from kb.cycles.popular import BATCH, most_tested
from kb.db import Database
from kb.drivers.queries import diagram, drivers_of, primary_drivers
from kb.glossary.queries import index, related, term_by_code
from kb.ideas import queries as ideas
from kb.items.imprint import imprint
from kb.items.relations import relations
from kb.items.rules import GradeBand, Kind, LinkType, Vocabulary
from kb.items.topics import topics
from kb.methods.queries import method_by_code, methods
from kb.networks import queries as networks
from kb.permissions import ANONYMOUS, Audience
from kb.schools import queries as schools
from tests import factories as make
from tests.counting import counted
from tests.pages.conftest import add_hidden, make_world

TODAY = dt.date(2026, 11, 2)


def test_an_idea(session: orm.Session) -> None:
    world = make_world(session)
    add_hidden(session, world)
    facts = ideas.facts(session, world.idea)
    assert (facts.school_name, facts.school_ref) == (world.school.name, world.school.ref)
    assert facts.network_ref == world.network.ref
    about = imprint(session, world.idea.id)
    assert about.grades == (GradeBand.G9_12, GradeBand.ADULT)
    assert [line.name for line in about.credits] == ["R. Okafor", ""]
    assert {line.title for line in drivers_of(session, world.idea.id)} == {"Help within reach", "Forms in school time"}
    links = relations(session, ANONYMOUS, world.idea.id)
    assert [link.title for link in links.children] == [world.child.title]
    assert [link.title for link in links.cited_by] == [world.case.title]
    assert [(link.type, link.outgoing) for link in links.others] == [(LinkType.CONTRADICTS, False)]
    [parent] = relations(session, ANONYMOUS, world.child.id).parents
    assert parent.frame is not None
    assert (parent.title, parent.frame.kept, parent.reason) == (
        world.idea.title,
        "The desk",
        "The account comes first.",
    )


def test_an_idea_without_school_and_network(session: orm.Session) -> None:
    facts = ideas.facts(session, make.make_idea(session))
    assert (facts.school_ref, facts.network_ref) == (None, None)


def test_lists_of_cycles(session: orm.Session) -> None:
    world = make_world(session)
    before = lists.of_idea(session, ANONYMOUS, world.idea.id)
    assert [line.title for line in before] == ["Next fall", world.failed.title, world.cycle.title]
    assert [line.failed for line in before] == [False, True, False]
    assert [line.is_open for line in before] == [True, False, False]
    assert [school.name for school in lists.by_school(before)] == [world.other.name, world.school.name]
    add_hidden(session, world)
    assert lists.of_idea(session, ANONYMOUS, world.idea.id) == before
    assert [line.id for line in lists.at_school(session, ANONYMOUS, world.school.id)] == [world.cycle.id]
    assert lists.counts_by_school(session, ANONYMOUS, [world.school.id, world.other.id]) == {
        world.school.id: 1,
        world.other.id: 3,
    }
    assert set(lists.latest_results(session, ANONYMOUS, 9)) == {world.cycle.id, world.failed.id}
    assert most_tested(session, ANONYMOUS, 9) == [world.idea.id]
    assert lists.per_month(session, ANONYMOUS, world.network.id) == {dt.date(2025, 9, 1): 3}
    covered = lists.coverage(session, ANONYMOUS, world.network.id)
    assert covered[world.driver.id, world.school.id] == 1
    assert covered[world.driver.id, world.other.id] == 1


def test_the_most_tested_are_found_behind_many_that_are_hidden(session: orm.Session) -> None:
    """More hidden tests than one batch of ideas has do not push a public idea out."""
    schools = [make.make_school(session) for _ in range(3)]
    method = make.make_method(session)
    second, first, third = (make.make_idea(session) for _ in range(3))
    for idea, tested_at in ((first, schools), (second, schools[:2]), (third, schools[:1])):
        for school in tested_at:
            make.make_cycle(session, idea, school, method)
    for _ in range(BATCH):
        idea = make.make_idea(session)
        make.make_cycle(session, idea, schools[0], method)
        for school in [*schools, *schools]:
            make.make_cycle(session, idea, school, method, audience=Audience.OWNER)
    assert most_tested(session, ANONYMOUS, 2) == [first.id, second.id]
    assert most_tested(session, ANONYMOUS, 9)[:3] == [first.id, second.id, third.id]


def test_ideas_that_cannot_be_among_the_most_tested_are_not_counted(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        schools = [make.make_school(session) for _ in range(3)]
        ideas = [make.make_idea(session) for _ in range(BATCH + 5)]
        for number, idea in enumerate(ideas):
            for school in schools if number == 7 else schools[:1]:
                make.make_cycle(session, idea, school)
        with counted(sqlite_database) as statements:
            assert most_tested(session, ANONYMOUS, 1) == [ideas[7].id]
    assert len(statements) == 2


def test_the_latest_school_comes_first(session: orm.Session) -> None:
    world = make_world(session)
    late = make.make_cycle(session, world.idea, world.school, started_on=dt.date(2026, 3, 1), ended_on=None)
    groups = lists.by_school([line for line in lists.of_idea(session, ANONYMOUS, world.idea.id) if not line.is_open])
    assert [group.name for group in groups] == [world.school.name, world.other.name]
    assert groups[0].cycles[0].id == late.id


def test_a_cycle(session: orm.Session) -> None:
    world = make_world(session)
    facts = cycles.facts(session, ANONYMOUS, world.cycle)
    assert (facts.idea.ref, facts.school.ref, facts.network.ref) == (
        world.idea.ref,
        world.school.ref,
        world.network.ref,
    )
    assert (facts.method_code, facts.method_version, facts.minimum, facts.group_size) == ("pdsa", "1", 10, 27)
    html = world.cycle.html
    assert html["do.did"] == "<p>We sat down.</p>"
    [step] = cycles.steps(session, world.cycle, world.method.id)
    assert (step.title, step.answers) == ("Do", [("do.did?", html["do.did"])])
    assert [line.label for line in cycles.predictions(session, facts)] == ["before_data", "after_data"]
    assert len(cycles.results(session, facts).lines) == 2


def test_a_cycle_without_network_of_an_idea_that_is_hidden(session: orm.Session) -> None:
    idea = make.make_idea(session, audience=Audience.OWNER)
    facts = cycles.facts(session, ANONYMOUS, make.make_cycle(session, idea, group_size=9))
    assert (facts.idea.ref, facts.idea.name, facts.network.ref, facts.minimum) == (None, "", None, 10)
    assert (facts.small, facts.group_size, facts.population) == (True, None, "")


def test_a_case_study(session: orm.Session) -> None:
    world = make_world(session)
    assert list(cited_ids(session, world.case.id)) == [world.idea.id, world.cycle.id]
    assert origin(session, world.case).school_ref == world.school.ref
    assert origin(session, make.make_case(session)).network_ref is None


def test_topics_count_what_may_be_read(session: orm.Session) -> None:
    world = make_world(session)
    add_hidden(session, world)
    assert [(topic.label, topic.ideas) for topic in topics(session, ANONYMOUS, Vocabulary.TOPIC)] == [
        ("College access", 2)
    ]


def test_drivers_of_a_network(session: orm.Session) -> None:
    world = make_world(session)
    add_hidden(session, world)
    session.add(m.Driver(public_id="00000000", network_id=world.network.id, title="Gone", retired_on=TODAY))
    session.flush()
    [branch] = diagram(session, ANONYMOUS, world.network.id)
    [leaf] = branch.branches
    assert [idea.title for idea in leaf.ideas] == [world.idea.title]
    assert leaf.ideas[0].kind is Kind.IDEA
    assert [line.title for line in primary_drivers(session)] == ["Forms in school time"]


def test_members_are_those_of_today(session: orm.Session) -> None:
    world = make_world(session)
    left = make.make_school(session)
    session.add(
        m.SchoolNetwork(
            school_id=left.id, network_id=world.network.id, joined_on=dt.date(2023, 8, 1), left_on=dt.date(2024, 8, 1)
        )
    )
    session.flush()
    assert [school.id for school in networks.members(session, world.network.id, TODAY)] == [
        world.school.id,
        world.other.id,
    ]
    assert networks.member_counts(session, TODAY) == {world.network.id: 2}
    assert networks.networks_of(session, left.id, TODAY) == []
    assert [row.id for row in networks.networks_of(session, world.school.id, TODAY)] == [world.network.id]
    assert [asked.text for asked in networks.open_questions(session, 5)] == ["Who has tried it at night?"]
    assert [row.id for row in networks.networks(session)] == [world.network.id]


def test_the_register_of_schools(session: orm.Session) -> None:
    make_world(session)
    for number in range(105):
        make.make_school(session, name=f"Zeta {number:03d} 100% School", district="North_East")
    assert (schools.listed(session).total, schools.listed(session).pages) == (107, 2)
    last = schools.listed(session, number=99)
    assert (last.number, len(last.schools)) == (2, 7)
    assert schools.listed(session, number=-3).number == 1
    assert [school.name for school in schools.listed(session, words="ALDER unified").schools] == ["Alder High"]
    assert schools.listed(session, words="north_e").total == 105
    assert schools.listed(session, words="%").total == 105
    assert schools.listed(session, words="100_").total == 0


def test_methods_and_terms(session: orm.Session) -> None:
    make_world(session)
    newer = make.make_method(session, "roci")
    assert [version.method.code for version in methods(session)] == ["pdsa", "roci"]
    newest = m.MethodVersion(method_id=newer.method_id, version="2", title="ROCI")
    session.add(newest)
    session.flush()
    assert method_by_code(session, ANONYMOUS, "roci").version == "2"
    assert len(methods(session)) == 2
    assert {letter: [entry.word for entry in entries] for letter, entries in index(session).items()} == {
        "#": ["1-hub"],
        "H": ["Hub"],
        "R": ["Ramp", "ramp of tests"],
    }
    assert [term.code for term in related(session, term_by_code(session, ANONYMOUS, "ramp"))] == ["hub"]
