"""What every template may use: addresses, words, signs, dates and numbers."""

import datetime as dt
import enum
import functools
from collections.abc import Sequence
from typing import Any

import flask
from markupsafe import Markup

from kb.cycles.lists import Place
from kb.following.queries import Thing
from kb.following.rules import Followed
from kb.ids import Ref
from kb.items.rules import GradeBand, Language
from kb.site import labels, words
from kb.site.account_menu import account_menu
from kb.site.badges import badge
from kb.site.frame import frame
from kb.site.hub_says import hub_says
from kb.site.said import said
from kb.site.words import plural
from kb.site.words import translate as _
from kb.site.work_bar import idea_buttons, work_bar
from kb.web import context, csrf
from kb.writing.addresses import check_url, edit_url

FOLDERS = {"idea": "/ideas/", "cycle": "/cycles/", "case": "/cases/"}


def register(app: flask.Flask) -> None:
    """Give the templates their globals and filters."""
    words.register(app)
    app.jinja_env.globals.update(
        item_url=item_url,
        edit_url=edit_url,
        check_url=check_url,
        school_url=school_url,
        network_url=network_url,
        followed_url=followed_url,
        place=place,
        badge=badge,
        frame=frame,
        said=said,
        work_bar=work_bar,
        hub_says=hub_says,
        idea_buttons=idea_buttons,
        account_menu=account_menu,
        lang_of=lang_of,
        request_id=request_id,
        csrf_token=csrf.token,
        period=period,
        percent=percent,
        context_words=context_words,
    )
    app.jinja_env.filters.update(
        label=label,
        glyph=labels.glyph,
        locale_name=labels.locale_name,
        day=day,
        month=month,
        number=number,
        grade=grade,
        grades=grades,
        school_year=school_year,
    )


def place(path: str = "") -> str:
    """Return the address of a page of this site by its path; "" is the start. The tests follow every one of them."""
    return f"{flask.request.root_path}/{path}"


def item_url(item: Any) -> str:
    """Return the address of anything that has a ``kind`` and a ``ref``."""
    return f"{flask.request.root_path}{FOLDERS[item.kind]}{item.ref}"


def school_url(school: Any) -> str:
    """Return the address of a school: of its ``Ref`` or of anything that has it as ``ref``."""
    return f"{flask.request.root_path}/schools/{school if isinstance(school, Ref) else school.ref}"


def network_url(network: Any) -> str:
    """Return the address of a network: of its ``Ref`` or of anything that has it as ``ref``."""
    return f"{flask.request.root_path}/networks/{network if isinstance(network, Ref) else network.ref}"


def followed_url(thing: Thing) -> str:
    """Return the address of something that is followed; a driver stands on the page of its network."""
    match thing.kind:
        case Followed.IDEA:
            return f"{flask.request.root_path}{FOLDERS['idea']}{thing.page}"
        case Followed.SCHOOL:
            return school_url(thing.page)
        case Followed.NETWORK:
            return network_url(thing.page)
        case Followed.DRIVER:
            return f"{network_url(thing.page)}#driver-{thing.public_id}"


def request_id() -> str:
    """Return the id of this request, which people may tell those who run the site."""
    given: str = flask.g.get("request_id", "")
    return given


def lang_of(language: str) -> Markup:
    """Return the ``lang`` attribute for text that is not in English; nothing for English, the language of the page."""
    return Markup() if language == Language.EN else Markup(' lang="{}"').format(language)


def label(word: enum.StrEnum | None) -> str:
    """Return the words for a code in the visitor's language; nothing for None."""
    return "" if word is None else _label(word.__class__, word.value, words.language())


@functools.lru_cache(maxsize=1024)
def _label(words: type[enum.StrEnum], value: str, _language: str) -> str:
    return str(labels.label(words(value)))


def day(date: dt.date | dt.datetime | None) -> str:
    """Return a date as people in the US write it: Sep 8, 2025; nothing for None."""
    return "" if date is None else f"{date:%b} {date.day}, {date.year}"


def month(date: dt.date | None) -> str:
    """Return the month of a date: Sep 2025; nothing for None."""
    return "" if date is None else f"{date:%b %Y}"


def period(first: dt.date, last: dt.date | None) -> str:
    """Return the time from one day to another: Sep 8 – Oct 3, 2025; only the beginning where there is no end."""
    if last is None:
        since: str = _("since %(day)s", day=day(first)) if first <= context.now().date() else day(first)
        return since
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%b} {first.day}\N{EN DASH}{last.day}, {last.year}"
    begin = f"{first:%b} {first.day}" if first.year == last.year else day(first)
    return f"{begin} \N{EN DASH} {day(last)}"


def number(value: float | None) -> str:
    """Return a number as people write it: 1,450 and 38.5 and 12; nothing for None."""
    return "" if value is None else f"{value:,.10g}"


def percent(value: float | None) -> str:
    """Return a per cent value: 38%; nothing for None."""
    return "" if value is None else f"{value:,.4g}%"


def school_year(first: int | None) -> str:
    """Return the name of the school year that began in that year: 2024-25; nothing for None."""
    return "" if first is None else f"{first}-{(first + 1) % 100:02d}"


def grade(code: str) -> str:
    """Return a grade as people write it: 9 for "09"."""
    return code.removeprefix("0")


def grades(bands: Sequence[GradeBand]) -> str:
    """Return the grade bands in words: Grades 3–5, 6–8; adults by themselves."""
    taught = ", ".join(label(band) for band in bands if band is not GradeBand.ADULT)
    named: list[str] = [_("Grades %(bands)s", bands=taught)] if taught else []
    return ", ".join([*named, *(label(band) for band in bands if band is GradeBand.ADULT)])


def context_words(place: Place) -> str:
    """Return what kind of place it was, in one line: Suburb · High school · 1,450 students · 38% free lunch."""
    return _context_words(place, words.language())


@functools.lru_cache(maxsize=4096)  # the tests of a school say it again and again
def _context_words(facts: Place, _language: str) -> str:
    known: list[str] = [str(labels.locale_name(facts.locale)), label(facts.level)]
    if facts.enrolment is not None:
        known.append(plural("%(n)s student", "%(n)s students", facts.enrolment, n=number(facts.enrolment)))
    if facts.frl is not None:
        known.append(_("%(share)s free or reduced lunch", share=percent(facts.frl)))
    if facts.multilingual is not None:
        known.append(_("%(share)s multilingual", share=percent(facts.multilingual)))
    return " · ".join(word for word in known if word)
