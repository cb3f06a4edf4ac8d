"""The forms of accounts."""

from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired, InputRequired, Length

from kb.accounts.rules import LONGEST_EMAIL, LONGEST_PASSWORD, SHORTEST_PASSWORD
from kb.web.forms import Form, LineField, choices

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


def new_password_field(label: Any) -> PasswordField:
    """Return the field of a password to be chosen."""
    return PasswordField(
        label,
        complete=_NEW,
        missing=_("Choose a password."),
        description=_("At least %(n)s characters. A few words you remember make a good one.", n=SHORTEST_PASSWORD),
    )


def name_field() -> LineField:
    """Return the field of the person's own name."""
    return LineField(
        _("Your name"),
        validators=(DataRequired(_("Enter your name.")),),
        description=_("As colleagues know you. It stands beside what you write."),
        render_kw={"autocomplete": "name"},
    )


class SignInForm(Form):
    """Who it is."""

    email = email_field()
    password = PasswordField(_("Password"), complete=_TYPED, missing=_("Enter your password."))
    keep = wtforms.BooleanField(
        _("Keep me signed in on this device"),
        description=_("For 30 days. Leave it out on a computer that others use."),
    )


class EmailForm(Form):
    """To whom a link for a new password goes."""

    email = email_field()


class NewPasswordForm(Form):
    """A password to begin with, or in place of a forgotten one."""

    password = new_password_field(_("New password"))


class ChangePasswordForm(Form):
    """A new password, with the old one as proof that it is the person and not somebody at their open screen."""

    old_password = PasswordField(_("Your password now"), complete=_TYPED, missing=_("Enter the password you have now."))
    password = new_password_field(_("New password"))


class NameForm(Form):
    """The name others read."""

    name = name_field()


class JoinForm(Form):
    """Who comes in by an invitation, and with which password."""

    name = name_field()
    password = new_password_field(_("Choose a password"))


class InviteForm(Form):
    """Whom to invite to a school, and for what."""

    email = LineField(
        _("E-mail address"),
        longest=LONGEST_EMAIL,
        validators=(DataRequired(_("Enter the address of the person.")),),
        widget=wtforms.widgets.EmailInput(),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    role = wtforms.RadioField(
        _("What will the person do?"),
        [InputRequired(_("Choose what the person will do."))],
        choices=choices(
            [
                ("contributor", _("Write: share tests and ideas of this school")),
                ("reader", _("Read: see what is shared with this school and its networks")),
            ]
        ),
    )
