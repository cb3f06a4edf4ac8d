"""Signing in and out: each defence by itself."""

import datetime as dt
import re

import flask
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts import passwords
from kb.accounts.queries import token_hash
from kb.accounts.rules import OWN_PAGE, safe_next
from kb.app import create_app
from kb.config import Settings
from kb.db import Database
from tests.accounts.conftest import PASSWORD, enter, signed_in_name
from tests.factories import NOW
from tests.visitors import post, sign_in


def _token(client: FlaskClient) -> str | None:
    with client.session_transaction() as cookie:
        token: str | None = cookie.get("_user_id")
    return token


def test_it_works(client: FlaskClient, alice: m.Person) -> None:
    assert "Sign in" in client.get("/about").text
    answer = enter(client)
    assert (answer.status_code, answer.location) == (303, OWN_PAGE)
    assert signed_in_name(client) == "Alice Moreno"
    assert client.get("/sign-in?next=/about").location == "/about"
    assert post(client, "/sign-out").status_code == 303
    assert signed_in_name(client) is None


def test_the_address_is_the_same_in_any_case(client: FlaskClient, alice: m.Person) -> None:
    assert enter(client, email="  ALICE@Ashgrove.example.org ").status_code == 303


def test_a_wrong_password_is_refused_and_the_address_kept(client: FlaskClient, alice: m.Person) -> None:
    answer = enter(client, password="something else 99")
    assert answer.status_code == 422
    assert 'value="alice@ashgrove.example.org"' in answer.text
    assert "something else 99" not in answer.text
    assert _token(client) is None


def test_unknown_and_known_addresses_answer_alike(client: FlaskClient, alice: m.Person) -> None:
    known = enter(client, password="something else 99")
    unknown = enter(client, email="nobody@example.org", password="something else 99")
    texts = [
        re.sub(r"alice@ashgrove.example.org|nobody@example.org|[0-9a-f]{16}", "*", page.text)
        for page in (known, unknown)
    ]
    assert known.status_code == unknown.status_code
    assert texts[0] == texts[1]


def test_an_unknown_address_takes_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time does not tell whether there is an account: a hash is computed for nobody as well."""
    computed: list[str] = []
    verify = passwords._HASHER.verify

    def noted(_hasher: object, kept: str, typed: str) -> bool:
        computed.append(kept)
        return verify(kept, typed)

    monkeypatch.setattr(type(passwords._HASHER), "verify", noted)
    assert not passwords.fits(None, PASSWORD)
    assert not passwords.fits(None, "a password that nobody has")
    assert len(computed) == 2
    assert computed[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_new_token_at_each_sign_in(client: FlaskClient, alice: m.Person, sqlite_database: Database) -> None:
    """Whoever planted a cookie does not hold the session that begins with it."""
    enter(client)
    first = _token(client)
    assert first is not None
    with client.session_transaction() as cookie:
        cookie["planted"] = "1"
    post(client, "/sign-in", {"email": alice.email, "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != first
    with sqlite_database.reading() as session:
        assert session.get_one(m.SignIn, token_hash(first)).ended_at is not None


def test_the_cookie_is_guarded(
    app: flask.Flask, settings: Settings, sqlite_database: Database, alice: m.Person
) -> None:
    secure = create_app(settings.model_copy(update={"https": True}), sqlite_database)
    cookie = enter(secure.test_client()).headers["Set-Cookie"]
    for words in ("__Host-kb=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/;"):
        assert words in cookie
    assert "Domain" not in cookie
    assert "Expires" not in cookie
    assert "Expires" in enter(app.test_client(), keep="y").headers["Set-Cookie"]


def test_how_long_it_lasts(client: FlaskClient, alice: m.Person, sqlite_database: Database) -> None:
    enter(client)
    enter(client.application.test_client(), keep="y")
    with sqlite_database.reading() as session:
        rows = session.scalars(sa.select(m.SignIn).order_by(m.SignIn.expires_at)).all()
    assert [row.expires_at - row.created_at for row in rows] == [dt.timedelta(hours=12), dt.timedelta(days=30)]


def test_a_copied_cookie_is_dead_after_signing_out(app: flask.Flask, client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    copied = client.get_cookie("kb")
    assert copied is not None
    thief = app.test_client()
    thief.set_cookie("kb", copied.value)
    assert signed_in_name(thief) == "Alice Moreno"
    post(client, "/sign-out")
    assert signed_in_name(thief) is None


def test_signing_out_needs_the_form(client: FlaskClient, alice: m.Person) -> None:
    enter(client)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 403
    assert signed_in_name(client) == "Alice Moreno"


ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", " //evil.example", "http:evil.example",
    "/\r\nSet-Cookie:x", "//[evil", "evil.example", "", "/sign-out", "/sign-in?next=/", "https:/evil.example",
    "/\x00", "/ //evil.example",
)  # fmt: skip


def test_signing_in_never_leads_elsewhere(client: FlaskClient, alice: m.Person) -> None:
    sign_in(client, alice)  # who is signed in already is sent on at once
    for wanted in ELSEWHERE:
        assert safe_next(wanted) == OWN_PAGE, wanted
        led = client.get("/sign-in", query_string={"next": wanted}).location
        assert led == ("/" if "\x00" in wanted else OWN_PAGE), wanted  # no request brings NUL as far as here
    assert enter(client.application.test_client(), next="//evil.example").location == OWN_PAGE


def test_signing_in_leads_back(client: FlaskClient, alice: m.Person) -> None:
    for wanted in ("/search?q=a&kind=idea", "/ideas/0123456a-x", "/search?q=https://x.org", "/?a=1"):
        assert safe_next(wanted) == wanted
    assert enter(client, next="/search?q=a&kind=idea").location == "/search?q=a&kind=idea"


def test_the_link_leads_back_to_the_page(client: FlaskClient) -> None:
    assert 'href="/sign-in?next=/schools%3Fq%3Da%26page%3D2"' in client.get("/schools?q=a&page=2").text


def test_another_site_cannot_sign_anybody_in(client: FlaskClient, alice: m.Person) -> None:
    typed = {"email": alice.email, "password": PASSWORD}
    assert client.post("/sign-in", data=typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert _token(client) is None


def test_an_ended_account_stays_out(client: FlaskClient, alice: m.Person, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.get_one(m.Person, alice.id).ended_at = NOW
        feed.commit(session)
    assert enter(client).status_code == 422


def test_a_person_without_a_password_stays_out(client: FlaskClient, alice: m.Person, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.execute(sa.delete(m.Password))
        feed.commit(session)
    assert enter(client).status_code == 422
    assert enter(client, password="a password that nobody has").status_code == 422


def test_tries_are_counted_across_nodes(settings: Settings, sqlite_database: Database, alice: m.Person) -> None:
    nodes = [create_app(settings, sqlite_database).test_client() for _ in range(2)]
    statuses = [enter(nodes[number % 2], password="x" * 12).status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]
    answer = enter(nodes[0])
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "Please wait 15 minutes." in answer.text
    assert enter(nodes[1], email="bob@ashgrove.example.org").status_code == 422  # only this account


def test_tries_on_unknown_addresses_are_counted_alike(client: FlaskClient) -> None:
    statuses = [enter(client, email="nobody@example.org").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_a_school_behind_one_address_may_sign_in(
    app: flask.Flask, alice: m.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.accounts.views.TRIES_FROM_ONE_NETWORK", 2)
    assert [enter(app.test_client()).status_code for _ in range(4)] == [303] * 4
    wrong = [enter(app.test_client(), email=f"{number}@example.org").status_code for number in range(3)]
    assert wrong == [422, 422, 429]


def test_a_password_hashed_with_old_parameters_is_hashed_anew(
    client: FlaskClient, alice: m.Person, sqlite_database: Database
) -> None:
    from argon2 import PasswordHasher

    with sqlite_database.writing() as session:
        session.get_one(m.Password, alice.id).hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(
            PASSWORD
        )
        feed.commit(session)
    assert enter(client).status_code == 303
    with sqlite_database.reading() as session:
        kept = session.get_one(m.Password, alice.id).hash
    assert "m=19456,t=2,p=1" in kept
    assert passwords.fits(kept, PASSWORD)


def test_visitors_get_their_pages_from_memory(app: flask.Flask, client: FlaskClient, alice: m.Person) -> None:
    before = client.get("/about").text
    member = app.test_client()
    enter(member)
    assert "Alice Moreno" in member.get("/about").text
    assert app.test_client().get("/about").text == before
