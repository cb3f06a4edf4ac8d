"""The form that adds a file to a record."""

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.attachments.rules import ACCEPTED, ALT_LENGTH
from kb.web.forms import Form, LineField


class AttachmentForm(Form):
    """One file and the words that stand for it."""

    file = wtforms.FileField(
        _("File"),
        [DataRequired(_("Choose a file."))],
        description=_("A picture, PDF, Word (DOCX), Excel (XLSX) or CSV, at most 20 MB."),
        render_kw={"accept": ACCEPTED},
    )
    alt = LineField(
        _("What does it show?"),
        longest=ALT_LENGTH,
        description=_(
            "For readers who cannot see a picture, and as the name of a link: “Wall chart of seven talk moves”. A "
            "picture needs it."
        ),
    )
