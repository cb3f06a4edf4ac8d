"""What is over is forgotten, and nothing else."""

import datetime as dt

from kb import models as m
from kb.accounts import resets, throttle
from kb.accounts.cleaning import KEPT, clean
from kb.accounts.models import Role
from kb.config import Settings
from kb.db import Database, clock
from kb.jobs.registry import Work
from tests.factories import make_person, make_school

DAY = dt.timedelta(days=1)


def test_it_works(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        now, person, school = clock(session), make_person(session), make_school(session)
        throttle.allow(session, "over", limit=3, seconds=60, now=now - DAY)
        throttle.allow(session, "counts", limit=3, seconds=60, now=now)
        resets.issue(session, person)
        resets.issue(session, person, lasts=-DAY)
        for number, ended in enumerate((now - KEPT - DAY, now - KEPT + DAY, now + DAY)):
            session.add(m.SignIn(token_hash=str(number), person_id=person.id, created_at=ended - DAY, expires_at=ended))
            session.add(
                m.Invitation(
                    email=f"{number}@example.org",
                    role=Role.READER,
                    school_id=school.id,
                    created_at=now,
                    expires_at=ended,
                )
            )
        accepted = {"accepted_at": now - 2 * KEPT, "accepted_by": person.id, "expires_at": now - 2 * KEPT}
        session.add(m.Invitation(email="d@e.org", role=Role.READER, school_id=school.id, created_at=now, **accepted))
        work = Work("k", {}, 1, now, database, settings, {})
        effect = clean(work)
        assert effect is not None
        effect(session)
        counts = [session.query(table).count() for table in (m.Throttle, m.PasswordReset, m.SignIn, m.Invitation)]
    assert counts == [1, 1, 2, 3]
