"""What passes as a password, a mail address and an address to return to; what a device is called. Pure."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from kb.errors import InvalidError
from kb.mail.rules import is_address

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 500
LONGEST_EMAIL = 254
SESSION_LASTS = dt.timedelta(hours=12)
KEPT_SESSION_LASTS = dt.timedelta(days=30)
INVITATION_LASTS = dt.timedelta(days=14)
RESET_LASTS = dt.timedelta(hours=1)
OWN_PAGE = "/me"  # the first one after signing in
_SHORTEST_UNIT = 4  # a password that only repeats up to so many signs is none
_FEW_WORDS = 2
_DISGUISE = str.maketrans("013457$@!", "oleastsai")
_COMMON_WORDS = frozenset(Path(__file__).with_name("common_words.txt").read_text().split())
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("CrOS", "Chromebook"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def checked_password(typed: str, *, about: Iterable[str] = ()) -> str:
    """Return the password in the form that is kept, or raise InvalidError for one that is easily guessed.

    Length counts and nothing else (NIST SP 800-63B): no signs are demanded. ``about`` are words that somebody who knows
    the person would try: name, address, name of the site.
    """
    password = normalised(typed)
    if len(password) < SHORTEST_PASSWORD:
        message = f"A password needs at least {SHORTEST_PASSWORD} characters. A few words you remember make a good one."
        raise InvalidError(message, field="password")
    if len(password) > LONGEST_PASSWORD:
        message = f"A password has at most {LONGEST_PASSWORD} characters."
        raise InvalidError(message, field="password")
    if _is_common(password.casefold(), {word for text in about for word in _words(text)}):
        message = "This password is easily guessed. Choose another, such as a few words that do not belong together."
        raise InvalidError(message, field="password")
    return password


def normalised(typed: str) -> str:
    """Return what is hashed: one form for signs that different keyboards send differently."""
    return unicodedata.normalize("NFKC", typed)


def _is_common(password: str, about: set[str]) -> bool:
    """Say whether it repeats a few signs, or hardly more than two common words and runs of the keyboard make it up."""
    units = (password[:size] for size in range(1, _SHORTEST_UNIT + 1))
    if any(password == (unit * len(password))[: len(password)] for unit in units):
        return True
    plain = password.translate(_DISGUISE)
    return any(_is_little(text, about) for text in {password, plain})


def _is_little(text: str, about: set[str]) -> bool:
    used = 0
    for run in _RUNS:
        text = _without_runs(text, run)
    for word in sorted(_COMMON_WORDS | about, key=lambda word: (-len(word), word)):
        used += word in text
        text = text.replace(word, " ")
    return used <= _FEW_WORDS and sum(sign.isalpha() for sign in text) < _SHORTEST_UNIT


def _without_runs(text: str, run: str) -> str:
    for size in range(len(run), _SHORTEST_UNIT - 1, -1):
        for start in range(len(run) - size + 1):
            text = text.replace(run[start : start + size], " ")
    return text


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"\W+|_", text.casefold()) if len(word) >= _SHORTEST_UNIT}


def safe_next(wanted: str) -> str:
    """Return where to go after signing in: a path of this site, one's own page for what could lead elsewhere."""
    if not wanted.startswith("/") or wanted.startswith("//") or _UNSEEN.search(wanted):
        return OWN_PAGE
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return OWN_PAGE
    return OWN_PAGE if parts.scheme or parts.netloc or parts.path.startswith(("//", "/sign-")) else wanted


def checked_email(typed: str) -> str:
    """Return an address as it is kept, in small letters, or raise InvalidError for what cannot be one."""
    email = unicodedata.normalize("NFKC", typed).strip().casefold()
    if len(email) > LONGEST_EMAIL or not is_address(email) or "." not in email.rpartition("@")[2].strip("."):
        message = "This does not look like an e-mail address. It should be like name@school.org."
        raise InvalidError(message, field="email")
    return email


def device(agent: str) -> str:
    """Return what a person calls the device a browser runs on: "Chrome on Windows"."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " on ".join(word for word in (browser, system) if word)
