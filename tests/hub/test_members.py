"""Schools and people of a network: added, made, left, invited, ended, by the hub alone."""

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import models as m
from kb.accounts.models import Role
from kb.db import Database
from tests.factories import make_school
from tests.hub.conftest import Hub
from tests.visitors import post

Visit = Callable[[m.Person | None], FlaskClient]
TODAY = dt.datetime.now(dt.UTC).date().isoformat()


def test_a_school_joins_and_leaves(hub: Hub, visit: Visit) -> None:
    carla, base = visit(hub.carla), f"/networks/{hub.network.ref}/schools"
    form = {"school": hub.brookside.public_id, "on": TODAY}
    assert "Brookside Middle" in carla.get(f"{base}/new?name=brook").text
    assert post(carla, base, {**form, "on": "", "name": "brook"}).status_code == 422
    assert post(carla, base, {**form, "on": "0025-09-01"}).status_code == 422
    assert post(carla, base, {**form, "school": "00000000"}).status_code == 404
    behind_their_backs = post(carla, base, {**form, "name": "brook"})
    assert behind_their_backs.status_code == 422
    assert "Ask whoever runs the site" in behind_their_backs.text
    assert post(visit(hub.dana), base, form).status_code == 303
    assert "2 schools are members" in carla.get(base).text
    early = post(carla, f"{base}/departure", {**form, "on": "2020-01-01"})
    assert early.status_code == 422
    assert 'value="2020-01-01"' in early.text
    assert post(carla, f"{base}/departure", form).status_code == 303
    assert "Members before" in carla.get(base).text


def test_a_school_without_people_is_brought_by_the_hub(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        empty = make_school(session, name="Cedar Middle")
        session.commit()
    carla, base = visit(hub.carla), f"/networks/{hub.network.ref}/schools"
    assert post(carla, base, {"school": empty.public_id, "on": TODAY}).status_code == 303
    assert "Cedar Middle" in carla.get(base).text


def test_a_school_in_no_directory(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    carla, address = visit(hub.carla), f"/networks/{hub.network.ref}/schools/unlisted"
    form = {"name": "brookside middle", "state": "ca", "on": TODAY, "grade_low": "06", "grade_high": "08"}
    asked = post(carla, address, form)
    assert asked.status_code == 422
    assert "Schools of this name" in asked.text
    assert post(carla, address, {**form, "grade_high": "KG", "is_other": "y"}).status_code == 422
    assert post(carla, address, {**form, "is_other": "y"}).status_code == 303
    with sqlite_database.reading() as session:
        made = session.scalars(sa.select(m.School).order_by(m.School.id.desc())).first()
        assert made is not None
        assert (made.name, made.state, made.grade_low, made.nces_id) == ("brookside middle", "CA", "06", None)
        members = session.scalars(
            sa.select(m.SchoolNetwork.school_id).where(m.SchoolNetwork.network_id == hub.network.id)
        ).all()
    assert set(members) == {hub.ashgrove.id, made.id}


def test_invitations(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    carla, address = visit(hub.carla), f"/networks/{hub.network.ref}/people"
    form = {"email": "new@example.org", "role": "writes", "school": hub.ashgrove.public_id}
    for over in (
        {"email": "nobody"},
        {"role": ""},
        {"role": "admin"},
        {"school": ""},
        {"school": hub.brookside.public_id},
    ):
        kept = post(carla, address, {**form, **over})
        assert kept.status_code == 422
        assert over.get("email", "new@example.org") in kept.text
    assert post(carla, address, form).status_code == 303
    assert post(carla, address, {"email": "hub@example.org", "role": "curates"}).status_code == 303
    with sqlite_database.reading() as session:
        rows = session.scalars(sa.select(m.Invitation).order_by(m.Invitation.id)).all()
    assert [(row.email, row.role, row.school_id, row.network_id) for row in rows] == [
        ("new@example.org", Role.CONTRIBUTOR, hub.ashgrove.id, None),
        ("hub@example.org", Role.CURATOR, None, hub.network.id),
    ]
    page = carla.get(address).text
    assert "new@example.org" in page
    assert post(carla, f"{address}/invitations/revoke", {"id": str(rows[0].id)}).status_code == 303
    assert post(carla, f"{address}/invitations/revoke", {"id": str(rows[0].id)}).status_code == 404
    assert "new@example.org" not in carla.get(address).text


def test_roles_end_but_the_last_curator_stays(hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    carla, address = visit(hub.carla), f"/networks/{hub.network.ref}/people"
    with sqlite_database.reading() as session:
        roles = {row.person_id: row.id for row in session.scalars(sa.select(m.Membership))}
    page = carla.get(address).text
    assert ("Alice" in page, "Bob" in page, "Charlie" in page) == (True, True, False)
    departure = f"{address}/departure"
    assert post(carla, departure, {"membership": str(roles[hub.charlie.id])}).status_code == 404
    last = post(carla, departure, {"membership": str(roles[hub.carla.id])})
    assert last.status_code == 422
    assert "Nobody else curates" in last.text
    for _ in range(2):
        assert post(carla, departure, {"membership": str(roles[hub.bob.id])}).status_code == 303
    assert "Bob" not in carla.get(address).text
    assert visit(hub.alice).get(address).status_code == 403
