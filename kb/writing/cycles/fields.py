"""Fields of the write-up: numbers as people type them, and one word out of a list."""

import enum
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import wtforms
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from kb.web.forms import LineField, choices

_NUMBER = re.compile(r"^-?\d{1,16}(?:\.\d{1,20})?$")
Words = Callable[[Any], object]


class NumberField(LineField):
    """A number as people write it: 70, 1,450, 38.5, 70%. ``whole`` numbers count something."""

    def __init__(self, label: Any, *, whole: bool = False, **more: Any) -> None:
        keyboard = "numeric" if whole else "decimal"
        super().__init__(label, longest=40, render_kw={"inputmode": keyboard, "size": 8}, **more)
        self.whole = whole

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - named by WTForms
        """Refuse what is no number, in words."""
        text = _plain(self.data)
        if not text:
            return
        if not _NUMBER.match(text) or (self.whole and not text.isdecimal()):
            message = _("Write a whole number, like 24.") if self.whole else _("Write a number, like 70 or 38.5.")
            raise ValidationError(str(message))

    @property
    def number(self) -> int | float | None:
        """The number that was typed, None for none."""
        text = _plain(self.data)
        if not text:
            return None
        return float(text) if "." in text else int(text)


def _plain(typed: str | None) -> str:
    return (typed or "").replace(",", "").replace(" ", "").removesuffix("%")


def number_text(value: float | None) -> str:
    """Return a stored number as it stands in its field."""
    return "" if value is None else format(Decimal(str(value)), "f")


def date_field(label: Any, **more: Any) -> wtforms.Field:
    """Return a field for a day; an empty one is None."""
    return _DateField(label, [wtforms.validators.Optional()], **more)


class _DateField(wtforms.DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            message = _("Write the day like this: 2026-10-05.")
            raise ValueError(str(message)) from None


def radios(label: Any, of: type[enum.StrEnum], words: Words, **more: Any) -> wtforms.Field:
    """Return radio buttons for the words of a list; none chosen is None."""
    pairs = [(word.value, words(word)) for word in of]
    return wtforms.RadioField(label, choices=choices(pairs), coerce=_word(of), validate_choice=False, **more)


def select(
    label: Any, of: type[enum.StrEnum], words: Words, *, none: LazyString | str | None = None, **more: Any
) -> wtforms.Field:
    """Return a select for the words of a list; ``none`` says what stands for no word, where that can be chosen."""
    pairs = [(word.value, words(word)) for word in of]
    pairs = pairs if none is None else [("", none), *pairs]
    return wtforms.SelectField(label, choices=choices(pairs), coerce=_word(of), validate_choice=False, **more)


def boxes(label: Any, of: type[enum.StrEnum], words: Words, **more: Any) -> wtforms.Field:
    """Return check boxes for the words of a list."""
    pairs = [(word.value, words(word)) for word in of]
    return wtforms.SelectMultipleField(
        label,
        choices=choices(pairs),
        coerce=_word(of),
        validate_choice=False,
        widget=wtforms.widgets.ListWidget(prefix_label=False),
        option_widget=wtforms.widgets.CheckboxInput(),
        **more,
    )


def _word(of: type[enum.StrEnum]) -> Callable[[Any], enum.StrEnum | None]:
    def coerce(value: Any) -> enum.StrEnum | None:
        return of(value) if value else None

    return coerce
