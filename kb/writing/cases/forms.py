"""The form of a case study: its sections after SQUIRE-EDU, and what it cites."""

from collections.abc import Iterable, Sequence
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.cases.document import CaseDocument
from kb.cases.rules import TEXTS, Section
from kb.items.document import LinkEntry
from kb.items.rules import LinkType
from kb.web.forms import LineField, TextField, choices
from kb.writing import parts
from kb.writing.cases.queries import Citable
from kb.writing.cycles.fields import Words

HINTS = {
    Section.PROBLEM: _("What was not working, for whom, and how did you know?"),
    Section.CONTEXT: _("What should a reader know of your school and your students to compare it with theirs?"),
    Section.RATIONALE: _("What made you think that this could help?"),
    Section.WHAT_WE_DID: _("Tell it so that others could do it: who, what, when, how often."),
    Section.EVOLUTION: _("What did you change along the way, and what made you?"),
    Section.RESULTS: _("Also what did not move, what got worse and what nobody expected."),
    Section.FOR_WHOM: _("For whom did it work better, for whom less? In words where groups are small."),
    Section.LIMITS: _("What else could explain it? What do you not know?"),
    Section.ADVICE: _("What would you tell a colleague who begins next week?"),
}


def case_form(
    document: CaseDocument,
    sent: Iterable[str],
    *,
    words: Words,
    citable: Sequence[Citable],
    places: Sequence[tuple[str, str]] = (),
) -> type[parts.WriteUpForm]:
    """Return the form of a case study. ``sent``: names of fields that came with a form."""
    names = list(sent)
    people = parts.rows_in(names, parts.CREDITS) if names else len(document.credits) + parts.MORE_CREDITS
    fields = {
        **parts.place_field(places),
        "title": LineField(_("Title"), validators=(DataRequired(_("Give it a title.")),)),
        "summary": TextField(
            _("In one sentence"), rows=2, longest=500, description=_("What was tried, where, and what came of it?")
        ),
        **{
            section.value: TextField(words(section), rows=6, longest=50_000, description=HINTS[section])
            for section in Section
        },
        "cites": wtforms.SelectMultipleField(
            _("The ideas and tests behind it"),
            choices=choices((one.public_id, one.words) for one in citable),
            widget=wtforms.widgets.ListWidget(prefix_label=False),
            option_widget=wtforms.widgets.CheckboxInput(),
            description=_("Tick what the story is about, at least one. They appear as cards below it."),
        ),
        "find": LineField(
            _("Look for others to cite"), longest=200, description=_("Words of a title. You find what you may read.")
        ),
        **parts.about_fields(words),
        **parts.credit_fields(people, words),
        **parts.audience_field(words, parts.offered_audiences(document)),
    }
    return parts.made(fields)


def cited(document: CaseDocument) -> list[str]:
    """Return the ids of what the case study cites."""
    return [link.target for link in document.links if link.type is LinkType.CITES]


def values(document: CaseDocument) -> dict[str, Any]:
    """Return what the fields hold at first."""
    start = parts.shared_values(document) | {"cites": cited(document)}
    return start | {name: document.texts.get(name, "") for name in TEXTS}


def filled(form: Any, document: CaseDocument, citable: Sequence[Citable]) -> CaseDocument:
    """Return the document with what the form says; a new citation is of the edition that stands now."""
    names = [field.name for field in form]
    update = parts.shared_changes(form, document, parts.rows_in(names, parts.CREDITS))
    update["texts"] = {name: form[name].data for name in TEXTS if form[name].data}
    before = {link.target: link for link in document.links if link.type is LinkType.CITES}
    editions = {one.public_id: one.edition for one in citable}
    chosen = [
        before.get(target) or LinkEntry(type=LinkType.CITES, target=target, edition=max(1, editions.get(target, 1)))
        for target in dict.fromkeys(form["cites"].data or [])
    ]
    hidden = [link for target, link in before.items() if target not in editions]  # the writer cannot see it to keep it
    others = [link for link in document.links if link.type is not LinkType.CITES]
    update["links"] = [*chosen, *(link for link in hidden if link not in chosen), *others]
    return document.model_copy(update=update)
