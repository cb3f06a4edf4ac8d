"""flask-login over session rows: the cookie holds only a token, and the row on the server decides."""

from contextlib import suppress
from dataclasses import dataclass

import flask
import sqlalchemy as sa
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from kb import feed
from kb.accounts import sessions
from kb.accounts.models import Person
from kb.accounts.queries import owner_of_token, person_of_token
from kb.web import context


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """A person in one session. ``get_id`` is the session's token, so a copied cookie dies with the session."""

    person_id: int
    token: str

    def get_id(self) -> str:
        """Return what flask-login keeps in the cookie."""
        return self.token


def register(app: flask.Flask) -> None:
    """Let flask-login find the session row."""
    manager = LoginManager(app, add_context_processor=False)  # templates, and error pages, ask no database
    manager.session_protection = None  # the row decides
    manager.user_loader(_load)


def identify() -> int | None:
    """Return the id of the person this request comes from; no cookie, no database read."""
    if "_user_id" not in flask.session:
        return None
    return current_user.person_id if current_user.is_authenticated else None


def last_person() -> int | None:
    """Return whose session the cookie names, also when that session is over; None without such a cookie."""
    token = flask.session.get("_user_id")
    return None if token is None else owner_of_token(context.session(), token)


def _load(token: str) -> SignedIn | None:
    person_id = person_of_token(context.session(), token, now=context.now())
    if person_id is None:
        return None
    if sessions.is_long_unseen(context.session(), token, now=context.now()):
        _note_seen(token)
    return SignedIn(person_id, token)


def _note_seen(token: str) -> None:
    """Note that the session is used, after the answer is sent: nobody waits for a page because others write."""
    if flask.request.method not in context.SAFE_METHODS:
        return  # the next page notes it
    database, now = context.services().database, context.now()

    def note() -> None:
        with database.writing() as session, suppress(sa.exc.OperationalError):
            sessions.see(session, token, now=now)
            feed.commit(session)

    def later(response: flask.Response) -> flask.Response:
        response.call_on_close(note)
        return response

    flask.after_this_request(later)


def begin(person: Person, *, kept: bool = False) -> None:
    """Sign the person in here with a new token; whatever the cookie held before is gone, and its session over.

    ``kept``: the browser keeps the cookie when it is closed. The caller commits.
    """
    end()
    agent = flask.request.headers.get("User-Agent", "")
    token = sessions.begin(context.session(), person, agent=agent, kept=kept, now=context.now())
    login_user(SignedIn(person.id, token))
    flask.session.permanent = kept
    forget_viewer()


def end() -> None:
    """End the session of this browser, and with it every copy of its cookie. The caller commits."""
    token = current_token()
    if token is not None:
        sessions.end(context.session(), token, now=context.now())
        logout_user()
    flask.session.clear()
    forget_viewer()


def current_token() -> str | None:
    """Return the token in the cookie of this browser, None where nobody has signed in."""
    token: str | None = flask.session.get("_user_id")
    return token


def forget_viewer() -> None:
    """Let whoever is signed in now be found anew in this request."""
    flask.g.pop("viewer", None)
