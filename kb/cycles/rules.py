"""The words of a cycle and the prediction lock. Pure."""

import datetime as dt
import enum
import hashlib
import json


class Stage(enum.StrEnum):
    """How far the test is, apart from the state of its write-up."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"


class Scale(enum.StrEnum):
    """The size of the test, after the 1-5-25 rule of thumb (classes or settings)."""

    ONE_STUDENT = "one_student"
    ONE_CLASS = "one_class"
    FIVE = "five"
    TWENTY_FIVE = "twenty_five"
    ALL = "all"


class AsPlanned(enum.StrEnum):
    """Whether the test was run as planned."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class ResultStatus(enum.StrEnum):
    """What happened. Never the same thing as the decision."""

    IMPROVED = "improved"
    IMPROVED_FOR_SOME = "improved_for_some"
    NO_CLEAR_CHANGE = "no_clear_change"
    GOT_WORSE = "got_worse"
    TOO_LITTLE_DATA = "too_little_data"
    NOT_AS_PLANNED = "not_as_planned"
    STOPPED_EARLY = "stopped_early"


class Decision(enum.StrEnum):
    """What was decided next."""

    ADOPT = "adopt"
    ADAPT = "adapt"
    ABANDON = "abandon"
    TEST_AGAIN = "test_again"
    SCALE = "scale"
    UNDECIDED = "undecided"


class Direction(enum.StrEnum):
    """Which way a prediction points."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


class Confidence(enum.StrEnum):
    """How sure the team was beforehand."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Outcome(enum.StrEnum):
    """Whether what happened matched the prediction."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"


class MeasureKind(enum.StrEnum):
    """The role of a measure in the theory of improvement."""

    OUTCOME = "outcome"
    DRIVER = "driver"
    PROCESS = "process"
    BALANCING = "balancing"


class LockLabel(enum.StrEnum):
    """What a page may honestly say about when a prediction was written."""

    BEFORE_DATA = "before_data"
    WITH_RESULTS = "with_results"
    AFTER_DATA = "after_data"
    OPEN = "open"


TEXTS = ("surprises", "next_step")  # Markdown beside the answers to the method's questions


def prediction_hash(
    *, question: str, expected: str, value: float | None, unit: str, direction: str | None, confidence: str | None
) -> str:
    """Return the SHA-256 (64 hexadecimal digits) over the canonical text of a prediction.

    The canonical text is the JSON list of the six fields in the order of the arguments: UTF-8, no spaces, ``null`` for
    what is missing, a whole number without a fraction. Anyone can repeat it from an export.
    """
    number = int(value) if value is not None and value == int(value) else value
    fields = [question, expected, number, unit, direction or None, confidence or None]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def students(group_size: int | None, scale: Scale | None) -> int | None:
    """Return how many students a test is about, None if unknown: a test with one student is about one of them."""
    return 1 if scale is Scale.ONE_STUDENT else group_size


def lock_label(
    *, locked_at: dt.datetime | None, do_starts: dt.date | None, stage: Stage, started_on: dt.date | None = None
) -> LockLabel:
    """Say when the prediction was written: "before data" only if locked before the start of Do as recorded then.

    ``do_starts`` is the first day of Do as it stood when the lock was made; a lock on that day is still before it
    only if it was made before that day began (UTC). ``started_on`` is the first day as it stands now: an earlier one
    takes the label away, a later one never gives it.
    """
    if locked_at is None:
        return LockLabel.AFTER_DATA if stage is Stage.DONE else LockLabel.OPEN
    if do_starts is not None and locked_at.date() < min(do_starts, started_on or do_starts):
        return LockLabel.BEFORE_DATA
    return LockLabel.WITH_RESULTS
