"""The base of every form: reads a request, keeps what was typed, and puts each error at its field."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Self

import flask
import pydantic
import wtforms
from werkzeug.datastructures import CombinedMultiDict
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import Length

from kb.errors import ConflictError, KbError


def _tidy_line(value: str | None) -> str:
    return " ".join((value or "").split())


def _tidy_text(value: str | None) -> str:
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def choices(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    """Return the choices of a select, radio or check box field from pairs of value and words."""
    return [SelectChoice(value=value, label=words) for value, words in pairs]


class LineField(wtforms.StringField):
    """One line; runs of spaces become one."""

    def __init__(self, label: Any, *, longest: int = 200, validators: tuple[Any, ...] = (), **more: Any) -> None:
        super().__init__(label, [*validators, Length(max=longest)], filters=[_tidy_line], **more)


class TextField(wtforms.TextAreaField):
    """Several lines, Markdown; line ends become those of the database. ``rows`` is the height at first."""

    def __init__(
        self, label: Any, *, longest: int = 20_000, rows: int = 5, validators: tuple[Any, ...] = (), **more: Any
    ) -> None:
        more.setdefault("render_kw", {}).setdefault("rows", rows)
        super().__init__(label, [*validators, Length(max=longest)], filters=[_tidy_text], **more)


class Form(wtforms.Form):
    """A form. Read it with ``read``, show it with the macros of ``components/form.html``.

    A field is optional unless one of its validators is ``DataRequired`` or ``InputRequired``; its ``description`` is
    the hint.
    """

    _conflict = False

    @classmethod
    def read(cls, **start: Any) -> Self:
        """Return the form as it was sent; for a safe method with the values of ``start``."""
        if flask.request.method == "POST":
            return cls(CombinedMultiDict([flask.request.files, flask.request.form]))
        return cls(data=start)

    @property
    def status(self) -> HTTPStatus:
        """The status of the page that shows the form: 200, 422 with an error, 409 where somebody else was first."""
        if not self.fields_with_errors:
            return HTTPStatus.OK
        return HTTPStatus.CONFLICT if self._conflict else HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def fields_with_errors(self) -> list[tuple[str, str]]:
        """The id of the input and the words of every error, in the order of the page; "" for the whole form's."""
        whole = [("", str(error)) for error in self.form_errors]
        return whole + [(_first_input(field), str(error)) for field in self for error in field.errors]

    def refuse(self, message: str, field: str | None = None) -> None:
        """Put an error at a field, or at the top if the form has no such field."""
        found = self._fields.get(field) if field else None
        if found is None:
            self.form_errors = [*self.form_errors, message]
        else:
            found.errors = [*found.errors, message]

    def take(self, error: KbError | pydantic.ValidationError) -> None:
        """Put what an action or a document refused at the field it names."""
        if isinstance(error, KbError):
            self._conflict = self._conflict or isinstance(error, ConflictError)
            self.refuse(str(error), _field_of(error.facts.get("field")))
            return
        for fault in error.errors():
            where = str(fault["loc"][0]) if fault["loc"] else None
            message = fault["msg"].removeprefix("Value error, ")
            named, _, rest = message.partition(": ")
            if where is None and named in self._fields:
                where, message = named, rest
            self.refuse(message[:1].upper() + message[1:], where)


def _field_of(name: object) -> str | None:
    return None if name is None else str(name)


def _first_input(field: wtforms.Field) -> str:
    """Return the id of what to focus: of several choices the first one."""
    several = isinstance(field, wtforms.RadioField | wtforms.SelectMultipleField)
    is_list = several and not isinstance(field.widget, wtforms.widgets.Select)
    return f"{field.id}-0" if is_list else field.id
