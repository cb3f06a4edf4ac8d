"""The jobs of digests: find out who gets one, and make each in the transaction that notes it."""

import datetime as dt

from sqlalchemy import orm

from kb import feed
from kb.accounts.models import Person
from kb.accounts.queries import viewer_of
from kb.config import Settings
from kb.following.digest import letter, queries
from kb.following.digest.models import Digest, DigestChoice
from kb.following.digest.rules import period
from kb.jobs import actions as jobs
from kb.jobs.registry import Effect, Work, job
from kb.mail import actions as mail
from kb.search.service import Search

MAKE = "digest.make"


@job("digest.begin", every=dt.timedelta(hours=1))
def begin(work: Work) -> Effect:
    """Ask for a digest for everybody whose day or week has begun."""
    with work.database.reading() as session:
        waiting = queries.due(session, work.now)

    def effect(session: orm.Session) -> None:
        for person_id, name in waiting:
            payload = {"person": person_id, "period": name}
            jobs.add(session, MAKE, payload, key=f"digest:{person_id}:{name}", now=work.now)

    return effect


@job(MAKE)
def make(work: Work) -> Effect:
    """Write the digest of one person and put it into the outbox.

    It is read and sent in the one transaction that ends the job, so that it holds nothing the person may not read at
    that moment, and goes out once.
    """
    search = work.tools.get("search") or Search(work.database, work.settings)

    def effect(session: orm.Session) -> None:
        send(
            session,
            work.payload["person"],
            work.payload["period"],
            search=search,
            settings=work.settings,
            now=work.now,
        )

    return effect


def send(
    session: orm.Session, person_id: int, name: str, *, search: Search | None, settings: Settings, now: dt.datetime
) -> bool:
    """Make the digest of a period if it is still wanted and there is none yet; say whether a letter goes out."""
    choice, person = session.get(DigestChoice, person_id, with_for_update=True), session.get(Person, person_id)
    viewer = viewer_of(session, person_id, today=now.date())
    wanted = choice is not None and period(choice.frequency, now) == name
    if choice is None or person is None or not person.email or not wanted or viewer.is_anonymous:
        return False
    if session.get(Digest, (person_id, name)) is not None:
        return False
    since, seq = queries.begins(session, choice)
    found = letter.Composer(session, viewer, letter.Period(since, seq), settings).sections(search)
    entries = sum(len(section.lines) for section in found)
    session.add(Digest(person_id=person_id, period=name, at=now, seq=feed.latest(session), entries=entries))
    session.flush()
    if found:
        stop = settings.link(f"/digest/{choice.token}/end")
        mail.send(
            session,
            to=person.email,
            subject=f"{settings.site_name}: what is new",
            text=letter.text(found, name=person.name, settings=settings, stop=stop),
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            key=f"digest-{person_id}-{name}",
            now=now,
        )
    return bool(found)
