"""The warrant line counts what happened, and nothing else."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kb.cycles.rules import Decision, ResultStatus, Stage
from kb.evidence.rules import KEEPS, CycleFact, EvidenceLabel, Warrant, warrant

DAYS = st.dates(dt.date(2023, 8, 1), dt.date(2026, 6, 30))


@st.composite
def facts(draw: st.DrawFn, cycle_id: int = 0) -> CycleFact:
    stage = draw(st.sampled_from(Stage))
    done = stage is Stage.DONE
    judged = draw(st.integers(0, 3))
    return CycleFact(
        cycle_id=cycle_id or draw(st.integers(1, 10_000)),
        idea_id=1,
        school_id=draw(st.none() | st.integers(1, 4)),
        stage=stage,
        result=draw(st.sampled_from(ResultStatus)) if done else None,
        decision=draw(st.sampled_from(Decision)) if done else None,
        started_on=draw(DAYS),
        ended_on=draw(st.none() | DAYS),
        predictions_met=draw(st.integers(0, judged)),
        predictions_judged=judged,
    )


def done(school: int, decision: Decision, ended: dt.date | None, cycle_id: int = 1) -> CycleFact:
    started = dt.date(2025, 1, 6)
    return CycleFact(cycle_id, 1, school, Stage.DONE, ResultStatus.IMPROVED, decision, started, ended)


@given(st.lists(facts(), max_size=12))
def test_the_counts_add_up(given_facts: list[CycleFact]) -> None:
    found = warrant(given_facts)
    finished = [fact for fact in given_facts if fact.stage is Stage.DONE]
    assert found.cycles == len(finished)
    assert found.cycles + found.running + found.planned == len(given_facts)
    assert sum(found.by_result.values()) == sum(found.by_decision.values()) == found.cycles
    assert 0 <= found.kept <= found.decided <= found.schools <= found.cycles
    assert 0 <= found.predictions_met <= found.predictions_judged
    assert 0 <= found.without_improvement <= found.cycles
    assert all(found.by_result.values())
    assert list(found.by_result) == [word for word in ResultStatus if word in found.by_result]


@given(st.lists(facts(), max_size=10, unique_by=lambda fact: fact.cycle_id), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(given_facts: list[CycleFact], shuffle: st.DataObject) -> None:
    mixed = list(given_facts)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert warrant(mixed) == warrant(given_facts)


@given(st.lists(facts(), min_size=1, max_size=10, unique_by=lambda fact: fact.cycle_id), facts(cycle_id=10_001))
def test_one_more_unfinished_test_changes_no_result(given_facts: list[CycleFact], more: CycleFact) -> None:
    before, after = warrant(given_facts), warrant([*given_facts, more])
    if more.stage is not Stage.DONE:
        assert (before.by_result, before.kept, before.decided) == (after.by_result, after.kept, after.decided)
    else:
        assert after.cycles == before.cycles + 1


@given(st.lists(facts(), max_size=10, unique_by=lambda fact: fact.cycle_id))
def test_undecided_never_changes_what_was_kept(given_facts: list[CycleFact]) -> None:
    late = dt.date(2027, 1, 1)
    undecided = [done(school, Decision.UNDECIDED, late, 20_000 + school) for school in range(1, 5)]
    before, after = warrant(given_facts), warrant([*given_facts, *undecided])
    assert (before.kept, before.decided) == (after.kept, after.decided)


@given(st.sampled_from(Decision), st.sampled_from(Decision))
def test_a_schools_latest_decision_counts(first: Decision, second: Decision) -> None:
    found = warrant([done(1, second, dt.date(2025, 5, 1), 1), done(1, first, dt.date(2025, 2, 1), 2)])
    latest = first if second is Decision.UNDECIDED else second
    assert found.decided == (latest is not Decision.UNDECIDED)
    assert found.kept == (latest in KEEPS)


def test_a_test_without_an_end_ended_when_it_started() -> None:
    found = warrant([done(1, Decision.ADOPT, dt.date(2025, 1, 10), 1), done(1, Decision.ABANDON, None, 2)])
    assert found.kept == 1


def test_two_tests_that_end_on_one_day_are_told_apart() -> None:
    day = dt.date(2025, 3, 3)
    assert warrant([done(1, Decision.ABANDON, day, 2), done(1, Decision.ADOPT, day, 1)]).kept == 0


def test_nothing_is_untested_and_one_is_tried_once() -> None:
    one = done(1, Decision.ADOPT, None)
    assert warrant([]) == Warrant()
    assert warrant([]).label is EvidenceLabel.UNTESTED
    assert warrant([one]).label is EvidenceLabel.TRIED_ONCE
    assert warrant([one, done(2, Decision.ADOPT, None, 2)]).label is None


def test_every_result_but_an_improvement_is_said() -> None:
    tests = [CycleFact(number, 1, 1, Stage.DONE, result, Decision.ADAPT) for number, result in enumerate(ResultStatus)]
    assert warrant(tests).without_improvement == len(ResultStatus) - 2
