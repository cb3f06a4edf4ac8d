"""The job that removes the bytes no record uses any more: at once after a removal, and once a day whatever was left."""

import datetime as dt
from itertools import islice

import sqlalchemy as sa
from sqlalchemy import orm

from kb.attachments.actions import CLEAN, clear
from kb.attachments.blobs import BlobStore, store_of
from kb.attachments.models import Attachment, Blob
from kb.jobs.registry import Effect, Work, job

GRACE = dt.timedelta(days=1)  # longer than any upload takes
MOST = 200


@job(CLEAN, every=dt.timedelta(days=1))
def clean(work: Work) -> Effect:
    """Remove the named blobs, or whatever nobody has used for a day; none that is used."""
    store = store_of(work.settings)
    named = work.payload.get("sha256")
    if named is None:
        with work.database.reading() as session:
            named = left_over(session, store, before=work.now - GRACE)

    def effect(session: orm.Session) -> None:
        for sha256 in named:
            clear(session, store, sha256, now=work.now)

    return effect


def left_over(session: orm.Session, store: BlobStore, *, before: dt.datetime) -> list[str]:
    """Return blobs without an attachment and bytes without a blob that were last touched before that moment."""
    unused = ~sa.exists().where(Attachment.sha256 == Blob.sha256)
    rows = session.scalars(sa.select(Blob.sha256).where(unused, Blob.touched_at < before).limit(MOST)).all()
    known = set(session.scalars(sa.select(Blob.sha256)))
    lost = islice((name for name in store.older_than(before) if name not in known), MOST)
    return sorted({*rows, *lost})
