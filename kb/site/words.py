"""The words of the interface in the visitor's language; the catalogue is found once a request and not once a word."""

import functools
from contextvars import ContextVar
from typing import Any

import flask
import flask_babel
from babel.support import NullTranslations
from markupsafe import Markup

_LANGUAGE: ContextVar[str | None] = ContextVar(
    "language", default=None
)  # a page asks a hundred times: flask.g would take 5 % of its time


def register(app: flask.Flask) -> None:
    """Let templates translate with these functions in place of those of flask-babel."""
    app.before_request(_choose)
    app.teardown_request(_forget)
    app.jinja_env.globals.update(_=translate, gettext=translate, ngettext=plural)


def language() -> str:
    """Return the code of the language of this request."""
    return _LANGUAGE.get() or str(flask_babel.get_locale())


def _choose() -> None:
    _LANGUAGE.set(str(flask_babel.get_locale()))


def _forget(_error: BaseException | None) -> None:
    _LANGUAGE.set(None)


def translate(text: str, **values: Any) -> Markup:
    """Return the text in the visitor's language with the values put in, escaped."""
    words = _translated(text, language())
    return words % values if values else words


@functools.lru_cache(maxsize=4096)
def _translated(text: str, _language: str) -> Markup:
    return Markup(_catalogue().ugettext(text))  # noqa: S704 - the words are ours, and values are escaped


def plural(one: str, many: str, count: int, **values: Any) -> Markup:
    """Return the text for this count (``num`` in the text) in the visitor's language."""
    if not values:
        return _counted(one, many, count, language())
    return _form(one, many, count, language()) % {"num": count, **values}


@functools.lru_cache(maxsize=4096)
def _counted(one: str, many: str, count: int, language: str) -> Markup:
    return _form(one, many, count, language) % {"num": count}


@functools.lru_cache(maxsize=4096)
def _form(one: str, many: str, count: int, _language: str) -> Markup:
    return Markup(_catalogue().ungettext(one, many, count))  # noqa: S704 - the words are ours, and values are escaped


def _catalogue() -> NullTranslations:
    found: NullTranslations | None = flask.g.get("catalogue")
    if found is None:
        found = flask.g.catalogue = flask_babel.get_translations()
    return found
