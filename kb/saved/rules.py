"""The list of saved searches in a visitor's cookie: tokens nobody can guess, and nothing else. Pure."""

import re
import secrets
from collections.abc import Sequence

COOKIE = "searches"
LONGEST = 20
KEPT_DAYS = 400
LONGEST_NAME = 80
LONGEST_QUERY = 2000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_BETWEEN = "."


def new_token() -> str:
    """Return 22 random characters (128 bits)."""
    return secrets.token_urlsafe(16)


def parse(cookie: str) -> list[str]:
    """Return the tokens of a cookie, each once; whatever is not a token is dropped."""
    tokens = [word for word in cookie[:2000].split(_BETWEEN) if _TOKEN.fullmatch(word)]
    return list(dict.fromkeys(tokens))[:LONGEST]


def written(tokens: Sequence[str]) -> str:
    """Return what the cookie holds."""
    return _BETWEEN.join(tokens)
