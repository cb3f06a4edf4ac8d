"""Signing in and sending forms in tests, without the sign-in page."""

import datetime as dt
import secrets
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb import models as m
from kb.accounts.queries import token_hash
from kb.web import csrf

DAY = dt.timedelta(days=1)


def sign_in(client: FlaskClient, person: m.Person, *, lasts: dt.timedelta = DAY) -> str:
    """Give the client a session of this person, which must be committed; return its token."""
    token = secrets.token_urlsafe(32)
    now = dt.datetime.now(dt.UTC)
    with client.application.extensions["kb"].database.writing() as session:
        session.add(m.SignIn(token_hash=token_hash(token), person_id=person.id, created_at=now, expires_at=now + lasts))
        session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return token


def form_token(client: FlaskClient) -> str:
    """Return the token that stands in the forms of the person who is signed in."""
    with client.session_transaction() as cookie:
        held = dict(cookie)
    with client.application.test_request_context():
        import flask

        flask.session.update(held)
        token = csrf.token()
        client.application.extensions["kb"]  # the session of the context is closed by its teardown
    return token


def post(client: FlaskClient, url: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
    """Send a form with its token."""
    return client.post(url, data={csrf.FIELD: form_token(client), **(data or {})}, **more)
