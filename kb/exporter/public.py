"""What of a record an anonymous visitor reads: no hidden neighbour, no person's account, no number of a small group."""

from collections.abc import Collection, Sequence
from typing import Any

from kb.cells import Cell, Shown, is_small
from kb.cycles.document import CycleDocument, PredictionEntry, ResultEntry
from kb.cycles.figures import Line, lines, words_only
from kb.cycles.rules import students
from kb.items.document import ItemDocument

NUMBERS = ("n", "count", "before", "after", "comparison")


def public_document(document: ItemDocument, *, visible: Collection[str], minimum: int) -> ItemDocument:
    """Return a copy that names only records in ``visible``; figures go through the small-cell rules.

    A cycle whose idea is hidden stands without its idea: such a file says what is public and cannot be imported.
    """
    changes: dict[str, Any] = {
        "author": None,
        "shared_with_school": False,
        "publications": [],
        "edition": None,
        "links": [link for link in document.links if link.target in visible],
    }
    if isinstance(document, CycleDocument):
        changes |= _cycle(document, visible, minimum)
    return document.model_copy(update=changes)


def _cycle(document: CycleDocument, visible: Collection[str], minimum: int) -> dict[str, Any]:
    size = students(document.group_size, document.scale)
    small = is_small(size, minimum)
    shown = lines(document.results, group_size=size, minimum=minimum)
    changes: dict[str, Any] = {
        "idea": document.idea if document.idea in visible else "",
        "previous": document.previous if document.previous in visible else None,
        "results": [_result(line) for line in shown],
    }
    if small:
        changes |= {
            "group_size": None,
            "test_population": "",
            "groups": [],
            "predictions": _predictions(document.predictions),
        }
    return changes


def _predictions(entries: Sequence[PredictionEntry]) -> list[PredictionEntry]:
    """Return predictions about a small group; a correction names no fingerprint that is not told."""
    told = [_without_figures(entry) for entry in entries]
    hashes = {entry.lock_hash for entry in told}
    return [entry if entry.corrects in hashes else entry.model_copy(update={"corrects": None}) for entry in told]


def _without_figures(entry: PredictionEntry) -> PredictionEntry:
    """Return a prediction about a small group: no figure, and no fingerprint from which one could be guessed."""
    told = {name: words_only(getattr(entry, name), small=True) for name in ("question", "expected", "actual")}
    copy = entry.model_copy(update={**told, "value": None})
    if copy.own_hash == entry.own_hash:
        return copy
    return copy.model_copy(update={"locked_at": None, "lock_hash": None, "do_starts": None})


def _result(line: Line) -> ResultEntry:
    cells: dict[str, Cell] = {name: getattr(line.cells, name) for name in NUMBERS}
    ranges = [
        f"{name} {cell.low:g} to {cell.high:g}"
        for name, cell in cells.items()
        if cell.shown is Shown.RANGE and cell.low is not None and cell.high is not None
    ]
    note = "; ".join([*([line.note] if line.note else []), *ranges])
    numbers = {name: _exact(cell, whole=name in ("n", "count")) for name, cell in cells.items()}
    return ResultEntry.model_construct(
        measure=line.measure, kind=line.kind, group=line.group, unit=line.unit, note=note, **numbers
    )


def _exact(cell: Cell, *, whole: bool) -> Any:
    if cell.shown is not Shown.EXACT or cell.low is None:
        return None
    return int(cell.low) if whole or float(cell.low).is_integer() else cell.low
