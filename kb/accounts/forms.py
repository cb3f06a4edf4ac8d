"""The forms of accounts."""

from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired, Length

from kb.accounts.rules import LONGEST_EMAIL, LONGEST_PASSWORD, SHORTEST_PASSWORD
from kb.web.forms import Form, LineField

_TYPED = "current-password"
_NEW = "new-password"


class PasswordField(wtforms.PasswordField):
    """A password: never written back into a page."""

    def __init__(self, label: Any, *, complete: str, missing: Any, **more: Any) -> None:
        required = [DataRequired(missing), Length(max=LONGEST_PASSWORD)]
        super().__init__(label, required, render_kw={"autocomplete": complete}, **more)


def email_field(**more: Any) -> LineField:
    """Return the field of the person's own e-mail address."""
    return LineField(
        _("E-mail address"),
        longest=LONGEST_EMAIL,
        validators=(DataRequired(_("Enter your e-mail address.")),),
        widget=wtforms.widgets.EmailInput(),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", **more},
    )


def new_password_field() -> PasswordField:
    """Return the field of a password to be chosen."""
    return PasswordField(
        _("Choose a password"),
        complete=_NEW,
        missing=_("Choose a password."),
        description=_("At least %(n)s characters. A few words you remember make a good one.", n=SHORTEST_PASSWORD),
    )


class SignInForm(Form):
    """Who it is."""

    email = email_field()
    password = PasswordField(_("Password"), complete=_TYPED, missing=_("Enter your password."))
    keep = wtforms.BooleanField(
        _("Keep me signed in on this device"),
        description=_("For 30 days. Leave it out on a computer that others use."),
    )
