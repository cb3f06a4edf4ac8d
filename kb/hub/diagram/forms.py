"""The forms of the driver diagram: a new driver, and the words of one."""

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.hub.diagram.queries import Line
from kb.web.forms import Form, LineField, TextField, choices

INDENT = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{EN DASH} "


class NewDriverForm(Form):
    """A new driver and where it goes."""

    title = LineField(
        _("New driver"),
        validators=(DataRequired(_("Write what drives the aim.")),),
        description=_("Something in the system that has to change so that the aim is reached."),
    )
    under = wtforms.SelectField(_("Below"), validate_choice=False)

    def offer(self, lines: list[Line]) -> None:
        """Offer every place where a driver can be added."""
        places = [(line.public_id, INDENT * line.level + line.title) for line in lines if line.takes_more]
        self.under.choices = choices([("", str(_("The aim: a primary driver"))), *places])


class DriverForm(Form):
    """The words of a driver. ``version`` is the row they were read from."""

    title = LineField(_("Driver"), validators=(DataRequired(_("Write what drives the aim.")),))
    description = TextField(_("What is meant"), rows=3, longest=2_000)
    driver = wtforms.HiddenField()
    version = wtforms.HiddenField()
