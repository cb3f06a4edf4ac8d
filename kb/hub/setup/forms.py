"""The forms of a network: its facts and rules, and one open question."""

import datetime as dt
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from kb.cells import DEFAULT_MINIMUM
from kb.networks.document import Aim, NetworkFacts
from kb.networks.models import Network
from kb.web.forms import Form, LineField, TextField

LEAST, MOST = 3, 1000


class NetworkForm(Form):
    """What a hub says of its network. ``version`` is the row it was read from."""

    name = LineField(_("Name of the network"), validators=(DataRequired(_("Give the network a name.")),))
    hub = LineField(
        _("The hub"), description=_("Who runs the network: for example “Four people at the county office”.")
    )
    aim_what = TextField(
        _("What do you want to improve?"),
        rows=2,
        longest=2_000,
        description=_("The aim in one sentence, as you would say it to a colleague."),
    )
    aim_whom = LineField(_("For whom?"), longest=300)
    aim_how_much = LineField(_("How much?"), longest=300, description=_("From where to where, with a number."))
    aim_by = wtforms.DateField(_("By when?"), [Optional()])
    about = TextField(_("About the network"), rows=6, description=_("For visitors: who you are and how you work."))
    minimum_group = wtforms.IntegerField(
        _("Smallest group with a number"),
        [
            InputRequired(_("Write a number: 10 is usual.")),
            NumberRange(LEAST, MOST, _("Write a number from 3 to 1000: 10 is usual.")),
        ],
        description=_(
            "Groups with fewer students than this show no number anywhere, also in what is published already. A higher "
            "number hides more. A lower one shows more: first ask whether anybody could tell who a student is."
        ),
    )
    review_required = wtforms.BooleanField(
        _("The hub reviews every write-up before it leaves the school"),
        description=_(
            "Without this, schools may publish to their own school and to this network by themselves. What is meant "
            "for everyone is always reviewed."
        ),
    )
    version = wtforms.HiddenField()

    def facts(self) -> NetworkFacts:
        """Return what was typed as the network's facts; a pydantic error where a text cannot be stored."""
        aim = Aim(
            what=self.aim_what.data or "",
            whom=self.aim_whom.data or "",
            how_much=self.aim_how_much.data or "",
            by=self.aim_by.data,
        )
        return NetworkFacts(
            name=self.name.data or "",
            hub=self.hub.data or "",
            aim=aim,
            minimum_group=self.minimum_group.data or DEFAULT_MINIMUM,
            review_required=bool(self.review_required.data),
            body=self.about.data or "",
        )


class QuestionForm(Form):
    """One open question."""

    text = LineField(
        _("What would you like to know?"),
        longest=300,
        validators=(DataRequired(_("Write a question.")),),
        description=_("Everyone sees it on the start page and on the page of the network."),
    )


def start(network: Network) -> dict[str, Any]:
    """Return what the form of a network begins with."""
    same = ("name", "hub", "about", "aim_what", "aim_whom", "aim_how_much", "aim_by", "minimum_group")
    values = {name: getattr(network, name) for name in same}
    return values | {"review_required": network.review_required, "version": network.row_version}


def differing(form: NetworkForm, network: Network) -> list[tuple[str, str]]:
    """Return the label and the saved text of each field that says something else in the form."""
    saved = start(network)
    return [
        (str(field.label.text), _written(saved[field.name]))
        for field in form
        if field.name != "version" and (field.data or None) != (saved[field.name] or None)
    ]


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return value.isoformat() if isinstance(value, dt.date) else str(value or "")
