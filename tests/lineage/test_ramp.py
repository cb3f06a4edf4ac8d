"""The ramp of a cycle: the tests before it and after it, as far as they may be read."""

import datetime as dt

import pytest
from sqlalchemy import orm

from kb.db import Database
from kb.items.models import Item
from kb.lineage.queries import GENERATIONS, ramp
from kb.models import Cycle
from kb.permissions import ANONYMOUS, Audience, State
from tests import factories as make
from tests.counting import counted


def climb(session: orm.Session, length: int) -> list[Item]:
    idea, school = make.make_idea(session), make.make_school(session)
    cycles: list[Item] = []
    for _ in range(length):
        cycles.append(make.make_cycle(session, idea, school, previous_id=cycles[-1].id if cycles else None))
    return cycles


def found(session: orm.Session, cycle: Item) -> list[tuple[int, str]]:
    return [(rung.offset, rung.title) for rung in ramp(session, ANONYMOUS, cycle.id)]


def test_the_cycles_before_and_after_in_order(session: orm.Session) -> None:
    cycles = climb(session, 5)
    assert found(session, cycles[2]) == [(number - 2, cycle.title) for number, cycle in enumerate(cycles)]
    here = ramp(session, ANONYMOUS, cycles[2].id)[2]
    assert (here.ref, here.test.school_name) == (cycles[2].ref, "School " + here.test.school_name.split()[-1])


def test_two_cycles_that_follow_are_both_there_the_earlier_first(session: orm.Session) -> None:
    [first] = climb(session, 1)
    idea = session.get_one(Item, session.get_one(Cycle, first.id).idea_id)
    late, early = (
        make.make_cycle(session, idea, previous_id=first.id, started_on=day, ended_on=None)
        for day in (dt.date(2025, 12, 1), dt.date(2025, 11, 1))
    )
    assert found(session, first) == [(0, first.title), (1, early.title), (1, late.title)]


@pytest.mark.parametrize("over", [{"audience": Audience.OWNER}, {"state": State.WITHDRAWN}, {"state": State.DRAFT}])
def test_the_ramp_ends_where_a_cycle_may_not_be_read(session: orm.Session, over: dict[str, object]) -> None:
    cycles = climb(session, 5)
    for name, value in over.items():
        setattr(cycles[2], name, value)
    session.flush()
    assert found(session, cycles[1]) == [(-1, cycles[0].title), (0, cycles[1].title)]
    assert found(session, cycles[3]) == [(0, cycles[3].title), (1, cycles[4].title)]
    assert found(session, cycles[2]) == []


def test_a_loop_ends(session: orm.Session) -> None:
    cycles = climb(session, 3)
    session.get_one(Cycle, cycles[0].id).previous_id = cycles[2].id
    session.flush()
    assert {title for _, title in found(session, cycles[1])} == {cycle.title for cycle in cycles}


def test_two_queries_however_long(database: Database, session: orm.Session) -> None:
    cycles = climb(session, GENERATIONS + 5)
    session.commit()
    with counted(database) as statements:
        assert len(ramp(session, ANONYMOUS, cycles[0].id)) == GENERATIONS + 1
    assert len(statements) == 2
