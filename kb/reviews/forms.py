"""The forms of a review."""

import wtforms
from flask_babel import lazy_gettext as _

from kb.reviews.actions import LONGEST
from kb.web.forms import Form, TextField


class AcceptForm(Form):
    """Take a write-up in."""

    word = TextField(_("A word to the author"), rows=3, longest=LONGEST)
    minor = wtforms.BooleanField(
        _("A small correction"), description=_("The edition stays the same: what was tested before is still this text.")
    )


class ReturnForm(Form):
    """Ask for changes."""

    note = TextField(_("What should change?"), rows=4, longest=LONGEST, description=_("The author gets this by mail."))


class CommentForm(Form):
    """Say something at a field."""

    field = wtforms.HiddenField()
    text = TextField(_("Comment"), rows=3, longest=LONGEST)
