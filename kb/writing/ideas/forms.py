"""The form of a change idea, and of how it came from others."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.ideas.document import IdeaDocument
from kb.ideas.rules import TEXTS, Cost, Target
from kb.ids import PUBLIC_ID
from kb.items.document import AdaptationEntry, LinkEntry
from kb.items.rules import ANCESTRY, CoreConsistency, LinkType, Planned
from kb.web.forms import LineField, TextField, choices
from kb.writing import parts
from kb.writing.cycles.fields import Words, radios, select

PARENTS = "parents"
LINES = ("population", "roles_needed", "staff_time", "duration")
_ADDRESS = re.compile(rf"(?:^|/)(?P<id>{PUBLIC_ID.pattern})(?:-[a-z0-9-]*)?(?:[/?#].*)?$")
FRAME = ("kept", "changed", "added", "removed", "why", "decided_by")
Pairs = Sequence[tuple[str, str]]


def idea_form(
    document: IdeaDocument, sent: Iterable[str], *, words: Words, drivers: Pairs, places: Pairs = ()
) -> type[parts.WriteUpForm]:
    """Return the form of an idea. ``sent``: names of fields that came with a form; pairs are of value and words."""
    names = list(sent)
    parents = parts.rows_in(names, PARENTS) if names else len(parents_of(document))
    people = parts.rows_in(names, parts.CREDITS) if names else len(document.credits) + parts.MORE_CREDITS
    fields = {
        **parts.place_field(places),
        **_main_fields(),
        **_frame_fields(parents, words),
        "another": LineField(
            _("Does it come from another idea as well?"),
            longest=300,
            description=_("The address of that idea, copied from your browser. You are asked about it after saving."),
        ),
        **_test_fields(words, drivers),
        **parts.about_fields(words),
        **parts.credit_fields(people, words),
        **parts.audience_field(words, parts.offered_audiences(document)),
    }
    return parts.made(fields)


def parents_of(document: IdeaDocument) -> list[LinkEntry]:
    """Return the links to what the idea comes from."""
    return [link for link in document.links if link.type in ANCESTRY]


def values(document: IdeaDocument) -> dict[str, Any]:
    """Return what the fields hold at first."""
    start = parts.shared_values(document) | {"drivers": document.drivers}
    start |= {name: document.texts.get(name, "") for name in TEXTS}
    start |= {name: getattr(document, name) for name in (*LINES, "cost", "target")}
    for index, link in enumerate(parents_of(document)):
        frame = link.adaptation or AdaptationEntry()
        told = {name: getattr(frame, name) for name in (*FRAME, "planned", "core")}
        told |= {"target": link.target, "edition": str(link.edition), "type": link.type.value}
        start |= {f"{PARENTS}-{index}-{name}": value for name, value in told.items()}
    return start


def another_id(form: Any) -> str:
    """Return the id in the address of one more idea it comes from; "" for none, "?" for what is no address."""
    typed = (form["another"].data or "").strip()
    found = _ADDRESS.search(typed)
    return found["id"] if found else "?" if typed else ""


def filled(form: Any, document: IdeaDocument, also: Sequence[LinkEntry] = ()) -> IdeaDocument:
    """Return the document with what the form says; ``also``: links to ideas that were added with it."""
    names = [field.name for field in form]
    update = parts.shared_changes(form, document, parts.rows_in(names, parts.CREDITS))
    update |= {name: form[name].data for name in (*LINES, "cost", "target")}
    update["drivers"] = sorted(set(form["drivers"].data or []))
    update["texts"] = {name: form[name].data for name in TEXTS if form[name].data}
    before = {(link.type, link.target): link for link in document.links}
    parents = [_link(form, index, before) for index in range(parts.rows_in(names, PARENTS))]
    others = [link for link in document.links if link.type not in ANCESTRY]
    kept = [link for link in parents if link is not None]
    new = [link for link in also if link.target not in {one.target for one in kept}]
    update["links"] = [*kept, *new, *others]
    return document.model_copy(update=update)


def _link(form: Any, index: int, before: dict[tuple[LinkType, str], LinkEntry]) -> LinkEntry | None:
    def told(name: str) -> Any:
        return form[f"{PARENTS}-{index}-{name}"].data

    if told("type") == "":
        return None
    kind, target, edition = LinkType(told("type")), str(told("target")), str(told("edition"))
    same = before.get((kind, target))
    frame = AdaptationEntry(
        **{name: told(name) or "" for name in FRAME},
        planned=told("planned"),
        core=told("core") or CoreConsistency.UNKNOWN,
    )
    return LinkEntry(
        type=kind,
        target=target,
        edition=int(edition) if edition.isdecimal() and len(edition) < 7 else 1,  # noqa: PLR2004 - digits of an edition
        reason=same.reason if same else "",
        adaptation=frame,
    )


def _main_fields() -> dict[str, Any]:
    return {
        "title": LineField(
            _("Title"),
            validators=(DataRequired(_("Give it a title.")),),
            description=_("What is done, in a few words: “Call home before the letter”."),
        ),
        "summary": TextField(
            _("In one sentence"),
            rows=2,
            longest=500,
            description=_("Say it so that a colleague understands it at once."),
        ),
        "hypothesis": TextField(
            _("Why it might work"),
            rows=3,
            longest=50_000,
            description=_("If we … then … because …. Say it so that a test can show it to be wrong."),
        ),
        "how_to_try": TextField(
            _("How to try it"),
            rows=8,
            longest=50_000,
            description=_("Step by step, so that a teacher at another school could start next week."),
        ),
        "core_parts": TextField(
            _("Keep these parts"), rows=3, longest=50_000, description=_("Without what would it be another idea?")
        ),
        "adaptable_parts": TextField(
            _("Change these to fit"), rows=3, longest=50_000, description=_("What can others do in their own way?")
        ),
        "materials": TextField(
            _("What you need"), rows=3, longest=50_000, description=_("Letters, lists, a room. Links work too.")
        ),
    }


def _test_fields(words: Words, drivers: Pairs) -> dict[str, Any]:
    return {
        "drivers": wtforms.SelectMultipleField(
            _("What is it meant to move?"),
            choices=choices(drivers),
            widget=wtforms.widgets.ListWidget(prefix_label=False),
            option_widget=wtforms.widgets.CheckboxInput(),
            description=_("The drivers of the network. An idea belongs to at least one."),
        ),
        "population": LineField(
            _("For whom"), longest=300, description=_("“Ninth graders who miss two days a month”. No names.")
        ),
        "roles_needed": LineField(_("Who is needed"), longest=300),
        "staff_time": LineField(_("Time of staff"), description=_("“20 minutes a week for each teacher”")),
        "duration": LineField(_("How long"), description=_("“Six weeks”")),
        "cost": select(_("Cost"), Cost, words, none=_("Not known")),
        "target": select(_("What does it change?"), Target, words, none=_("Choose")),
    }


def _frame_fields(count: int, words: Words) -> dict[str, Any]:
    """Return the FRAME questions about each idea this one comes from."""
    fields: dict[str, Any] = {}
    ways = [*((one.value, words(one)) for one in ANCESTRY), ("", _("It does not come from it: take it out"))]
    for index in range(count):
        own = {
            "target": wtforms.HiddenField(),
            "edition": wtforms.HiddenField(),
            "type": wtforms.SelectField(_("How does yours come from it?"), choices=choices(ways)),
            "kept": TextField(_("What did you keep?"), rows=2),
            "changed": TextField(_("What did you change?"), rows=2),
            "added": TextField(_("What did you add?"), rows=2),
            "removed": TextField(_("What did you leave out?"), rows=2),
            "why": TextField(
                _("Why?"), rows=2, description=_("What is different at your school, or what had you learned?")
            ),
            "planned": radios(_("When was that decided?"), Planned, words),
            "decided_by": LineField(_("Who decided?"), description=_("Roles, no names: “two teachers and a parent”.")),
            "core": select(_("Does it keep the core?"), CoreConsistency, words, none=_("Choose")),
        }
        fields |= {f"{PARENTS}-{index}-{name}": field for name, field in own.items()}
    return fields
