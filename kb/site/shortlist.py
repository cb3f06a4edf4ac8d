"""The short list to take to a meeting: public ids in a cookie of the visitor's own, kept nowhere else. Pure."""

from collections.abc import Sequence

from kb.ids import PUBLIC_ID

COOKIE = "shortlist"
LONGEST = 30
KEPT_DAYS = 30
_BETWEEN = "."


def parse(cookie: str) -> list[str]:
    """Return the public ids of a cookie, each once; whatever is not an id is dropped."""
    ids = [word for word in cookie.split(_BETWEEN) if PUBLIC_ID.fullmatch(word)]
    return list(dict.fromkeys(ids))[:LONGEST]


def with_id(ids: Sequence[str], public_id: str) -> list[str]:
    """Return the list with this record at its end; the oldest one gives way when it is full."""
    if not PUBLIC_ID.fullmatch(public_id):
        return list(ids)
    return [*(held for held in ids if held != public_id), public_id][-LONGEST:]


def without_id(ids: Sequence[str], public_id: str) -> list[str]:
    """Return the list without this record."""
    return [held for held in ids if held != public_id]


def written(ids: Sequence[str]) -> str:
    """Return what the cookie holds."""
    return _BETWEEN.join(ids)
