"""The warrant of an idea counts the cycles this viewer may read, in one query."""

import datetime as dt

from sqlalchemy import orm

from kb.accounts.queries import viewer_of
from kb.cycles.rules import Decision, Outcome, ResultStatus, Stage
from kb.db import Database
from kb.evidence.queries import warrants
from kb.evidence.rules import Warrant
from kb.items.models import Item
from kb.items.rules import LinkType
from kb.models import Prediction
from kb.permissions import ANONYMOUS, Audience, State
from tests import factories as make
from tests.counting import counted

TODAY = dt.date(2026, 11, 2)


def predict(session: orm.Session, cycle: Item, *outcomes: Outcome | None) -> None:
    for position, outcome in enumerate(outcomes):
        session.add(Prediction(cycle_id=cycle.id, position=position, expected="More.", outcome=outcome))
    session.flush()


def test_it_counts_schools_cycles_decisions_and_predictions(session: orm.Session) -> None:
    idea = make.make_idea(session)
    north, south = make.make_school(session), make.make_school(session)
    first = make.make_cycle(session, idea, north, decision=Decision.ADAPT, ended_on=dt.date(2025, 10, 1))
    second = make.make_cycle(session, idea, north, decision=Decision.SCALE, ended_on=dt.date(2025, 12, 1))
    make.make_cycle(session, idea, south, decision=Decision.ABANDON, result=ResultStatus.GOT_WORSE)
    make.make_cycle(session, idea, south, stage=Stage.RUNNING)
    predict(session, first, Outcome.MET, Outcome.NOT_MET, Outcome.CANNOT_TELL, None)
    predict(session, second, Outcome.PARTLY)

    assert warrants(session, ANONYMOUS, [idea.id]) == {
        idea.id: Warrant(
            schools=2,
            cycles=3,
            kept=1,
            decided=2,
            predictions_met=1,
            predictions_judged=3,
            running=1,
            by_result={ResultStatus.IMPROVED: 2, ResultStatus.GOT_WORSE: 1},
            by_decision={Decision.ADAPT: 1, Decision.ABANDON: 1, Decision.SCALE: 1},
        )
    }


def test_an_adaptations_tests_are_its_own(session: orm.Session) -> None:
    parent, child = make.make_idea(session), make.make_idea(session)
    make.make_link(session, child, parent, LinkType.ADAPTED_FROM)
    make.make_cycle(session, child)
    found = warrants(session, ANONYMOUS, [parent.id, child.id])
    assert found[parent.id] == Warrant()
    assert found[child.id].cycles == 1


def test_only_what_this_viewer_may_read_is_counted(session: orm.Session) -> None:
    school, person = make.make_school(session), make.make_person(session)
    make.make_member(session, person, school=school)
    idea = make.make_idea(session)
    make.make_cycle(session, idea, school, audience=Audience.SCHOOL)
    make.make_cycle(session, idea, audience=Audience.OWNER)
    for state in (State.DRAFT, State.REVIEW, State.WITHDRAWN, State.ERASED):
        make.make_cycle(session, idea, school, state=state, author_id=person.id)
    bob = viewer_of(session, person.id, today=TODAY)
    assert warrants(session, ANONYMOUS, [idea.id]) == {idea.id: Warrant()}
    assert warrants(session, bob, [idea.id])[idea.id].cycles == 1


def test_one_query_for_any_number_of_ideas(database: Database, session: orm.Session) -> None:
    ideas = [make.make_idea(session) for _ in range(30)]
    for idea in ideas[::2]:
        make.make_cycle(session, idea)
    session.commit()
    with counted(database) as queries:
        found = warrants(session, ANONYMOUS, [idea.id for idea in ideas])
    assert len(queries) == 1
    assert len(found) == 30


def test_no_idea_no_query(database: Database, session: orm.Session) -> None:
    with counted(database) as queries:
        assert warrants(session, ANONYMOUS, []) == {}
    assert queries == []
