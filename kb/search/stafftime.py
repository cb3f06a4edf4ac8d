"""How much time of staff an idea takes in a week, as far as its words say so. Pure.

Only what is said by the week (or by the school day, of which a week has five) is counted, for one person; the largest
amount where there are several. Everything else is "not said by the week": a guess would be worse than nothing.
"""

import enum
import re

HOUR = 60
SCHOOL_DAYS = 5
LONG = 3 * HOUR


class StaffTime(enum.StrEnum):
    """Time of one person in a week."""

    UNDER_HOUR = "under_hour"
    TO_THREE_HOURS = "to_three_hours"
    MORE = "more"
    NOT_SAID = "not_said"


_NUMBERS = {
    word: number
    for words, number in (
        ("a an one un una uno", 1.0),
        ("half media", 0.5),
        ("two dos", 2.0),
        ("three tres", 3.0),
        ("four cuatro", 4.0),
        ("five cinco", 5.0),
        ("six seis", 6.0),
        ("seven siete", 7.0),
        ("eight ocho", 8.0),
        ("nine nueve", 9.0),
        ("ten diez", 10.0),
        ("twelve doce", 12.0),
        ("fifteen quince", 15.0),
        ("twenty veinte", 20.0),
        ("thirty treinta", 30.0),
        ("forty cuarenta", 40.0),
        ("fifty cincuenta", 50.0),
        ("sixty sesenta", 60.0),
        ("ninety noventa", 90.0),
    )
    for word in words.split()
}
_TIMES = {"once": 1.0, "twice": 2.0}
_NUMBER = rf"\d{{1,4}}(?:\.\d{{1,2}})?|\b(?:{'|'.join(_NUMBERS)})\b"
_BEFORE = r"(?<![\w/.,½¼¾])"
_AMOUNT = rf"{_BEFORE}(?P<number>{_NUMBER})(?:\s*(?:-|–|to|a)\s*(?P<upper>{_NUMBER}))?(?P<half>\s+an?)?"
_UNIT = r"[\s-]*(?P<unit>minutes?|mins?\b|minutos?|hours?|hrs?\b|horas?)(?P<plus>\s+(?:and a half|y media))?"
_BETWEEN = r"(?P<between>(?:\s+(?:of|de|for|para)(?:\s+[^\W\d_]+){1,3}?)?)"
_HOW_OFTEN = (
    rf"\s*,?\s*(?:(?:(?P<times>\d|{'|'.join(_NUMBERS)})\s+times\s+|(?P<often>once|twice)\s+))?"
    r"(?:(?:a|an|per|each|every|al?|por|cada)\s+(?:la\s+)?(?P<period>school day|day|week|día|dia|semana)\b"
    r"|(?P<daily>daily|diari[oa]s?)|(?P<weekly>weekly|semanal(?:es)?))"
)
_PHRASE = re.compile(_AMOUNT + _UNIT + _BETWEEN + _HOW_OFTEN, re.IGNORECASE)
_DAYS = {"day", "school day", "día", "dia"}


def minutes_a_week(text: str) -> float | None:
    """Return the minutes a week that a text names, the most where it names several; None where it names none."""
    return max((_minutes(found) for found in _PHRASE.finditer(text)), default=None)


def bucket(text: str) -> StaffTime:
    """Return how much time a text says."""
    minutes = minutes_a_week(text)
    if minutes is None:
        return StaffTime.NOT_SAID
    if minutes < HOUR:
        return StaffTime.UNDER_HOUR
    return StaffTime.TO_THREE_HOURS if minutes <= LONG else StaffTime.MORE


def _minutes(found: re.Match[str]) -> float:
    amount = _number(found["upper"] or found["number"])
    if found["plus"]:
        amount += 0.5
    if found["unit"].lower().startswith("h"):
        amount *= HOUR
    times = _number(found["times"]) if found["times"] else _TIMES.get((found["often"] or "").lower(), 1.0)
    daily = bool(found["daily"]) or (found["period"] or "").lower() in _DAYS
    return amount * times * (SCHOOL_DAYS if daily else 1)


def _number(word: str) -> float:
    return _NUMBERS.get(word.lower()) or float(word)
