"""The forms of an import: the file, and what each of its columns holds."""

from collections.abc import Sequence

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired

from kb.hub.bulk.queries import Target
from kb.items.rules import Kind
from kb.web.forms import Form, choices

COLUMN_WORDS = {
    "title": _("Title"),
    "summary": _("Summary in one sentence"),
    "idea": _("The idea that was tested"),
    "school": _("School"),
    "topics": _("Topics"),
    "subjects": _("Subjects"),
    "groups": _("Groups of students"),
    "grades": _("Grades"),
    "people": _("Who did it"),
    "started_on": _("First day"),
    "ended_on": _("Last day"),
    "test_population": _("With whom"),
    "group_size": _("Number of students"),
    "scale": _("Size of the test"),
    "question": _("What you wanted to know"),
    "predicted": _("Prediction"),
    "did": _("What you did"),
    "as_planned": _("Was it run as planned?"),
    "happened": _("What happened"),
    "outcome": _("Was the prediction met?"),
    "learned": _("What you learned"),
    "surprises": _("Surprises and other notes"),
    "result": _("Result"),
    "decision": _("Decision"),
    "next_step": _("Next step"),
    "hypothesis": _("Hypothesis: if, then, because"),
    "how_to_try": _("How to try it"),
    "core_parts": _("Core parts"),
    "adaptable_parts": _("Parts that may change"),
    "materials": _("Materials"),
    "population": _("For whom"),
    "roles_needed": _("Roles needed"),
    "staff_time": _("Time of staff"),
    "duration": _("Duration"),
    "cost": _("Cost"),
    "target": _("What it changes"),
    "drivers": _("Drivers"),
}


class UploadForm(Form):
    """A table of old write-ups."""

    file = wtforms.FileField(
        _("The table"),
        [InputRequired(_("Choose a file."))],
        description=_("CSV or XLSX, up to 5 MB and 2,000 rows. The first row names the columns; any names will do."),
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx"},
    )
    kind = wtforms.RadioField(
        _("What is in each row?"),
        [InputRequired(_("Choose what is in each row."))],
        choices=choices(
            [
                (Kind.CYCLE.value, _("A test: what was tried, what happened, what was decided")),
                (Kind.IDEA.value, _("A change idea: what can be tried")),
            ]
        ),
    )
    target = wtforms.SelectField(_("Where do the drafts go?"), [InputRequired(_("Choose a place."))])

    def offer(self, targets: Sequence[Target]) -> None:
        """Offer the places where the person may write."""
        self.target.choices = choices([(target.value, target.name) for target in targets])
