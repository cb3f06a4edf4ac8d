"""The forms of visitors' questions."""

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired, ValidationError

from kb.following.asking.rules import LONGEST, LONGEST_ANSWER
from kb.mail.rules import is_address
from kb.web.forms import Form, LineField, TextField

_ADDRESS = _("This is not an e-mail address. It looks like name@school.example.")


class LetterForm(Form):
    """A form for visitors without an account. ``website`` is not shown: only programs fill it in."""

    website = LineField(_("Leave this empty"), longest=2_000)

    @property
    def is_by_a_program(self) -> bool:
        """Whether something no person sees was filled in."""
        return bool(self.website.data)


class EmailField(LineField):
    """One e-mail address, or nothing."""

    widget = wtforms.widgets.EmailInput()

    def pre_validate(self, _form: wtforms.form.BaseForm) -> None:
        """Refuse what no mail can be sent to."""
        if self.data and not is_address(self.data):
            raise ValidationError(_ADDRESS)


class AskForm(LetterForm):
    """A question to a school, with an address for the answer."""

    name = LineField(
        _("Your name"), validators=(DataRequired(_("Write your name.")),), render_kw={"autocomplete": "name"}
    )
    email = EmailField(
        _("Your e-mail address"),
        longest=320,
        validators=(DataRequired(_("Write your e-mail address, so that the answer can reach you.")),),
        description=_("For the answer alone. It is shown to nobody, and deleted after 180 days."),
        render_kw={"autocomplete": "email"},
    )
    text = TextField(
        _("Your question"),
        longest=LONGEST,
        rows=7,
        validators=(DataRequired(_("Write your question.")),),
        description=_("Please leave out names of students and families."),
    )


class VisitorAnswerForm(Form):
    """What is sent back to the visitor."""

    text = TextField(
        _("Your answer"), longest=LONGEST_ANSWER, rows=9, validators=(DataRequired(_("Write the answer first.")),)
    )
