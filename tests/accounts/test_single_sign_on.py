"""Single sign-on: who comes back from the provider is believed only where everything fits."""

import datetime as dt
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import flask
import jinja2
import pydantic
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kb import feed
from kb import models as m
from kb.accounts.models import Role
from kb.accounts.queries import token_hash
from kb.app import create_app
from kb.config import Settings
from kb.db import Database, clock
from tests.accounts.conftest import enter, signed_in_name
from tests.accounts.provider import FORGED, Provider
from tests.factories import NOW, make_person, make_school
from tests.visitors import post

ROSA = {"sub": "u-1", "name": "Rosa Okafor", "email": "rosa@ashgrove.example.org", "email_verified": True}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(who=dict(ROSA))
    made.start()
    thread = threading.Thread(target=lambda: made.server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def app(
    settings: Settings, sqlite_database: Database, provider: Provider, compiled_templates: jinja2.BytecodeCache
) -> flask.Flask:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": "kb", "oidc_name": "District Login"}
    made = create_app(settings.model_copy(update=given), sqlite_database)
    made.jinja_env.bytecode_cache = compiled_templates
    made.testing = True
    return made


def come_back(client: FlaskClient, provider: Provider, query: str = "") -> str:
    """Go to the provider and return the path that leads back."""
    return provider.authorize(client.get(f"/sign-in/provider{query}").location)


def invited(database: Database, email: str = "rosa@ashgrove.example.org") -> str:
    """Make an open invitation to a school; return its token."""
    with database.writing() as session:
        offer = m.Invitation(
            email=email, role=Role.CONTRIBUTOR, school_id=make_school(session).id, token_hash=token_hash("the-token"),
            created_at=NOW, expires_at=clock(session) + dt.timedelta(days=1),
        )  # fmt: skip
        session.add(offer)
        feed.commit(session)
    return "the-token"


def known(database: Database, subject: str = "u-1", issuer: str = "", **over: object) -> m.Person:
    """Make a person whom the provider knows."""
    with database.writing() as session:
        person = make_person(session, name="Rosa here", **over)
        session.add(m.Identity(issuer=issuer, subject=subject, person_id=person.id, created_at=NOW))
        feed.commit(session)
    return person


def people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(m.Person)) or 0


def test_it_works(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    known(sqlite_database, issuer=provider.issuer)
    assert "Sign in with District Login" in client.get("/sign-in").text
    answer = client.get(come_back(client, provider, "?next=/about"))
    assert (answer.status_code, answer.location) == (302 + 1, "/about")
    assert signed_in_name(client) == "Rosa here"


def test_what_is_asked(client: FlaskClient) -> None:
    asked = parse_qs(urlsplit(client.get("/sign-in/provider").location).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    again = parse_qs(urlsplit(client.get("/sign-in/provider").location).query)
    assert not {*asked["state"], *asked["nonce"]} & {*again["state"], *again["nonce"]}


LIES: tuple[dict[str, object], ...] = (
    {"nonce": "another"},
    {"iss": "https://evil.example"},
    {"aud": "another-site"},
    {"exp": int(time.time()) - 3600},
    {"sub": ""},
    {"sub": ["u-1"]},
)
PARTS = ("nonce", "iss", "aud", "exp", "sub", "id_token")


def test_a_claim_that_does_not_fit(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    known(sqlite_database, issuer=provider.issuer)
    for lies in LIES:
        provider.lies = lies
        answer = client.get(come_back(client, provider))
        assert answer.status_code == 403, lies
        assert "You could not be signed in this way" in answer.text
    assert signed_in_name(client) is None


def test_a_claim_that_is_missing(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    known(sqlite_database, issuer=provider.issuer)
    for missing in PARTS:
        provider.leaves_out = (missing,)
        assert client.get(come_back(client, provider)).status_code == 403, missing
    provider.leaves_out = ()
    assert client.get(come_back(client, provider)).status_code == 303


def test_a_forged_signature(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    known(sqlite_database, issuer=provider.issuer)
    provider.signed_by = FORGED
    assert client.get(come_back(client, provider)).status_code == 403


def test_another_browser_cannot_bring_the_answer(
    app: flask.Flask, client: FlaskClient, provider: Provider, sqlite_database: Database
) -> None:
    known(sqlite_database, issuer=provider.issuer)
    path = come_back(client, provider)
    victim = app.test_client()
    assert victim.get(path).status_code == 403
    victim.get("/sign-in/provider")
    assert victim.get(path).status_code == 403
    assert signed_in_name(victim) is None


def test_an_answer_counts_once(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    known(sqlite_database, issuer=provider.issuer)
    path = come_back(client, provider)
    assert client.get(path).status_code == 303
    assert client.get(path).status_code == 403


def test_the_provider_says_no(client: FlaskClient) -> None:
    client.get("/sign-in/provider")
    assert client.get("/sign-in/provider/return?error=access_denied").status_code == 403


def test_a_provider_that_does_not_answer(settings: Settings, sqlite_database: Database) -> None:
    given = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "kb", "oidc_name": "District Login"}
    client = create_app(settings.model_copy(update=given), sqlite_database).test_client()
    answer = client.get("/sign-in/provider")
    assert answer.status_code == 503
    assert "sign in with your e-mail address" in answer.text


def test_without_settings_there_is_no_way(settings: Settings, sqlite_database: Database) -> None:
    client = create_app(settings, sqlite_database).test_client()
    assert "Login" not in client.get("/sign-in").text
    assert client.get("/sign-in/provider").status_code == 404
    assert client.get("/sign-in/provider/return").status_code == 404


def test_the_same_subject_of_another_issuer_is_somebody_else(
    client: FlaskClient, provider: Provider, sqlite_database: Database
) -> None:
    known(sqlite_database, issuer="https://other.example")
    assert client.get(come_back(client, provider)).status_code == 403
    known(sqlite_database, issuer=provider.issuer, subject="u-2")
    assert client.get(come_back(client, provider)).status_code == 403


def test_an_address_alone_opens_nothing(
    client: FlaskClient, provider: Provider, sqlite_database: Database, alice: m.Person
) -> None:
    """Also a verified one: an address may be given to somebody else at the provider."""
    provider.who = {**ROSA, "email": alice.email}
    answer = client.get(come_back(client, provider))
    assert answer.status_code == 403
    assert "There is no account for you here yet" in answer.text
    nobody = {**ROSA, "email": "nobody@example.org"}
    provider.who = nobody
    unknown = client.get(come_back(client, provider))
    assert unknown.status_code == 403
    assert people(sqlite_database) == 1


def test_an_address_opens_where_the_settings_trust_it_and_it_is_verified(
    app: flask.Flask, provider: Provider, alice: m.Person
) -> None:
    services = app.extensions["kb"]
    services.settings = services.settings.model_copy(update={"oidc_trust_email": True})
    client = app.test_client()
    for verified, status in ((False, 403), ("true", 403), (None, 403), (True, 303)):
        provider.who = {**ROSA, "email": "Alice@Ashgrove.example.org", "email_verified": verified}
        assert client.get(come_back(client, provider)).status_code == status, verified
    assert signed_in_name(client) == "Alice Moreno"


def test_who_is_invited_gets_an_account(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    invited(sqlite_database)
    provider.who = {**ROSA, "email_verified": False}
    assert client.get(come_back(client, provider)).status_code == 403
    assert people(sqlite_database) == 0
    provider.who = ROSA
    assert client.get(come_back(client, provider)).status_code == 303
    with sqlite_database.reading() as session:
        assert [row.role for row in session.scalars(sa.select(m.Membership))] == [Role.CONTRIBUTOR]


def test_an_address_that_is_told_beside_the_token(
    client: FlaskClient, provider: Provider, sqlite_database: Database
) -> None:
    """Some providers put only the subject into the token; what they tell beside it must be of the same person."""
    invited(sqlite_database)
    provider.who = {"sub": "u-1"}
    provider.beside = {**ROSA, "sub": "u-2"}
    assert client.get(come_back(client, provider)).status_code == 403
    provider.beside = ROSA
    assert client.get(come_back(client, provider)).status_code == 303
    assert signed_in_name(client) == "Rosa Okafor"


def test_the_link_of_an_invitation_is_enough(
    client: FlaskClient, provider: Provider, sqlite_database: Database
) -> None:
    token = invited(sqlite_database)
    provider.who = {"sub": "u-9", "name": "Rosa Okafor"}
    assert "Accept with District Login" in client.get(f"/invitation?token={token}").text
    assert client.get(come_back(client, provider, f"?invitation={token}")).status_code == 303
    assert signed_in_name(client) == "Rosa Okafor"
    other = client.application.test_client()
    provider.who = {"sub": "u-10", "name": "Somebody"}
    assert other.get(come_back(other, provider, f"?invitation={token}")).status_code == 403


def test_the_link_does_not_open_the_account_of_its_address(
    client: FlaskClient, provider: Provider, sqlite_database: Database, alice: m.Person
) -> None:
    token = invited(sqlite_database, str(alice.email))
    provider.who = {**ROSA, "email": "somebody@else.example"}
    assert client.get(come_back(client, provider, f"?invitation={token}")).status_code == 403
    provider.who = {**ROSA, "email": alice.email}
    assert client.get(come_back(client, provider, f"?invitation={token}")).status_code == 303
    assert signed_in_name(client) == "Alice Moreno"


def test_connecting_and_disconnecting(
    app: flask.Flask, client: FlaskClient, provider: Provider, sqlite_database: Database, alice: m.Person
) -> None:
    enter(client)
    assert "Connect with District Login" in client.get("/account").text
    assert client.get(come_back(client, provider, "?connect=1")).location == "/account?done=connected"
    other = app.test_client()
    other.get(come_back(other, provider))
    assert signed_in_name(other) == "Alice Moreno"
    post(client, "/account/provider/removal")
    third = app.test_client()
    assert third.get(come_back(third, provider)).status_code == 403


def test_connecting_is_for_who_began_it(
    client: FlaskClient, provider: Provider, sqlite_database: Database, alice: m.Person
) -> None:
    enter(client)
    path = come_back(client, provider, "?connect=1")
    with client.session_transaction() as cookie:
        del cookie["_user_id"]
    assert client.get(path).status_code == 403


def test_nobody_connects_what_is_somebody_elses(
    client: FlaskClient, provider: Provider, sqlite_database: Database, alice: m.Person
) -> None:
    known(sqlite_database, issuer=provider.issuer)
    enter(client)
    assert client.get(come_back(client, provider, "?connect=1")).status_code == 409


def test_an_ended_account_stays_out(client: FlaskClient, provider: Provider, sqlite_database: Database) -> None:
    known(sqlite_database, issuer=provider.issuer, ended_at=NOW)
    assert client.get(come_back(client, provider)).status_code == 403


@pytest.fixture
def process() -> Iterator[str]:
    """Another implementation of the provider, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    claims = '{"sub": "u-1", "name": "Rosa Okafor", "email": "rosa@ashgrove.example.org", "email_verified": true}'
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    running = subprocess.Popen(
        [*command, "--user-claims", claims], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield address
    running.terminate()
    running.wait()


def test_a_real_provider(settings: Settings, sqlite_database: Database, process: str) -> None:
    given = {"oidc_issuer": process, "oidc_client_id": "kb", "oidc_name": "District Login"}
    secret = {"oidc_client_secret": pydantic.SecretStr("shared with the provider")}
    client = create_app(settings.model_copy(update={**given, **secret}), sqlite_database).test_client()
    invited(sqlite_database)
    address = client.get("/sign-in/provider").location

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: object) -> None:
            return None

    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(Stay).open(address, data=b"sub=u-1")
    back = urlsplit(answer.value.headers["Location"])
    answer.value.close()
    assert client.get(f"{back.path}?{back.query}").status_code == 303
    assert signed_in_name(client) == "Rosa Okafor"
