"""The forms about members: a day, a school that is in no directory, an invitation."""

import datetime as dt
from collections.abc import Sequence

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from kb.accounts.models import Role
from kb.ids import new_public_id
from kb.schools.document import GRADES, SchoolDocument
from kb.schools.models import Level, School
from kb.web.forms import Form, LineField, choices

_GRADE_CHOICES = choices([("", _("Not said")), *((grade, grade.removeprefix("0")) for grade in GRADES)])
FIRST_DAY, LAST_DAY = dt.date(1950, 1, 1), dt.date(2100, 1, 1)


class DayForm(Form):
    """A day on which a school joins or leaves, and the school."""

    school = wtforms.HiddenField()
    on = wtforms.DateField(_("Day"), [InputRequired(_("Write the day."))])

    def validate_on(self, field: wtforms.DateField) -> None:
        """Refuse a day nobody can mean."""
        if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
            raise wtforms.ValidationError(_("Check the year."))

    @property
    def day(self) -> dt.date:
        """The day, of a form that is valid."""
        assert self.on.data is not None, "valid"  # noqa: S101 - InputRequired
        return self.on.data


class SchoolForm(DayForm):
    """A school that is in no directory."""

    name = LineField(_("Name of the school"), validators=(DataRequired(_("Write the name of the school.")),))
    district = LineField(_("District"))
    state = LineField(
        _("State"),
        longest=2,
        validators=(Regexp(r"^([A-Za-z]{2})?$", message=_("Write the two letters of the state, for example CA.")),),
        description=_("Two letters, for example CA."),
    )
    level = wtforms.SelectField(_("Level"), default="")
    grade_low = wtforms.SelectField(_("Lowest grade"), choices=_GRADE_CHOICES, default="")
    grade_high = wtforms.SelectField(_("Highest grade"), choices=_GRADE_CHOICES, default="")
    on = wtforms.DateField(_("Member since"), [InputRequired(_("Write the day."))])
    is_other = wtforms.BooleanField(_("It is another school than those of the same name"))

    def document(self) -> SchoolDocument:
        """Return the school as a document with a new id."""
        return SchoolDocument(
            id=new_public_id(),
            name=self.name.data or "",
            district=self.district.data or "",
            state=(self.state.data or "").upper(),
            level=Level(self.level.data) if self.level.data else None,
            grade_low=self.grade_low.data or "",
            grade_high=self.grade_high.data or "",
        )

    def offer(self, levels: Sequence[tuple[str, str]]) -> None:
        """Offer the levels in words."""
        self.level.choices = choices([("", _("Not said")), *levels])

    def validate_grade_high(self, field: wtforms.SelectField) -> None:
        """Refuse grades in the wrong order."""
        low, high = self.grade_low.data, field.data
        if low in GRADES and high in GRADES and GRADES.index(low) > GRADES.index(high):
            raise wtforms.ValidationError(_("The highest grade is below the lowest one."))


INVITED_AS = {
    "writes": (_("Writes for a school: tests and shares"), Role.CONTRIBUTOR),
    "reads": (_("Reads at a school: sees what is shared with the school and its networks"), Role.READER),
    "guest": (_("Reads in the network: sees what is shared with the network"), Role.READER),
    "curates": (_("Curates the network: reviews, edits and invites like you"), Role.CURATOR),
}
AT_A_SCHOOL = ("writes", "reads")
ROLE_WORDS = {
    (Role.CONTRIBUTOR, True): _("Writes"),
    (Role.READER, True): _("Reads"),
    (Role.READER, False): _("Reads in the network"),
    (Role.CURATOR, False): _("Curates the network"),
}


class InvitationForm(Form):
    """An invitation by mail. ``offered`` are the schools to choose from, by public id."""

    offered: frozenset[str] | set[str] = frozenset()
    email = LineField(
        _("E-mail address"),
        longest=254,
        validators=(DataRequired(_("Write an e-mail address.")), Length(max=254)),
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    role = wtforms.RadioField(
        _("What will the person do?"),
        [InputRequired(_("Choose what the person will do."))],
        choices=choices([(name, words) for name, (words, _role) in INVITED_AS.items()]),
    )
    school = wtforms.SelectField(
        _("School"), validate_choice=False, description=_("Only for somebody who writes or reads at a school.")
    )

    def offer(self, schools: Sequence[School]) -> None:
        """Offer the schools that are members now."""
        self.offered = {school.public_id for school in schools}
        self.school.choices = choices([("", _("No school")), *((school.public_id, school.name) for school in schools)])

    def validate_school(self, field: wtforms.SelectField) -> None:
        """Ask for a school where the role needs one."""
        if self.role.data in AT_A_SCHOOL and field.data not in self.offered:
            raise wtforms.ValidationError(_("Choose the school."))

    @property
    def chosen_role(self) -> Role:
        """The role of the choice."""
        return INVITED_AS[self.role.data][1]

    @property
    def chosen_school(self) -> str:
        """The public id of the school, "" for a role in the network."""
        return self.school.data or "" if self.role.data in AT_A_SCHOOL else ""
