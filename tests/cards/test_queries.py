"""Cards show what a list needs, to those who may read it, in three queries."""

import datetime as dt

from sqlalchemy import orm

from kb.accounts.queries import viewer_of
from kb.cards.queries import cards
from kb.cycles.rules import Decision, ResultStatus, Stage
from kb.db import Database
from kb.items.models import Item
from kb.items.rules import GradeBand, Kind, Vocabulary
from kb.permissions import ANONYMOUS, Audience, State
from tests import factories as make
from tests.counting import counted

SECRET = "zephyrine"


def test_a_cycle_shows_its_test_and_its_idea(session: orm.Session) -> None:
    school = make.make_school(session, name="Alder Creek High School")
    network = make.make_network(session, school, name="Three Rivers")
    idea = make.make_idea(session, title="Desk-side FAFSA")
    cycle = make.make_cycle(
        session,
        idea,
        school,
        network_id=network.id,
        fictional=True,
        result=ResultStatus.GOT_WORSE,
        decision=Decision.ADAPT,
    )
    make.make_tag(session, Vocabulary.GRADE, "9-12", cycle)
    make.make_tag(session, Vocabulary.GRADE, "6-8", cycle)
    make.make_tag(session, Vocabulary.TOPIC, "College access", cycle)
    make.make_tag(session, Vocabulary.SUBJECT, "Economics", cycle)

    [card] = cards(session, ANONYMOUS, [cycle.id])

    assert (card.kind, card.ref, card.title) == (Kind.CYCLE, cycle.ref, cycle.title)
    assert (card.school_name, card.school_ref) == (school.name, (school.public_id, school.slug))
    assert (card.network_name, card.network_ref) == (network.name, (network.public_id, network.slug))
    assert (card.grades, card.topics) == ((GradeBand.G6_8, GradeBand.G9_12), ("College access",))
    assert (card.stage, card.result, card.decision) == (Stage.DONE, ResultStatus.GOT_WORSE, Decision.ADAPT)
    assert (card.started_on, card.ended_on, card.published_on) == (make.STARTED, make.ENDED, make.NOW.date())
    assert (card.idea_title, card.idea_ref) == ("Desk-side FAFSA", idea.ref)
    assert card.fictional
    assert card.warrant is None


def test_an_idea_has_its_warrant(session: orm.Session) -> None:
    tested, new = make.make_idea(session), make.make_idea(session)
    make.make_cycle(session, tested)
    found = cards(session, ANONYMOUS, [tested.id, new.id])
    assert [card.warrant.cycles for card in found if card.warrant] == [1, 0]


def test_a_case_is_a_card_too(session: orm.Session) -> None:
    [card] = cards(session, ANONYMOUS, [make.make_case(session).id])
    assert (card.kind, card.warrant, card.idea_ref, card.stage) == (Kind.CASE, None, None, None)


def test_the_given_order_is_kept_and_nothing_comes_twice(session: orm.Session) -> None:
    ideas = [make.make_idea(session).id for _ in range(4)]
    order = [ideas[2], ideas[0], ideas[3], ideas[2], 999_999]
    assert [card.id for card in cards(session, ANONYMOUS, order)] == [ideas[2], ideas[0], ideas[3]]


def test_only_readable_items_are_cards(session: orm.Session) -> None:
    school, person = make.make_school(session), make.make_person(session)
    make.make_member(session, person, school=school)
    hidden: list[Item] = [
        make.make_idea(session, title=SECRET, audience=Audience.SCHOOL, school_id=school.id),
        make.make_idea(session, title=SECRET, state=State.DRAFT, author_id=person.id),
    ]
    gone = make.make_idea(session, title=SECRET, state=State.WITHDRAWN)
    ids = [item.id for item in [*hidden, gone]]
    assert cards(session, ANONYMOUS, ids) == []
    bob = viewer_of(session, person.id, today=dt.date(2026, 11, 2))
    assert [card.id for card in cards(session, bob, ids)] == [item.id for item in hidden]


def test_a_hidden_idea_is_not_named_by_its_cycle(session: orm.Session) -> None:
    for over in ({"audience": Audience.OWNER}, {"state": State.WITHDRAWN}, {"state": State.DRAFT}):
        idea = make.make_idea(session, title=SECRET, **over)
        [card] = cards(session, ANONYMOUS, [make.make_cycle(session, idea).id])
        assert (card.idea_title, card.idea_ref) == ("", None)
        assert SECRET not in repr(card)


def test_three_queries_for_any_number(database: Database, session: orm.Session) -> None:
    ids = []
    for _ in range(20):
        idea = make.make_idea(session)
        ids += [idea.id, make.make_cycle(session, idea).id, make.make_case(session, idea).id]
        make.make_tag(session, Vocabulary.TOPIC, "Attendance", idea)
    session.commit()
    for some in (ids[:3], ids):
        with counted(database) as queries:
            assert len(cards(session, ANONYMOUS, some)) == len(some)
        assert len(queries) == 3


def test_no_item_no_query(database: Database, session: orm.Session) -> None:
    with counted(database) as queries:
        assert cards(session, ANONYMOUS, []) == []
    assert queries == []
