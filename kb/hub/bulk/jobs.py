"""Makes the drafts of a long table in the background, a short write at a time."""

import datetime as dt

from kb import feed
from kb.hub.bulk import actions
from kb.hub.bulk.models import BulkImport
from kb.jobs.registry import Effect, Work, job

KIND = "hub.import"
LEASE = dt.timedelta(minutes=15)


@job(KIND, tries=3, lease=LEASE)
def make_drafts(work: Work) -> None:
    """Make what is not made yet; a second attempt goes on where the first one stopped."""
    is_over = False
    while not is_over:
        with work.database.writing() as session:
            one = session.get(BulkImport, work.payload["import"])
            is_over = one is None or actions.make_batch(session, one, now=work.now)
            feed.commit(session)


@job("hub.forget", every=dt.timedelta(days=1))
def forget(work: Work) -> Effect:
    """Remove the files that nobody went on with for 30 days."""
    return lambda session: actions.forget(session, now=work.now)
