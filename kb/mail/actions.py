"""The verb of mail: send."""

import datetime as dt
import secrets
from collections.abc import Mapping

from sqlalchemy import orm

from kb.errors import InvalidError
from kb.jobs import actions as jobs
from kb.mail.rules import KIND, is_address, is_free_header, is_line

LONGEST_SUBJECT = 200
LONGEST_TEXT = 200_000
_KEY_BYTES = 12


def send(
    session: orm.Session,
    *,
    to: str,
    subject: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    key: str | None = None,
    about: str = "",
    now: dt.datetime,
) -> None:
    """Put a mail into the outbox: it goes out after the caller's commit, and only if there is one.

    Links in it must come from ``settings.link(path)``, never from a request. A line break in an address, the subject or
    a header, or a header that says who writes to whom, is refused (InvalidError). With a ``key`` that was used before
    (a digest of one day, say) nothing is sent again. ``about`` is the public id of a record whose words stand in it: if
    the record is erased before the mail is sent, it is not sent.
    """
    if not is_address(to):
        message = "This is not an e-mail address. It looks like name@school.example."
        raise InvalidError(message, field="email")
    if not is_line(subject):
        message = "The subject of a mail is one line."
        raise InvalidError(message, field="subject")
    extra = dict(headers or {})
    for name, value in extra.items():
        if not (is_free_header(name) and is_line(value)):
            message = "This header cannot stand in a mail."
            raise InvalidError(message, field="headers")
    payload = {
        "id": secrets.token_hex(_KEY_BYTES),
        "to": to,
        "subject": subject[:LONGEST_SUBJECT],
        "text": text[:LONGEST_TEXT],
        "headers": extra,
    }
    jobs.add(session, KIND, payload, key=f"mail:{key}" if key else None, about=about, now=now)
