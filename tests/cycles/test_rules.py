"""The prediction lock: what its hash covers, and what a page may honestly say about it."""

import datetime as dt
import hashlib

import pytest

from kb.cycles.rules import LockLabel, Stage, lock_label, prediction_hash

DO_STARTS = dt.date(2025, 10, 6)
FIELDS = {
    "question": "Will most submit?",
    "expected": "70 % submit – «sí»",
    "value": 70.0,
    "unit": "%",
    "direction": "up",
    "confidence": "medium",
}


def _hash(**changed: object) -> str:
    return prediction_hash(**{**FIELDS, **changed})  # type: ignore[arg-type]


def _at(day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2025, 10, day, hour, tzinfo=dt.UTC)


def test_anyone_can_repeat_the_hash() -> None:
    text = '["Will most submit?","70 % submit – «sí»",70,"%","up","medium"]'
    assert _hash() == hashlib.sha256(text.encode()).hexdigest()


def test_a_whole_number_is_the_same_with_or_without_fraction() -> None:
    assert _hash(value=70) == _hash(value=70.0)
    assert _hash(value=None, direction=None, confidence=None) == _hash(value=None, direction="", confidence="")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", "x"),
        ("expected", "x"),
        ("value", 70.5),
        ("unit", "x"),
        ("direction", "down"),
        ("confidence", "low"),
    ],
)
def test_every_field_counts(field: str, value: object) -> None:
    assert _hash(**{field: value}) != _hash()


@pytest.mark.parametrize(
    ("locked_at", "do_starts", "stage", "label"),
    [
        (_at(5), DO_STARTS, Stage.DONE, LockLabel.BEFORE_DATA),
        (_at(5, 23), DO_STARTS, Stage.RUNNING, LockLabel.BEFORE_DATA),
        (_at(6, 0), DO_STARTS, Stage.DONE, LockLabel.WITH_RESULTS),
        (_at(20), DO_STARTS, Stage.DONE, LockLabel.WITH_RESULTS),
        (_at(5), None, Stage.DONE, LockLabel.WITH_RESULTS),
        (None, DO_STARTS, Stage.DONE, LockLabel.AFTER_DATA),
        (None, DO_STARTS, Stage.RUNNING, LockLabel.OPEN),
        (None, None, Stage.PLANNED, LockLabel.OPEN),
    ],
)
def test_what_may_be_said(
    locked_at: dt.datetime | None, do_starts: dt.date | None, stage: Stage, label: LockLabel
) -> None:
    assert lock_label(locked_at=locked_at, do_starts=do_starts, stage=stage) is label
