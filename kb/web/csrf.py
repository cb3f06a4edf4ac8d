"""Tokens in forms of signed-in people, and the page that keeps what was typed when one is refused.

A token belongs to a person and a week, not to one session: who signs in again in another tab can send a form that was
opened before. Visitors without an account are guarded by where the request comes from (``gate.check``, ADR 3).
"""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

import flask

from kb.web import context

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
_WEEK = dt.timedelta(days=7)
_SECRET = ("password",)  # in the name of a field: never written back into a page
_SHOWN_FROM = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody sent: ``fields`` to send again, ``texts`` long enough to be shown, and whether files got lost."""

    url: str
    fields: list[tuple[str, str]]
    texts: list[str]
    had_files: bool


def token() -> str:
    """Return the token for the forms of this page; "" for a visitor who never signed in here."""
    held = context.services()
    person_id = held.identify() or held.last_person()
    return "" if person_id is None else _token(person_id, context.now())


def is_valid() -> bool:
    """Say whether the request carries a token of the person who sends it; a visitor without an account needs none."""
    person_id = context.services().identify()
    if person_id is None:
        return True
    given = flask.request.headers.get(HEADER) or flask.request.form.get(FIELD, "")
    now = context.now()
    return any(hmac.compare_digest(given.encode(), _token(person_id, moment).encode()) for moment in (now, now - _WEEK))


def kept() -> Kept:
    """Return what this request brought, so that a page can offer to send it again."""
    sent = [(name, value) for name, value in flask.request.form.items(multi=True) if _may_return(name)]
    return Kept(
        url=flask.request.full_path.rstrip("?"),
        fields=sent,
        texts=[value for _, value in sent if len(value) >= _SHOWN_FROM],
        had_files=any(file.filename for file in flask.request.files.values()),
    )


def _may_return(name: str) -> bool:
    return name != FIELD and not any(word in name.lower() for word in _SECRET)


def _token(person_id: int, moment: dt.datetime) -> str:
    week = int(moment.timestamp() // _WEEK.total_seconds())
    key = context.services().settings.key.encode()
    return hmac.new(key, f"form:{person_id}:{week}".encode(), hashlib.sha256).hexdigest()
