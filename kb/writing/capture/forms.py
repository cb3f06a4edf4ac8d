"""The form of a note."""

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.attachments.rules import ALT_LENGTH
from kb.web.forms import Form, LineField, TextField


class CaptureForm(Form):
    """A note in one box."""

    text = TextField(
        _("What did you try, and what happened?"),
        rows=8,
        longest=50_000,
        description=_("A few words are enough. Do not name students."),
        validators=(DataRequired(_("Write a few words first.")),),
    )
    photo = wtforms.FileField(
        _("A photo"),
        description=_("No face, name or handwriting of a student."),
        render_kw={"accept": "image/*"},
    )
    photo_shows = LineField(
        _("What does the photo show?"),
        longest=ALT_LENGTH,
        description=_("A photo needs it, for readers who cannot see it."),
    )
