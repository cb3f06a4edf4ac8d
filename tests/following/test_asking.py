"""Visitors' questions: relayed by the hub, the asker's address on no page, throttled, deleted after 180 days."""

import datetime as dt

import flask
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb.accounts.models import Membership, Role
from kb.config import Settings
from kb.db import Database
from kb.following.asking import actions, queries
from kb.following.asking.models import VisitorQuestion
from kb.following.asking.rules import KEPT
from kb.following.problems.models import PrivacyProblem
from kb.following.retention import forget
from kb.jobs.registry import Work
from kb.mail.queries import Letter, waiting
from tests.factories import NOW, make_member, make_person
from tests.following.conftest import Client, World
from tests.visitors import post

ASKER = "asker.secret@visitor.example"
QUESTION = {"name": "Robin Vane", "email": ASKER, "text": "How long did\nit take?"}


def _mails(database: Database) -> list[Letter]:
    with database.reading() as session:
        return list(waiting(session))


def _rows(database: Database) -> list[VisitorQuestion]:
    with database.reading() as session:
        return list(session.scalars(sa.select(VisitorQuestion)))


def _ask(client: FlaskClient, site: World, **over: str) -> int:
    return client.post(f"/ask/cycle/{site.cycle.ref}", data=QUESTION | over).status_code


def test_it_works(as_: Client, site: World, sqlite_database: Database) -> None:
    page = as_(None).get(f"/cycles/{site.cycle.ref}").text
    assert f"/ask/cycle/{site.cycle.ref}" in page
    assert "/ask/" not in as_("bob").get(f"/cycles/{site.cycle.ref}").text  # who has an account comments
    assert _ask(as_(None), site) == 303
    (row,) = _rows(sqlite_database)
    (letter,) = _mails(sqlite_database)
    assert letter.to == "carla@example.org"
    assert QUESTION["text"] in letter.text
    assert "Robin" not in repr(letter)
    assert ASKER not in repr(letter)
    carla, address = as_("carla"), f"/inbox/questions/{row.public_id}"
    assert "How long" in carla.get("/inbox").text
    assert "waits for you" in carla.get("/me").text
    assert post(carla, f"{address}/answer", {"text": "Two\nweeks."}).status_code == 303
    answer = _mails(sqlite_database)[1]
    assert answer.to == ASKER
    assert "Two\nweeks." in answer.text
    assert "> How long did\n> it take?" in answer.text
    assert "How long" not in carla.get("/inbox").text
    assert post(carla, f"{address}/answer", {"text": "Again."}).status_code == 422
    for name in ("carla", "dana"):
        text = as_(name).get(address).text + as_(name).get("/inbox").text
        assert ASKER not in text
        assert "Robin" not in text


def test_the_school_answers_once_the_hub_forwards(as_: Client, site: World, sqlite_database: Database) -> None:
    _ask(as_(None), site)
    (row,) = _rows(sqlite_database)
    address = f"/inbox/questions/{row.public_id}"
    for name in ("alice", "bob", "charlie", "eve"):
        assert as_(name).get(address).status_code == 404
        assert post(as_(name), f"{address}/forwarding").status_code == 404
    assert post(as_("carla"), f"{address}/forwarding").status_code == 303
    assert [letter.to for letter in _mails(sqlite_database)] == ["carla@example.org", "alice@example.org"]
    assert "How long" in as_("alice").get("/inbox").text
    assert ASKER not in as_("alice").get(address).text
    assert post(as_("alice"), f"{address}/closing").status_code == 403
    assert post(as_("alice"), f"{address}/answer", {"text": "Two weeks."}).status_code == 303
    assert _mails(sqlite_database)[-1].to == ASKER
    assert as_("bob").get(address).status_code == 404


WRONG = (
    ({"email": "nobody"}, "email"),
    ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
    ({"email": ""}, "email"),
    ({"name": " "}, "name"),
    ({"text": ""}, "text"),
    ({"text": "x" * 3001}, "text"),
)


def test_errors_keep_what_was_typed(client: FlaskClient, site: World, sqlite_database: Database) -> None:
    for over, field in WRONG:
        sent = QUESTION | over
        answer = client.post(f"/ask/cycle/{site.cycle.ref}", data=sent)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        for value in sent.values():
            assert value.split("\n")[0].strip() in answer.text
    assert _rows(sqlite_database) == []


def test_the_hub_says_what_is_missing(as_: Client, site: World, sqlite_database: Database) -> None:
    _ask(as_(None), site)
    client = as_(None)
    assert client.post(f"/ask/school/{site.other.ref}", data=QUESTION).status_code == 303
    first, second = _rows(sqlite_database)
    carla, dana = as_("carla"), as_("dana")
    assert post(carla, f"/inbox/questions/{first.public_id}/answer", {"text": ""}).status_code == 422
    with sqlite_database.writing() as session:
        session.execute(sa.update(Membership).values(ended_at=NOW).where(Membership.school_id == site.other.id))
        session.commit()
    answer = post(dana, f"/inbox/questions/{second.public_id}/forwarding")
    assert answer.status_code == 422
    assert "Nobody at the school has an account" in answer.text
    for _ in range(2):
        assert post(dana, f"/inbox/questions/{second.public_id}/closing").status_code == 303
    assert "This was answered or closed" in dana.get(f"/inbox/questions/{second.public_id}").text
    for _ in range(2):  # the school hears of it once
        post(carla, f"/inbox/questions/{first.public_id}/forwarding")
    assert [letter.to for letter in _mails(sqlite_database)].count("alice@example.org") == 1
    assert "on its way" in client.get(f"/ask/cycle/{site.cycle.ref}/thanks").text


def test_the_job_forgets_what_is_old(session: orm.Session, world: World, sqlite_database: Database) -> None:
    old = NOW - KEPT - dt.timedelta(1)
    row = VisitorQuestion(
        public_id="00000000", about="school", about_id="x", name="R", email=ASKER, text="x", created_at=old
    )
    session.add_all([row, PrivacyProblem(public_id="00000001", page="/", text="", created_at=old, answered_at=old)])
    session.flush()
    settings = Settings()
    effect = forget(Work("k", {}, 1, NOW, sqlite_database, settings, {}))
    assert effect is not None
    effect(session)
    for table in (VisitorQuestion, PrivacyProblem):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_program_is_thanked_and_forgotten(client: FlaskClient, site: World, sqlite_database: Database) -> None:
    assert _ask(client, site, website="https://spam.example") == 303
    assert _rows(sqlite_database) == []
    assert _mails(sqlite_database) == []


def test_not_too_many_at_once(client: FlaskClient, site: World) -> None:
    for _ in range(actions.PER_VISITOR):
        assert _ask(client, site) == 303
    answer = client.post(f"/ask/cycle/{site.cycle.ref}", data=QUESTION)
    assert answer.status_code == 429
    assert "How long did" in answer.text


def test_one_household_is_one_visitor(client: FlaskClient, site: World) -> None:
    """Whoever has one IPv6 address has a network of them; a header that any client can write counts for nothing."""
    problem = {"page": f"/cycles/{site.cycle.ref}", "text": "A name."}
    for address, sent, allowed in ((f"/ask/cycle/{site.cycle.ref}", QUESTION, 5), ("/privacy-problem", problem, 10)):
        told = [
            client.post(
                address,
                data=sent,
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
                environ_base={"REMOTE_ADDR": f"2001:db8::{number:x}"},
            ).status_code
            for number in range(1, allowed + 2)
        ]
        assert told == [303] * allowed + [429]


def test_only_about_what_anybody_may_read(as_: Client, site: World) -> None:
    for name in (None, "alice", "dana"):
        for item in site.restricted.values():
            assert as_(name).get(f"/ask/cycle/{item.public_id}").status_code == 404
        for address in ("/ask/network/" + site.network.public_id, "/ask/idea/zzzzzzzz", "/ask/x/zzzzzzzz"):
            assert as_(name).get(address).status_code == 404


def test_who_relays(app: flask.Flask, site: World, sqlite_database: Database) -> None:
    client = app.test_client()
    for kind, thing in (("idea", site.idea), ("school", site.school), ("school", site.other)):
        assert client.post(f"/ask/{kind}/{thing.public_id}", data=QUESTION).status_code == 303
    carla, contact = "carla@example.org", "hub@example.org"  # Brookside's network has no curator
    assert [letter.to for letter in _mails(sqlite_database)] == [carla, carla, contact]


def test_who_left_relays_no_longer(session: orm.Session, world: World) -> None:
    def hub() -> list[str]:
        return list(queries.addresses(session, Role.CURATOR, networks=[world.network.id]))

    for name in ("eve", "bob"):
        make_member(session, world.people[name], network=world.network, role=Role.CURATOR)
    make_member(session, world.people["dana"], network=world.far, role=Role.CURATOR)
    assert hub() == ["bob@example.org", "carla@example.org", "eve@example.org"]
    world.people["eve"].ended_at = NOW
    session.execute(sa.update(Membership).where(Membership.person_id == world.people["bob"].id).values(ended_at=NOW))
    session.flush()
    assert hub() == ["carla@example.org"]


def test_each_sees_their_own_list(session: orm.Session, world: World) -> None:
    for number, network in enumerate((world.network, world.far)):
        row = VisitorQuestion(
            public_id=f"0000000{number}", about="school", about_id="x", network_id=network.id, name="R", email=ASKER,
            text="x", created_at=NOW, school_id=world.school.id,
        )  # fmt: skip
        session.add(row)
    session.flush()
    for name, count in {"carla": 1, "dana": 2, "alice": 0, "bob": 0}.items():
        assert len(queries.waiting(session, world.viewer(session, name))) == count, name


def test_old_ones_are_deleted(everywhere: tuple[orm.Session, World]) -> None:
    session, world = everywhere
    for days in (1, 0):
        session.add(
            VisitorQuestion(
                public_id=f"0000000{days}",
                about="school",
                about_id=world.school.public_id,
                name="R",
                email=ASKER,
                text="x",
                created_at=NOW - KEPT - dt.timedelta(days),
            )
        )
    session.flush()
    assert actions.forget_old(session, now=NOW) == 1
    assert session.scalars(sa.select(VisitorQuestion.public_id)).all() == ["00000000"]


def test_a_record_that_is_closed_meanwhile_is_not_named(as_: Client, site: World, sqlite_database: Database) -> None:
    _ask(as_(None), site)
    with sqlite_database.writing() as session:
        item = session.get_one(type(site.cycle), site.cycle.id)
        item.audience, item.title = "owner", "The nacreous one"  # type: ignore[assignment]
        session.add(make_person(session))
        session.commit()
    (row,) = _rows(sqlite_database)
    address = f"/inbox/questions/{row.public_id}"
    assert "nacreous" not in as_("carla").get(address).text
    assert post(as_("carla"), f"{address}/forwarding").status_code == 422
    post(as_("carla"), f"{address}/answer", {"text": "Two weeks."})
    assert "nacreous" not in repr(_mails(sqlite_database))
