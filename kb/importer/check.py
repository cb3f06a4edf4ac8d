"""Checks records against each other and the database before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb import cells, markup
from kb.cycles.rules import TEXTS as CYCLE_TEXTS
from kb.errors import InvalidError
from kb.importer.order import loops
from kb.importer.problems import Place, Problem
from kb.importer.records import BODY_KINDS, ITEM_KINDS, Key, Record, Reference
from kb.importer.stored import Stored
from kb.items.actions import render
from kb.items.rules import ANCESTRY
from kb.permissions import Audience, State

WHAT = {"item": "record", "person": "person"}
Edges = Iterable[tuple[str, str]]


@dataclass(slots=True)
class Checked:
    """Which records may be loaded, which need not, and what is wrong with the others."""

    good: dict[Key, Record] = field(default_factory=dict)
    changed: dict[Key, str] = field(default_factory=dict)  # with the mark of what is stored
    unchanged: set[Key] = field(default_factory=set)
    left: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: dict[Key, Record] = field(default_factory=dict)

    def refuse(self, record: Record, *problems: Problem) -> None:
        """Take a record out, with the reasons."""
        self.good.pop(record.key, None)
        self.refused[record.key] = record
        self.problems += problems

    def to_load(self) -> dict[Key, Record]:
        """Return the good records that are not yet in the database as they are."""
        return {key: record for key, record in self.good.items() if key not in self.unchanged}


def check(records: list[Record], stored: Stored, *, ancestry: Edges, ramps: Edges, overwrite: bool) -> Checked:
    """Sort the records into those to load and the others; ``ancestry`` and ``ramps`` are the stored edges."""
    checked = Checked()
    _refuse_duplicates(checked, records)
    _attach_revisions(checked)
    for record in list(checked.good.values()):
        _compare(checked, record, stored, overwrite=overwrite)
    for record in list(checked.to_load().values()):
        if faults := list(_own_faults(record, checked, stored)):
            checked.refuse(record, *faults)
    _refuse_dangling(checked, stored)
    for edges, place, name in ((ancestry, "links", "ancestors"), (ramps, "previous", "cycles before")):
        _refuse_loops(checked, edges, place, name)
    _refuse_dangling(checked, stored)
    return checked


def _refuse_duplicates(checked: Checked, records: list[Record]) -> None:
    by_key: dict[Key, list[Record]] = defaultdict(list)
    for record in records:
        for key in record.provides():
            by_key[key].append(record)
    checked.good = {record.key: record for record in records}
    for key, same in by_key.items():
        for record in same if len(same) > 1 else ():
            others = ", ".join(sorted({other.path for other in same if other is not record} or {record.path}))
            message = f"{key.name} is also in {others}. Ids are never shared: keep one file, or choose a new id."
            place = "id" if hasattr(record.document, "id") else "code"
            checked.refuse(record, record.problem((place,), message))


def _attach_revisions(checked: Checked) -> None:
    """Give each record its revisions: it is loaded with all of them or not at all."""
    for record in [one for one in checked.good.values() if one.kind == "revision"]:
        del checked.good[record.key]
        owner = checked.good.get(Key("item", record.document.item))
        if owner is None:
            message = f"The record {record.document.item} is not among these files, or was refused. Import it too."
            checked.refuse(record, record.problem(("item",), message))
        else:
            owner.revisions.append(record)
    for record in checked.good.values():
        record.revisions.sort(key=lambda one: one.document.number)


def _compare(checked: Checked, record: Record, stored: Stored, *, overwrite: bool) -> None:
    """Find out whether the record is new, changed, the same, or changed by people."""
    before: Any = stored.documents.get(record.key)
    kind = stored.kinds.get(record.key, record.kind)
    if record.kind in ITEM_KINDS and kind != record.kind:
        message = f"{record.key.name} is the id of another record ({kind}). Ids are never reused: choose a new one."
        checked.refuse(record, record.problem(("id",), message))
        return
    if before is None:
        return
    if record.kind == "cycle" and record.document.context is None and before.context is not None:
        record.document = record.document.model_copy(update={"context": before.context})
    if before.mark() == record.document.mark() or record.kind == "person":
        checked.unchanged.add(record.key)
    elif record.kind in ITEM_KINDS and before.state is State.ERASED:
        checked.refuse(record, record.problem(("id",), "was erased here and does not come back. Delete the file."))
    elif record.kind != "method" and stored.was_changed_by_people(record.key) and not overwrite:
        message = "was changed here since the last import and is left as it is. To write over it: --overwrite."
        checked.left.append(record.problem((), message))
        del checked.good[record.key]
    else:
        checked.changed[record.key] = before.mark()


def _own_faults(record: Record, checked: Checked, stored: Stored) -> Iterator[Problem]:
    """Yield what is wrong with one record, whatever the others hold."""
    yield from _text_faults(record)
    if record.kind == "method" and record.key in checked.changed:
        message = (
            f"Version {record.document.version} of {record.document.code} is published and never changes. "
            "New wording needs a new version: raise the number."
        )
        yield record.problem(("version",), message)
    if record.kind == "school" and record.document.nces:
        owner = stored.nces.get(record.document.nces, record.document.id)
        if owner != record.document.id:
            yield record.problem(("nces",), f"belongs to the school {owner}. Write that id, or correct the number.")
    if record.kind == "cycle":
        yield from _answer_faults(record, checked, stored)
    if record.kind in ITEM_KINDS:
        yield from _count_faults(record, checked, stored)


def _text_faults(record: Record) -> Iterator[Problem]:
    texts: dict[Place, str] = {("texts", name): text for name, text in getattr(record.document, "texts", {}).items()}
    if record.kind in BODY_KINDS:
        texts["body",] = record.document.body
    faults = False
    for place, text in texts.items():
        try:
            markup.check(text)
        except InvalidError as error:
            faults = True
            yield record.problem(place, f"{error} Shorten or simplify it.")
    if record.kind in ITEM_KINDS and not faults:
        try:
            record.html = render(record.document)
        except InvalidError as error:
            yield record.problem(("texts",), str(error))


def _answer_faults(record: Record, checked: Checked, stored: Stored) -> Iterator[Problem]:
    key = Key("method", f"{record.document.method} {record.document.method_version}")
    brought = checked.good.get(key)
    method = brought.document if brought else stored.methods.get(key)
    if method is None:
        return
    known = [*method.question_codes(), *CYCLE_TEXTS]
    for name in record.document.texts:
        if name not in known:
            message = f"is no question of {record.document.method} {record.document.method_version}. Use one of "
            yield record.problem(("texts", name), f"{message}{', '.join(known)}.")


def _count_faults(record: Record, checked: Checked, stored: Stored) -> Iterator[Problem]:
    """Yield each "x of y" about a small group in what is published beyond the school."""
    document = record.document
    beyond = document.audience in (Audience.NETWORK, Audience.PUBLIC)
    if document.state is not State.PUBLISHED or not beyond or document.small_counts_confirmed:
        return
    brought = checked.good.get(Key("network", document.network or ""))
    stored_minimum = stored.minimums.get(document.network or "", cells.DEFAULT_MINIMUM)
    minimum = brought.document.minimum_group if brought else stored_minimum
    for place, text in _strings(document.plain(), ()):
        for hit in cells.small_counts_in(text, minimum):
            message = (
                f"“{hit}” tells of fewer than {minimum} students. Say it in words, or, if these are not students, "
                "write “small_counts_confirmed: true”."
            )
            further = text[: text.index(hit)].count("\n") if place[0] == "texts" else 0
            yield record.problem(place, message, further=further)


def _strings(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _strings(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, (*place, index))


def _refuse_dangling(checked: Checked, stored: Stored) -> None:
    """Refuse what refers to nothing, then what refers to that, until all that is left holds together."""
    provided = {key: record.kind for record in checked.good.values() for key in record.provides()}
    waiting = list(checked.to_load().values())
    while waiting:
        refused = []
        for record in waiting:
            if faults := list(_dangling(record, provided, checked, stored)):
                checked.refuse(record, *faults)
                refused.append(record)
        for record in refused:
            for key in record.provides():
                provided.pop(key, None)
        waiting = list(checked.to_load().values()) if refused else []


def _dangling(record: Record, provided: Mapping[Key, str], checked: Checked, stored: Stored) -> Iterator[Problem]:
    for one in (record, *record.revisions):
        for reference in one.references():
            kind = provided.get(reference.key) or stored.kinds.get(reference.key)
            if kind is None and not (reference.soft and reference.key in checked.refused):
                yield one.problem(reference.place, _missing(reference, checked, stored, provided))
            elif reference.kind and kind != reference.kind:
                wanted = reference.kind
                message = f"{reference.key.name} is of kind {kind}. Write the id of a record of kind {wanted}."
                yield one.problem(reference.place, message)
    if record.kind in ITEM_KINDS:
        yield from _edition_faults(record, checked, stored)


def _missing(reference: Reference, checked: Checked, stored: Stored, provided: Mapping[Key, str]) -> str:
    space, name = reference.key
    if reference.key in checked.refused:
        path = checked.refused[reference.key].path
        return f"{name} was refused ({path}). Correct that file first."
    if space == "method":
        known = sorted(key.name for key in {*provided, *stored.kinds} if key.space == "method")
        return f"There is no method {name.replace(' ', ' in version ')}. Known: {', '.join(known) or 'none yet'}."
    return f"There is no {WHAT.get(space, space)} {name}. Import it too, or correct this."


def _edition_faults(record: Record, checked: Checked, stored: Stored) -> Iterator[Problem]:
    """Yield links to editions that do not exist."""
    for index, link in enumerate(record.document.links):
        key = Key("item", link.target)
        brought = checked.good.get(key)
        told = (brought.document.edition or brought.document.natural_edition) if brought else 0
        latest = max(1, told, stored.editions.get(key, 0) + (key in checked.changed))
        if link.edition > latest:
            message = f"{link.target} has no edition {link.edition}; its latest is {latest}. Correct the number."
            yield record.problem(("links", index, "edition"), message)


def _refuse_loops(checked: Checked, stored_edges: Edges, place: str, name: str) -> None:
    to_load = {key.name: record for key, record in checked.to_load().items() if key.space == "item"}
    needs: dict[str, list[str]] = defaultdict(list)
    for child, parent in stored_edges:
        if child not in to_load:
            needs[child].append(parent)
            needs.setdefault(parent, [])
    for child, record in to_load.items():
        needs[child] += _upward(record, place)
    for loop in loops(needs):
        for record in (to_load[one] for one in loop if one in to_load):
            others = " → ".join([*loop, loop[0]])
            message = f"{record.key.name} would be among its own {name}: {others}. Take one of these out."
            checked.refuse(record, record.problem((place,), message))


def _upward(record: Record, place: str) -> list[str]:
    if place == "previous":
        previous = getattr(record.document, "previous", None)
        return [previous] if previous else []
    return [link.target for link in record.document.links if link.type in ANCESTRY]
