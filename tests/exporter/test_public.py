"""What leaves in a public export tells nothing of a small group."""

import datetime as dt

import pytest

from kb.cycles.document import CycleDocument, PredictionEntry, ResultEntry
from kb.cycles.rules import Decision, MeasureKind, ResultStatus, Scale, Stage
from kb.exporter.public import public_document
from kb.permissions import State

NOW = dt.datetime(2025, 9, 1, tzinfo=dt.UTC)
LOCK = {"locked_at": NOW, "do_starts": dt.date(2025, 9, 8)}


def public(*predictions: PredictionEntry, size: int | None = None, scale: Scale | None = None) -> CycleDocument:
    """Return what a visitor gets of a cycle with one result."""
    document = CycleDocument(
        id="cyc00001",
        title="A test",
        state=State.PUBLISHED,
        created=NOW,
        published=NOW,
        school="sch00001",
        idea="dea00001",
        method="pdsa",
        method_version="1",
        stage=Stage.DONE,
        started_on=dt.date(2025, 9, 8),
        result=ResultStatus.IMPROVED,
        decision=Decision.ADOPT,
        group_size=size,
        scale=scale,
        test_population="Our newcomer",
        groups=["Newcomers"],
        predictions=list(predictions),
        results=[ResultEntry(measure="On time", kind=MeasureKind.OUTCOME, before=71, after=83, unit="points")],
    )
    found = public_document(document, visible={"dea00001"}, minimum=10)
    assert isinstance(found, CycleDocument)
    return found


def locked(**over: object) -> PredictionEntry:
    fields = {"question": "How many?", "expected": "Most", **over}
    entry = PredictionEntry.model_validate(fields)
    return PredictionEntry.model_validate({**fields, **LOCK, "lock_hash": entry.own_hash})


def test_a_large_group_leaves_in_full() -> None:
    entry = locked(expected="70 %", value=70)
    found = public(entry, size=40)
    assert found.predictions == [entry]
    assert (found.results[0].after, found.group_size, found.groups) == (83, 40, ["Newcomers"])


@pytest.mark.parametrize(("size", "scale"), [(8, None), (None, Scale.ONE_STUDENT), (25, Scale.ONE_STUDENT)])
def test_a_small_group_leaves_without_a_figure(size: int | None, scale: Scale | None) -> None:
    found = public(locked(expected="5 of them", value=5, unit="students"), size=size, scale=scale)
    (entry,) = found.predictions
    assert (entry.question, entry.expected, entry.value) == ("How many?", "", None)
    assert (entry.locked_at, entry.lock_hash, entry.do_starts) == (None, None, None)
    assert (found.results[0].before, found.results[0].after, found.group_size) == (None, None, None)
    assert (found.groups, found.test_population) == ([], "")


def test_words_about_a_small_group_keep_their_lock() -> None:
    entry = locked()
    assert public(entry, size=8).predictions == [entry]


def test_a_correction_tells_no_fingerprint_of_a_hidden_figure() -> None:
    entry = locked(expected="5 of them", value=5)
    later = PredictionEntry(expected="Most of them", corrects=entry.lock_hash)
    assert [one.corrects for one in public(entry, later, size=8).predictions] == [None, None]
    assert [one.corrects for one in public(entry, later, size=40).predictions] == [None, entry.lock_hash]
