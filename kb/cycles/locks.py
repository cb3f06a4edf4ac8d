"""The prediction lock: when it is made, what it holds, and that nothing locked is changed unseen. Pure.

A prediction is locked when Do starts or the first result is entered, whichever is first. From then on its words stay as
they are; whoever knows better adds a correction, an entry that names the lock of the one it corrects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from kb.cycles.rules import Stage
from kb.errors import InvalidError

if TYPE_CHECKING:
    from kb.cycles.document import CycleDocument, PredictionEntry

WORDS = ("question", "expected", "value", "unit", "direction", "confidence")  # what the hash covers
LOCK = ("locked_at", "lock_hash", "do_starts")
EVENING_BEFORE = dt.timedelta(hours=2)  # a recorded first day locks the plan so long before it begins (UTC)


def applied(
    before: CycleDocument | None, after: CycleDocument, *, now: dt.datetime, later: Collection[str]
) -> CycleDocument:
    """Return what a person writes with the locks it has and those that are due now.

    ``later`` are the codes of the method's questions that are answered once Do has started. InvalidError if locked
    words were changed or left out, or if a lock comes with the document that was not made here.
    """
    after = kept(before, after)
    known = _locked(before)
    if len(_locked(after)) > len(known):
        message = "A lock is made when Do starts. It cannot be written by hand."
        raise InvalidError(message, field="predictions")
    versions = [document for document in (before, after) if document is not None]
    if not known and not any(_began(document, now=now, later=later) for document in versions):
        return after
    is_new = [entry for entry in after.predictions if entry.locked_at is None]
    if before is not None and _is_under_way(before, later):  # what had no lock by then came from elsewhere
        unlocked = [_words(entry) for entry in before.predictions if entry.locked_at is None]
        is_new = [entry for entry in is_new if _words(entry) not in unlocked]
    return locked(after, is_new, now=now, do_starts=_do_starts(before, after, now=now, later=later))


def locked(
    document: CycleDocument, entries: Sequence[PredictionEntry], *, now: dt.datetime, do_starts: dt.date | None
) -> CycleDocument:
    """Return the document with these entries locked; an empty entry holds nothing to lock."""
    chosen = {id(entry) for entry in entries if says_something(entry)}

    def lock(entry: PredictionEntry) -> PredictionEntry:
        if id(entry) not in chosen:
            return entry
        return entry.model_copy(update={"locked_at": now, "lock_hash": entry.own_hash, "do_starts": do_starts})

    return document.model_copy(update={"predictions": [lock(entry) for entry in document.predictions]})


def kept(before: CycleDocument | None, after: CycleDocument) -> CycleDocument:
    """Return the document with every lock that ``before`` has; InvalidError where locked words are gone or changed."""
    document, missing = _matched(before, after)
    if missing:
        words = missing[0].question or missing[0].expected
        message = f"“{words}” is locked and stays as it is. If you know better now, add a correction: both are shown."
        raise InvalidError(message, field="predictions")
    return document


def adopted(before: CycleDocument | None, after: CycleDocument) -> CycleDocument:
    """Return the document with the locks of ``before`` on the words that it still has."""
    return _matched(before, after)[0]


def restored(standing: CycleDocument, earlier: CycleDocument) -> CycleDocument:
    """Return an earlier text that is to be the newest again: what was locked since stays locked, without a result."""
    if not _locked(standing):
        return earlier
    none = {"outcome": None, "actual": ""}
    is_done = earlier.stage is Stage.DONE
    kept_now = [entry if is_done else entry.model_copy(update=none) for entry in standing.predictions]
    return earlier.model_copy(update={"predictions": kept_now})


def _matched(before: CycleDocument | None, after: CycleDocument) -> tuple[CycleDocument, list[PredictionEntry]]:
    """Return the document with the locks that ``before`` has, and the locked entries that it lacks."""
    missing = _locked(before)
    predictions: list[PredictionEntry] = []
    for entry in after.predictions:
        same = next((one for one in missing if _same(one, entry)), None)
        if same is not None:
            missing.remove(same)
            predictions.append(entry.model_copy(update={name: getattr(same, name) for name in LOCK}))
        else:
            predictions.append(entry)
    return after.model_copy(update={"predictions": predictions}), missing


def day_that_begins(now: dt.datetime) -> dt.date:
    """Return the day that has begun or is about to: plans for it are locked before it does."""
    return (now + EVENING_BEFORE).date()


def says_something(entry: PredictionEntry) -> bool:
    """Say whether an entry holds a prediction at all."""
    return bool(entry.expected.strip() or entry.value is not None or entry.direction is not None)


def correctable(predictions: Sequence[PredictionEntry]) -> list[PredictionEntry]:
    """Return the locked entries that no other entry corrects yet."""
    corrected = {entry.corrects for entry in predictions}
    return [entry for entry in predictions if entry.lock_hash is not None and entry.lock_hash not in corrected]


def _began(document: CycleDocument, *, now: dt.datetime, later: Collection[str]) -> bool:
    """Say whether Do has started, by what is written or by the calendar."""
    by_calendar = document.started_on is not None and document.started_on <= now.date()
    return by_calendar or _is_under_way(document, later)


def _is_under_way(document: CycleDocument, later: Collection[str]) -> bool:
    return document.stage is not Stage.PLANNED or _has_result(document, later)


def _has_result(document: CycleDocument, later: Collection[str]) -> bool:
    told = any(document.texts.get(code) for code in {*later, "surprises"})
    judged = any(entry.outcome is not None or entry.actual for entry in document.predictions)
    known = (document.result, document.decision, document.as_planned, document.ended_on)
    return told or judged or bool(document.results) or any(value is not None for value in known)


def _do_starts(
    before: CycleDocument | None, after: CycleDocument, *, now: dt.datetime, later: Collection[str]
) -> dt.date | None:
    """Return the earliest first day of Do that was ever recorded; None where results came first or none is recorded.

    So a first day that is moved afterwards makes no later lock look earlier than the data.
    """
    versions = [document for document in (before, after) if document is not None]
    if any(entry.do_starts is None for entry in _locked(before)):
        return None
    recorded = [document.started_on for document in versions] + [entry.do_starts for entry in _locked(before)]
    earliest = min((day for day in recorded if day is not None), default=None)
    came_first = any(_has_result(document, later) for document in versions)
    return None if came_first and earliest is not None and earliest > now.date() else earliest


def _locked(document: CycleDocument | None) -> list[PredictionEntry]:
    return [] if document is None else [entry for entry in document.predictions if entry.locked_at is not None]


def _words(entry: PredictionEntry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in (*WORDS, "corrects"))


def _same(locked_entry: PredictionEntry, entry: PredictionEntry) -> bool:
    """Say whether this is the locked entry: the same words, and its lock or none."""
    own = tuple(getattr(entry, name) for name in LOCK)
    lock = tuple(getattr(locked_entry, name) for name in LOCK)
    return _words(entry) == _words(locked_entry) and own in (lock, (None, None, None))
