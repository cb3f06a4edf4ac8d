"""The forms of change packages."""

import re

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.ids import PUBLIC_ID
from kb.packages.document import EntryDocument, PackageDocument
from kb.web.forms import Form, LineField, TextField

_ID = re.compile(rf"(?:^|/)(?P<id>{PUBLIC_ID.pattern})(?:-[a-z0-9-]*)?(?:[?#].*)?$")


class PackageForm(Form):
    """What a package says about itself, and a field to add a record."""

    title = LineField(_("Title"), validators=(DataRequired(_("Write a title.")),))
    summary = LineField(
        _("In one sentence"), longest=500, description=_("For which problem, and what is in the package?")
    )
    body = TextField(
        _("Introduction"), rows=8, description=_("Why these ideas, in which order to try them, and what to watch.")
    )
    public = wtforms.BooleanField(
        _("Everyone may read it"), description=_("Until then only the curators of the network see it.")
    )
    add = LineField(
        _("Add a record"),
        longest=300,
        description=_("The address of an idea, a test or a case study, copied from your browser."),
    )
    base = wtforms.HiddenField()

    @property
    def added_id(self) -> str | None:
        """The id of the record to add; None for none, ValueError if that is no address of a record."""
        if not self.add.data:
            return None
        found = _ID.search(self.add.data.strip())
        if found is None:
            raise ValueError
        return found["id"]


class AddForm(Form):
    """Which package a record is added to, and what the hub says about it there."""

    package = wtforms.RadioField(_("Change package"), validators=(DataRequired(_("Choose a change package.")),))
    note = TextField(_("A word about it"), rows=3, longest=2000, description=_("Why it is here, or whom it suits."))


def notes_of(entries: list[EntryDocument], ids: list[str], notes: list[str]) -> list[str]:
    """Return what was typed about each entry, also where others moved them meanwhile. Without ids: in their order."""
    if len(ids) != len(notes):
        return notes
    typed = dict(zip(ids, notes, strict=True))
    return [typed.get(entry.item, entry.note) for entry in entries]


def changed(entries: list[EntryDocument], notes: list[str], action: str) -> list[EntryDocument]:
    """Return the entries with their notes as typed, after one of the buttons: ``up:3``, ``down:3`` or ``out:3``."""
    typed = [
        entry.model_copy(update={"note": notes[index].replace("\r\n", "\n").strip()}) if index < len(notes) else entry
        for index, entry in enumerate(entries)
    ]
    verb, _colon, where = action.partition(":")
    if not where.isdecimal() or int(where) >= len(typed):
        return typed
    index = int(where)
    entry = typed.pop(index)
    if verb == "up":
        typed.insert(max(0, index - 1), entry)
    elif verb == "down":
        typed.insert(index + 1, entry)
    elif verb != "out":
        typed.insert(index, entry)
    return typed


def filled(document: PackageDocument, form: PackageForm, entries: list[EntryDocument]) -> PackageDocument:
    """Return the document with what the form says; pydantic's ValidationError if it is not right."""
    fields = document.model_dump(by_alias=True) | {
        "title": form.title.data,
        "summary": form.summary.data,
        "body": form.body.data,
        "public": form.public.data,
        "entries": [entry.model_dump() for entry in entries],
        "updated": None,
    }
    return PackageDocument.model_validate(fields)
