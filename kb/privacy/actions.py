"""The verbs of the privacy guard."""

import datetime as dt
import re
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.items.models import Item
from kb.privacy.models import Confirmation
from kb.privacy.queries import confirmed
from kb.privacy.rules import HitKind

MOST = 500  # of one form
_FINGERPRINT = re.compile(rf"(?:{'|'.join(HitKind)})\.[0-9a-f]{{64}}")


def confirm(
    session: orm.Session, item: Item, fingerprints: Iterable[str], *, as_curator: bool, by: int | None, now: dt.datetime
) -> int:
    """Note that somebody looked at these hits and said that they tell of nobody; return how many are new.

    Whether a fingerprint belongs to a text of the record does not matter: one that does not confirms nothing.
    """
    told = sorted({one for one in fingerprints if _FINGERPRINT.fullmatch(one)})[:MOST]
    known = confirmed(session, item, as_curator=as_curator)
    new = [one for one in told if one not in known]
    session.add_all(
        Confirmation(item_id=item.id, fingerprint=one, as_curator=as_curator, person_id=by, at=now) for one in new
    )
    if any(one.startswith(HitKind.SMALL_COUNT) for one in new):
        item.counts_confirmed = True  # what an export says of the record, so that it can be read back
    if new:
        history.record(
            session,
            "privacy confirmed",
            kind=item.kind.value,
            public_id=item.public_id,
            by=by,
            now=now,
            hits=len(new),
            as_curator=as_curator,
        )
    session.flush()
    return len(new)


def forget(session: orm.Session, item: Item) -> None:
    """Remove all that was confirmed: for a record that is erased."""
    session.execute(sa.delete(Confirmation).where(Confirmation.item_id == item.id))
