"""Every field of a record with the words above it, in the order of reading: for reviews and comparisons."""

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy import orm

from kb.drivers.models import Driver
from kb.items.models import Item
from kb.items.queries import visible_items
from kb.items.rules import Kind
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.permissions import Viewer

_IDEA = {
    "population": _("For whom"),
    "texts.hypothesis": _("Why it might work"),
    "texts.how_to_try": _("How to try it"),
    "texts.core_parts": _("Keep these parts"),
    "texts.adaptable_parts": _("Change these to fit"),
    "texts.materials": _("What you need"),
    "roles_needed": _("Who is needed"),
    "staff_time": _("Time of staff"),
    "duration": _("How long"),
    "cost": _("Cost"),
    "target": _("What it changes"),
}
_CYCLE = {
    "test_population": _("With whom"),
    "group_size": _("How many students"),
    "scale": _("Size of the test"),
    "started_on": _("First day of the test"),
    "ended_on": _("Last day of the test"),
}
_OUTCOME = {
    "as_planned": _("Run as planned?"),
    "texts.surprises": _("Surprises"),
    "result": _("Result"),
    "decision": _("Decision"),
    "texts.next_step": _("Next step"),
}
_CASE = {
    "texts.problem": _("The problem"),
    "texts.context": _("The place"),
    "texts.rationale": _("Why we thought it might work"),
    "texts.what_we_did": _("What we did"),
    "texts.evolution": _("How it evolved"),
    "texts.results": _("What happened"),
    "texts.for_whom": _("For whom"),
    "texts.limits": _("Limits"),
    "texts.advice": _("Advice"),
}
_FRAME = {
    "kept": _("Kept"),
    "changed": _("Changed"),
    "added": _("Added"),
    "removed": _("Left out"),
    "why": _("Why"),
    "decided_by": _("Decided by"),
}
_TAGS = {"topics": _("Topics"), "subjects": _("Subjects"), "groups": _("Student groups"), "grades": _("Grades")}


@dataclass(frozen=True, slots=True)
class Passage:
    """A field that says something: its name in the document, the words above it, and its text or its code.

    ``words`` holds codes whose words the page knows (a decision, a grade band); then ``text`` is empty.
    """

    field: str
    label: Any
    text: str = ""
    words: tuple[enum.StrEnum, ...] = ()


def passages(session: orm.Session, viewer: Viewer, document: Any) -> list[Passage]:
    """Return the fields of a document that say something, in the order of reading; hidden neighbours by id only."""
    found = [Passage("title", _("Title"), document.title), Passage("summary", _("In one sentence"), document.summary)]
    match document.kind:
        case Kind.IDEA:
            found += _of(document, _IDEA)
            found += [Passage("drivers", _("What it is meant to move"), _drivers(session, document.drivers))]
        case Kind.CYCLE:
            found += _cycle(session, document)
        case Kind.CASE:
            found += _of(document, _CASE)
    found += _of(document, _TAGS)
    found += _links(session, viewer, document)
    credited = "\n".join(": ".join(filter(None, (entry.role.value, entry.name))) for entry in document.credits)
    found += [
        Passage("credits", _("Credits"), credited),
        Passage("audience", _("Who may read it"), words=(document.audience,)),
    ]
    return [passage for passage in found if passage.text or passage.words]


def _of(document: Any, labels: dict[str, Any]) -> list[Passage]:
    return [_passage(field, label, _value(document, field)) for field, label in labels.items()]


def _value(document: Any, field: str) -> Any:
    return document.texts.get(field.removeprefix("texts.")) if field.startswith("texts.") else getattr(document, field)


def _passage(field: str, label: Any, value: Any) -> Passage:
    if value is None:
        return Passage(field, label)
    if isinstance(value, enum.StrEnum):
        return Passage(field, label, words=(value,))
    if isinstance(value, list) and any(isinstance(one, enum.StrEnum) for one in value):
        return Passage(field, label, words=tuple(value))
    if isinstance(value, list):
        return Passage(field, label, ", ".join(map(str, value)))
    if isinstance(value, dt.date):
        return Passage(field, label, f"{value:%b} {value.day}, {value.year}")
    return Passage(field, label, str(value))


def _drivers(session: orm.Session, public_ids: list[str]) -> str:
    titles = sa.select(Driver.title).where(Driver.public_id.in_(public_ids)).order_by(Driver.position, Driver.id)
    return "\n".join(session.scalars(titles))


def _cycle(session: orm.Session, document: Any) -> Iterator[Passage]:
    yield from _of(document, _CYCLE)
    for index, entry in enumerate(document.predictions):
        yield Passage(f"predictions.{index}", _("Prediction"), _prediction(entry))
    for code, question in _questions(session, document):
        yield Passage(f"texts.{code}", question, document.texts.get(code, ""))
    for index, entry in enumerate(document.results):
        yield Passage(f"results.{index}", _("Figure"), _figure(entry))
    yield from _of(document, _OUTCOME)


def _prediction(entry: Any) -> str:
    value = "" if entry.value is None else f"{entry.value:g} {entry.unit}".strip()
    chosen = [one.value.replace("_", " ") for one in (entry.direction, entry.confidence, entry.outcome) if one]
    return "\n".join(filter(None, (entry.question, entry.expected, value, ", ".join(chosen), entry.actual)))


def _figure(entry: Any) -> str:
    numbers = [
        f"{name.replace('_', ' ')} {value:g}"
        for name in ("n", "count", "before", "after", "comparison")
        if (value := getattr(entry, name)) is not None
    ]
    return "\n".join(
        filter(None, (f"{entry.measure} {entry.group}".strip(), ", ".join(numbers), entry.unit, entry.note))
    )


def _questions(session: orm.Session, document: Any) -> list[tuple[str, str]]:
    rows = session.execute(
        sa.select(MethodQuestion.code, MethodQuestion.text)
        .join(MethodStep)
        .join(MethodVersion)
        .join(Method)
        .where(Method.code == document.method, MethodVersion.version == document.method_version)
        .order_by(MethodStep.position, MethodQuestion.position)
    )
    return [(code, text) for code, text in rows]


def _links(session: orm.Session, viewer: Viewer, document: Any) -> Iterator[Passage]:
    wanted = [link.target for link in document.links]
    known = visible_items(viewer).with_only_columns(Item.public_id, Item.title).where(Item.public_id.in_(wanted))
    titles = dict(session.execute(known).all())
    for index, link in enumerate(document.links):
        frame = link.adaptation
        told = [f"{label}: {text}" for name, label in _FRAME.items() if frame and (text := getattr(frame, name))]
        lines = [f"{link.type.value.replace('_', ' ')}: {titles.get(link.target, link.target)}", link.reason, *told]
        yield Passage(f"links.{index}", _("Link to another record"), "\n".join(filter(None, lines)))
