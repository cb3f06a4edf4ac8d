"""The prediction lock: when it is made, that it stays, and that nothing makes a late one look early."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.cycles import locks
from kb.cycles.document import CycleDocument, PredictionEntry, ResultEntry
from kb.cycles.rules import Confidence, Direction, LockLabel, MeasureKind, Outcome, Stage, lock_label
from kb.errors import InvalidError

NOW = dt.datetime(2026, 10, 2, 15, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = dt.timedelta(days=1)
LATER = frozenset({"do.did", "study.happened", "study.learned"})
WORDS = st.text("ab ", max_size=3)
ENTRIES = st.lists(
    st.builds(
        PredictionEntry,
        question=WORDS,
        expected=WORDS,
        value=st.none() | st.integers(0, 3),
        direction=st.none() | st.sampled_from(Direction),
        confidence=st.none() | st.sampled_from(Confidence),
    ),
    max_size=3,
)
DAYS = st.integers(-3, 5).map(lambda days: TODAY + days * DAY)
EXPECTED = PredictionEntry(question="Will most submit?", expected="70 % submit", value=70, unit="%")


def plan(**over: Any) -> CycleDocument:
    facts = {
        "id": "aaaaaaaa",
        "title": "A test",
        "state": "draft",
        "created": NOW,
        "school": "bbbbbbbb",
        "idea": "cccccccc",
        "method": "pdsa",
        "method_version": "1",
        "stage": Stage.PLANNED,
        "predictions": [EXPECTED],
    }
    return CycleDocument(**{**facts, **over})


def _write(before: CycleDocument | None, after: CycleDocument, now: dt.datetime = NOW) -> CycleDocument:
    return locks.applied(before, after, now=now, later=LATER)


def _label(document: CycleDocument, index: int = 0) -> LockLabel:
    entry = document.predictions[index]
    return lock_label(
        locked_at=entry.locked_at, do_starts=entry.do_starts, stage=document.stage, started_on=document.started_on
    )


def _change(document: CycleDocument, **over: Any) -> CycleDocument:
    return document.model_copy(update=over)


def test_a_plan_is_open() -> None:
    planned = _write(None, plan(started_on=TODAY + DAY, texts={"plan.learn": "Whether it works."}))
    assert planned.predictions == [EXPECTED]
    assert _label(planned) is LockLabel.OPEN


@pytest.mark.parametrize(
    "told",
    [
        {"stage": Stage.RUNNING, "started_on": TODAY},
        {"started_on": TODAY},
        {"texts": {"study.happened": "Half of them did."}},
        {"texts": {"surprises": "The bus was late."}},
        {"results": [ResultEntry(measure="Submitted", kind=MeasureKind.OUTCOME, n=20, count=11)]},
        {"predictions": [EXPECTED.model_copy(update={"actual": "45 %"})]},
        {"ended_on": TODAY, "started_on": TODAY + DAY},
    ],
)
def test_do_or_the_first_result_locks(told: dict[str, Any]) -> None:
    locked = _write(plan(), _change(plan(), **told)).predictions[0]
    assert (locked.locked_at, locked.lock_hash) == (NOW, EXPECTED.own_hash)


def test_an_empty_entry_is_not_locked() -> None:
    started = _write(None, plan(started_on=TODAY, predictions=[PredictionEntry(question="Will it?"), EXPECTED]))
    assert [entry.locked_at for entry in started.predictions] == [None, NOW]


def test_the_evening_before_is_before_the_data() -> None:
    evening = dt.datetime(2026, 10, 4, 22, 30, tzinfo=dt.UTC)
    first = plan(started_on=dt.date(2026, 10, 5))
    assert locks.day_that_begins(evening) == first.started_on
    assert locks.day_that_begins(evening - dt.timedelta(hours=1)) < dt.date(2026, 10, 5)
    locked = locks.locked(first, first.predictions, now=evening, do_starts=first.started_on)
    assert _label(locked) is LockLabel.BEFORE_DATA
    assert _label(_change(locked, started_on=dt.date(2026, 10, 1))) is LockLabel.WITH_RESULTS


def test_a_result_before_the_recorded_start_is_noplan() -> None:
    told = _write(None, plan(started_on=TODAY + DAY, texts={"study.happened": "Half of them did."}))
    assert _label(told) is LockLabel.WITH_RESULTS


@pytest.mark.parametrize(
    "changes", [[], [EXPECTED], [EXPECTED.model_copy(update={"expected": "45 % submit", "value": 45})]]
)
def test_locked_words_stay(changes: list[PredictionEntry]) -> None:
    begun = _write(None, plan(started_on=TODAY))
    if changes == [EXPECTED]:  # the same words without the lock get it back
        assert _write(begun, _change(begun, predictions=changes)) == begun
        return
    with pytest.raises(InvalidError, match="add a correction"):
        _write(begun, _change(begun, predictions=changes))


def test_what_happened_is_written_beside_locked_words() -> None:
    begun = _write(None, plan(started_on=TODAY))
    judged = begun.predictions[0].model_copy(update={"outcome": Outcome.NOT_MET, "actual": "45 %"})
    assert _write(begun, _change(begun, predictions=[judged]), NOW + DAY).predictions == [judged]


def test_nobody_writes_a_lock_by_hand() -> None:
    forged = EXPECTED.model_copy(
        update={"locked_at": NOW - 9 * DAY, "lock_hash": EXPECTED.own_hash, "do_starts": TODAY}
    )
    with pytest.raises(InvalidError, match="by hand"):
        _write(None, plan(predictions=[forged]))
    begun = _write(None, plan(started_on=TODAY))
    with pytest.raises(InvalidError, match="locked"):
        _write(begun, _change(begun, predictions=[forged]))


@pytest.mark.parametrize("first", [{"started_on": TODAY}, {"texts": {"study.happened": "Half of them did."}}])
def test_a_first_day_that_is_moved_makes_no_later_lock_look_earlier(first: dict[str, Any]) -> None:
    begun = _write(None, plan(**first))
    moved = _change(begun, started_on=TODAY + 9 * DAY, texts={})
    added = _write(begun, _change(moved, predictions=[*begun.predictions, PredictionEntry(expected="Half")]), NOW + DAY)
    assert [_label(added, index) for index in (0, 1)] == [LockLabel.WITH_RESULTS] * 2


def test_a_correction_is_locked_at_once_and_names_the_lock() -> None:
    first = plan(started_on=TODAY + 5 * DAY)
    before_do = locks.locked(first, first.predictions, now=NOW, do_starts=first.started_on)
    correction = PredictionEntry(expected="17 % submit", value=17, unit="%", corrects=EXPECTED.own_hash)
    for when, label in ((NOW + DAY, LockLabel.BEFORE_DATA), (NOW + 9 * DAY, LockLabel.WITH_RESULTS)):
        corrected = _write(before_do, _change(before_do, predictions=[*before_do.predictions, correction]), when)
        assert corrected.predictions[0] == before_do.predictions[0]
        assert corrected.predictions[1].locked_at == when
        assert _label(corrected, 1) is label
        assert locks.correctable(corrected.predictions) == [corrected.predictions[1]]
        assert CycleDocument.from_json(corrected.as_json()) == corrected


def test_an_earlier_text_comes_back_without_the_result_and_with_the_lock() -> None:
    first = plan(texts={"plan.why": "Because."})
    begun = _write(first, _change(first, started_on=TODAY, texts={}))
    judged = begun.predictions[0].model_copy(update={"outcome": Outcome.MET, "actual": "72 %"})
    done = _change(begun, stage=Stage.DONE, predictions=[judged])
    back = locks.restored(done, _change(first, predictions=[PredictionEntry(expected="Half")]))
    assert (back.texts, back.predictions) == (first.texts, begun.predictions)
    assert locks.restored(done, done) == done
    assert locks.restored(first, plan(title="Another")) == plan(title="Another")


def test_what_came_without_a_lock_gets_none() -> None:
    """An imported test that is over stays "entered after data" when somebody corrects its title."""
    imported = plan(stage=Stage.RUNNING, started_on=TODAY - 90 * DAY)
    assert _write(imported, _change(imported, title="Another title")).predictions == [EXPECTED]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"corrects": "0" * 64, "expected": "x"}, "no locked prediction above"),
        ({"corrects": EXPECTED.own_hash, "question": EXPECTED.question, "expected": EXPECTED.expected, "value": 70,
          "unit": "%"}, "the same words"),
        ({"corrects": EXPECTED.own_hash, "expected": "x", "outcome": Outcome.MET}, "stands in a correction"),
    ],
)  # fmt: skip
def test_a_correction_that_makes_no_sense_is_refused(entry: dict[str, Any], words: str) -> None:
    locked = EXPECTED.model_copy(update={"locked_at": NOW, "lock_hash": EXPECTED.own_hash})
    with pytest.raises(ValueError, match=words):
        plan(predictions=[locked.model_dump(), entry])


def test_one_prediction_has_one_correction() -> None:
    locked = EXPECTED.model_copy(update={"locked_at": NOW, "lock_hash": EXPECTED.own_hash})
    twice = [PredictionEntry(expected=words, corrects=EXPECTED.own_hash) for words in ("x", "y")]
    with pytest.raises(ValueError, match="another entry corrects"):
        plan(predictions=[entry.model_dump() for entry in (locked, *twice)])


_SAVE = st.tuples(ENTRIES, st.none() | DAYS, st.booleans(), st.integers(0, 60))


@settings(max_examples=60)
@given(st.lists(_SAVE, min_size=1, max_size=5), st.booleans())
def test_whoever_saves_what_locks_stay_and_none_looks_earlier_than_it_is(
    saves: list[tuple[list[PredictionEntry], dt.date | None, bool, int]], evenings: bool
) -> None:
    """With and without the lock of the evening before: "before the data" is said only of words older than Do."""
    document, now = plan(predictions=[]), NOW
    for entries, started_on, told, hours in saves:
        now += dt.timedelta(hours=hours)
        if evenings and document.started_on and document.started_on <= locks.day_that_begins(now):
            opened = [entry for entry in document.predictions if entry.locked_at is None]
            document = locks.locked(document, opened, now=now, do_starts=document.started_on)
        held = [entry for entry in document.predictions if entry.locked_at]
        texts = {"study.happened": "Half did."} if told else {}
        after = plan(predictions=[*held, *entries], started_on=started_on, texts=texts)
        days = [day for day in (document.started_on, started_on) if day]
        has_begun = bool(held or told or document.texts or any(day <= now.date() for day in days))
        document = _write(document, after, now)
        assert document.predictions[: len(held)] == held
        for index, entry in enumerate(document.predictions):
            assert entry.lock_hash in (None, entry.own_hash)
            assert (entry.locked_at is not None) is (has_begun and locks.says_something(entry))
            if _label(document, index) is LockLabel.BEFORE_DATA and entry.locked_at:
                assert entry in held or not told
                older = [*days, *(one.do_starts for one in held)]
                assert entry in held or all(day and day > entry.locked_at.date() for day in older)
                assert entry.locked_at.date() < (started_on or dt.date.max)
