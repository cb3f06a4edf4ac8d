"""The form of a note."""

from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired

from kb.web.forms import Form, TextField


class CaptureForm(Form):
    """A note in one box."""

    text = TextField(
        _("What did you try, and what happened?"),
        rows=8,
        longest=50_000,
        description=_("A few words are enough. Do not name students."),
        validators=(InputRequired(_("Write a few words first.")),),
    )
