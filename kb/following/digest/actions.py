"""The verbs of digests: choose how often. It changes nothing others see, so it leaves no history."""

import datetime as dt
import secrets

from sqlalchemy import orm

from kb import feed
from kb.following.digest.models import DigestChoice
from kb.following.digest.rules import Frequency


def choose(session: orm.Session, frequency: Frequency, *, by: int, now: dt.datetime) -> DigestChoice:
    """Choose how often the digest comes; the first one tells what happens from now on."""
    row, seq = session.get(DigestChoice, by, with_for_update=True), feed.latest(session)
    if row is None:
        token = secrets.token_urlsafe(16)
        row = DigestChoice(person_id=by, token=token, frequency=frequency, chosen_at=now, chosen_seq=seq)
        session.add(row)
    elif row.frequency is Frequency.OFF:
        row.chosen_at, row.chosen_seq = now, seq
    row.frequency = frequency
    session.flush()
    return row


def end(choice: DigestChoice) -> None:
    """Send no digest any longer; twice is once."""
    choice.frequency = Frequency.OFF
