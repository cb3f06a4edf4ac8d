"""What every template may use: addresses, words, signs and dates."""

import datetime as dt
import enum
import functools
from typing import Any

import flask
from flask_babel import get_locale

from kb.site import labels

FOLDERS = {
    "idea": "/ideas/",
    "cycle": "/cycles/",
    "case": "/cases/",
    "school": "/schools/",
    "network": "/networks/",
}


def register(app: flask.Flask) -> None:
    """Give the templates their globals and filters."""
    app.jinja_env.globals.update(
        item_url=item_url, school_url=school_url, network_url=network_url, place=place, request_id=request_id
    )
    app.jinja_env.filters.update(
        label=label, glyph=labels.glyph, locale_name=labels.locale_name, day=day, month=month, number=number
    )


def place(path: str = "") -> str:
    """Return the address of a fixed page of this site; "" is the start. Every one of them is followed by a test."""
    return f"{flask.request.root_path}/{path}"


def item_url(item: Any) -> str:
    """Return the address of anything that has a ``kind`` and a ``ref``."""
    return f"{flask.request.root_path}{FOLDERS[item.kind]}{item.ref}"


def school_url(school: Any) -> str:
    """Return the address of a school, or of any row that has its ``ref``."""
    return f"{flask.request.root_path}/schools/{school.ref}"


def network_url(network: Any) -> str:
    """Return the address of a network, or of any row that has its ``ref``."""
    return f"{flask.request.root_path}/networks/{network.ref}"


def request_id() -> str:
    """Return the id of this request, which people may tell those who run the site."""
    given: str = flask.g.get("request_id", "")
    return given


def label(word: enum.StrEnum | None) -> str:
    """Return the words for a code in the visitor's language; nothing for None."""
    return "" if word is None else _label(word.__class__, word.value, str(get_locale()))


@functools.lru_cache(maxsize=1024)
def _label(words: type[enum.StrEnum], value: str, _language: str) -> str:
    return str(labels.label(words(value)))


def day(date: dt.date | dt.datetime | None) -> str:
    """Return a date as people in the US write it: Sep 8, 2025; nothing for None."""
    return "" if date is None else f"{date:%b} {date.day}, {date.year}"


def month(date: dt.date | None) -> str:
    """Return the month of a date: Sep 2025; nothing for None."""
    return "" if date is None else f"{date:%b %Y}"


def number(value: float | None) -> str:
    """Return a number as people write it: 1,450 and 38.5 and 12."""
    return "" if value is None else f"{value:,.10g}"
