"""The verbs of digests: choose how often. It changes nothing others see, so it leaves no history."""

import datetime as dt
import secrets

from sqlalchemy import orm

from kb import feed
from kb.following.digest.models import DigestChoice
from kb.following.digest.rules import Frequency


def choose(session: orm.Session, frequency: Frequency, *, by: int, now: dt.datetime) -> DigestChoice:
    """Choose how often the digest comes; the first one tells what happens from now on."""
    row = session.get(DigestChoice, by, with_for_update=True)
    if row is None:
        row = DigestChoice(person_id=by, token=secrets.token_urlsafe(16), frequency=Frequency.OFF)
        session.add(row)
    elif row.frequency is frequency:
        return row
    if row.frequency is Frequency.OFF:
        row.chosen_at, row.chosen_seq = now, feed.latest(session)
    row.frequency = frequency
    session.flush()
    return row


def end(choice: DigestChoice) -> None:
    """Send no digest any longer; twice is once."""
    choice.frequency = Frequency.OFF
