"""A restore over a database gives back no role that was ended since, and puts nothing up that was withdrawn."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts.actions import end, end_role
from kb.accounts.models import Role
from kb.backup.restore import restore
from kb.backup.write import back_up
from kb.db import Database
from kb.permissions import State
from kb.writing.actions import withdraw
from tests.backup.conftest import Place
from tests.factories import NOW, make_idea, make_member, make_person, make_school


def _one(session: orm.Session, table: type[m.Person], name: str) -> m.Person:
    return session.scalars(sa.select(table).where(table.name == name)).one()


def test_what_was_taken_back_stays_so(sqlite_database: Database, place: Place, tmp_path: Path) -> None:
    database = sqlite_database
    settings, path = place(database, "data"), tmp_path / "backup.kb"
    with database.writing() as session:
        ashgrove, brookside = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
        admin, left, moved = (make_person(session, name=name) for name in ("Dana", "Left", "Moved"))
        admin.is_admin = True
        make_member(session, left, school=ashgrove, role=Role.CONTRIBUTOR)
        ended = make_member(session, moved, school=ashgrove, role=Role.CONTRIBUTOR)
        make_member(session, moved, school=brookside)
        idea, other = make_idea(session, title="Withdrawn since"), make_idea(session, title="Still up")
        feed.touch(session, [idea.id, other.id])
        feed.commit(session)
        numbers = idea.id, left.id, ended.id
    back_up(database, settings, path)
    with database.writing() as session:
        withdraw(session, session.get_one(m.Item, numbers[0]), by=None, now=NOW)
        end(session, session.get_one(m.Person, numbers[1]), by=None, now=NOW)
        end_role(session, session.get_one(m.Membership, numbers[2]), by=None, now=NOW)
        feed.commit(session)
    assert restore(database, settings, path, overwrite=True).taken_back == 3
    with database.reading() as session:
        states = {title: state for title, state in session.execute(sa.select(m.Item.title, m.Item.state))}  # noqa: C416
        assert states == {"Withdrawn since": State.WITHDRAWN, "Still up": State.PUBLISHED}
        assert _one(session, m.Person, "Left").ended_at is not None
        assert _one(session, m.Person, "Dana").ended_at is None
        current = sa.select(m.Membership.school_id).where(m.Membership.ended_at.is_(None))
        kept = session.scalars(current).all()
        assert kept == [session.scalars(sa.select(m.School.id).where(m.School.name == "Brookside")).one()]
