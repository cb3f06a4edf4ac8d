"""The forms of privacy problems."""

from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired

from kb.following.asking.forms import EmailField, LetterForm
from kb.following.problems.rules import LONGEST, LONGEST_PAGE
from kb.web.forms import Form, LineField, TextField


class ProblemForm(LetterForm):
    """Where somebody can be recognized."""

    page = LineField(
        _("Which page?"),
        longest=LONGEST_PAGE,
        validators=(DataRequired(_("Write the address of the page, or its title.")),),
        description=_("Its address, or its title."),
    )
    text = TextField(
        _("Where on the page?"),
        longest=LONGEST,
        rows=5,
        validators=(DataRequired(_("Write where on the page it is.")),),
        description=_("The first words of the sentence are enough. Please do not repeat the private fact itself."),
    )
    email = EmailField(
        _("Your e-mail address"),
        longest=320,
        description=_("Only if you want to hear what was done. It is deleted 180 days later."),
        render_kw={"autocomplete": "email"},
    )


class ProblemAnswerForm(Form):
    """What was done."""

    text = TextField(_("What did you do?"), longest=LONGEST, rows=5)
