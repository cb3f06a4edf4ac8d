"""The questions that ideas and case studies share: what it is about, who did it, who may read it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _

from kb.errors import KbError
from kb.items.document import CreditEntry
from kb.items.rules import CreditRole, GradeBand, Language
from kb.permissions import Audience
from kb.web.forms import Form, LineField, choices
from kb.writing.actions import BlockedError
from kb.writing.cycles.fields import Words, boxes, select

CREDITS = "credits"
MORE_CREDITS = 2
MOST_ROWS = 60
LABELS = {
    "topics": _("Topics, with commas between: “Attendance, Family engagement”."),
    "subjects": _("School subjects, where it is about some."),
    "groups": _("Student groups it is meant for: “Multilingual learners”."),
}
_UNNAMED = (CreditRole.STUDENT, CreditRole.FAMILY)


class WriteUpForm(Form):
    """The base of the forms of ideas and case studies: puts what is refused at the field that names it."""

    def take(self, error: Any) -> None:
        """Put each reason at its field: ``credits.0.name`` stands in ``credits-0-name``."""
        if isinstance(error, BlockedError):
            for blocker in error.blockers:
                self._refuse_at(blocker.field, blocker.message)
        elif isinstance(error, KbError) and error.facts.get("field"):
            self._refuse_at(str(error.facts["field"]), str(error))
        else:
            super().take(error)

    def _refuse_at(self, place: str, message: str) -> None:
        name = place.removeprefix("texts.").replace(".", "-")
        parts = name.split("-")
        shorter = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
        self.refuse(message, next((one for one in shorter if one in self._fields), None))


def rows_in(names: Iterable[str], group: str) -> int:
    """Return how many rows of a group a form holds."""
    numbers = [int(found[1]) for name in names if (found := re.fullmatch(rf"{group}-(\d{{1,2}})-[a-z_]+", name))]
    return min(max(numbers, default=-1) + 1, MOST_ROWS)


def about_fields(words: Words) -> dict[str, Any]:
    """Return the fields that say what a record is about."""
    return {
        "topics": LineField(_("Topics"), longest=500, description=LABELS["topics"]),
        "grades": boxes(_("Grades"), GradeBand, words),
        "subjects": LineField(_("Subjects"), longest=500, description=LABELS["subjects"]),
        "groups": LineField(_("Student groups"), longest=500, description=LABELS["groups"]),
        "language": select(_("Language of the text"), Language, words, none=_("Choose")),
    }


def credit_fields(count: int, words: Words) -> dict[str, Any]:
    """Return a row of fields for each person who did the work."""
    fields: dict[str, Any] = {}
    for index in range(count):
        fields[f"{CREDITS}-{index}-role"] = select(_("Role"), CreditRole, words, none=_("Nobody"))
        fields[f"{CREDITS}-{index}-name"] = LineField(_("Name"))
    return fields


def audience_field(words: Words, offered: Sequence[Audience]) -> dict[str, Any]:
    """Return the question who may read it once it is published."""
    hint = _("Nobody but you, and whoever you share the draft with, reads it before it is published.")
    pairs = [(one.value, words(one)) for one in offered]
    field = wtforms.RadioField(
        _("Who may read it?"), choices=choices(pairs), coerce=_audience, validate_choice=False, description=hint
    )
    return {"audience": field}


def _audience(value: Any) -> Audience | None:
    return Audience(value) if value else None


def place_field(places: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the question where it belongs, where there is more than one answer."""
    if len(places) < 2:  # noqa: PLR2004 - nothing to choose
        return {}
    needed = wtforms.validators.InputRequired(_("Choose where it belongs."))
    return {"place": wtforms.RadioField(_("Where does it belong?"), [needed], choices=choices(places))}


def offered_audiences(document: Any) -> list[Audience]:
    """Return the audiences that the record can have: a school's, a network's, everyone."""
    offered = [Audience.SCHOOL] if document.school else []
    offered += [Audience.NETWORK] if document.network else []
    offered += [Audience.PUBLIC]
    return offered if document.audience in offered else [document.audience, *offered]


def shared_values(document: Any) -> dict[str, Any]:
    """Return what the shared fields hold at first."""
    values: dict[str, Any] = {
        "title": document.title,
        "summary": document.summary,
        "language": document.language,
        "grades": document.grades,
        "audience": document.audience,
    }
    values |= {name: ", ".join(getattr(document, name)) for name in LABELS}
    for index, entry in enumerate(document.credits):
        values[f"{CREDITS}-{index}-role"], values[f"{CREDITS}-{index}-name"] = entry.role, entry.name or ""
    return values


def shared_changes(form: Any, document: Any, count: int) -> dict[str, Any]:
    """Return the fields of the document as the form has them."""
    update: dict[str, Any] = {
        "title": form.title.data,
        "summary": form.summary.data,
        "language": form.language.data or document.language,
        "grades": [band for band in form.grades.data or [] if band],
        "audience": form.audience.data or document.audience,
        "credits": _credits(form, count),
    }
    return update | {name: _labels(form[name].data) for name in LABELS}


def _labels(line: str | None) -> list[str]:
    return [label for label in ((part.strip()) for part in (line or "").split(",")) if label]


def _credits(form: Any, count: int) -> list[CreditEntry]:
    told = [(form[f"{CREDITS}-{index}-role"].data, form[f"{CREDITS}-{index}-name"].data) for index in range(count)]
    entries = [(role or (CreditRole.TEACHER if name else None), name or None) for role, name in told]
    return [CreditEntry(role=role, name=name) for role, name in entries if role is not None]


def refuse_names(form: Any, count: int) -> bool:
    """Put an error beside each name of a student or a family member; return whether there was one."""
    found = False
    for index in range(count):
        if form[f"{CREDITS}-{index}-role"].data in _UNNAMED and form[f"{CREDITS}-{index}-name"].data:
            message = _("Students and families are named by role only. Take the name out.")
            form.refuse(str(message), f"{CREDITS}-{index}-name")
            found = True
    return found


def made(fields: Mapping[str, Any]) -> type[WriteUpForm]:
    """Return a form class of these fields."""
    form: type[WriteUpForm] = type("MadeForm", (WriteUpForm,), dict(fields))
    return form
