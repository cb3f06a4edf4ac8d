"""Badges of results, stages, decisions and outcomes: drawn by their template once for each word and language."""

import enum
import functools
from typing import Any

import flask
from markupsafe import Markup

from kb.cycles.rules import Decision, Outcome, ResultStatus, Stage
from kb.site import labels, words

TEMPLATE = "components/badges.html"


def badge(word: enum.StrEnum | None) -> Markup:
    """Return the badge of a word; nothing for None."""
    if word is None:
        return Markup()
    return _drawn(word.__class__, word.value, words.language())


@functools.lru_cache(maxsize=256)  # a page may hold hundreds; drawing one takes 50 µs
def _drawn(kind: type[enum.StrEnum], value: str, _language: str) -> Markup:
    word = kind(value)
    style, sign, prefix = "r", "", Markup()
    if isinstance(word, ResultStatus):
        sign, prefix = labels.glyph(word), words.translate("Result:")
    elif isinstance(word, Stage):
        sign = labels.RUNNING_GLYPH
    elif isinstance(word, Decision):
        style, sign, prefix = "d", labels.glyph(word), words.translate("Decision:")
    elif isinstance(word, Outcome):
        style = "o"
    template: Any = flask.current_app.jinja_env.get_template(TEMPLATE).module
    drawn: Markup = template.drawn(word, style, sign, prefix)
    return drawn
