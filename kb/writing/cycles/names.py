"""The words people read for the pages of a write-up that are no steps of a method."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from kb.writing.cycles.steps import Page, Part

NAMES: dict[Part, LazyString] = {
    Part.ABOUT: _("The test"),
    Part.PREDICTION: _("What we expect"),
    Part.RUN: _("What we did"),
    Part.FIGURES: _("What we measured"),
    Part.OUTCOME: _("How it turned out"),
    Part.DECISION: _("What we decided"),
}


def page_name(page: Page) -> str:
    """Return the heading of a page: its step's title, or the name of its part."""
    return page.title or str(NAMES[page.parts[0]])
