"""What belongs to one request: its database session, its viewer, its time, and the one place that commits."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import flask
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.errors import SignInNeededError
from kb.permissions import ANONYMOUS, Viewer

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True)
class Services:
    """What the application holds for its whole life.

    ``identify`` says which person a request comes from, ``last_person`` whose ended session its cookie still names.
    """

    settings: Settings
    database: Database
    identify: Callable[[], int | None]
    last_person: Callable[[], int | None]
    viewer_of: Callable[..., Viewer]
    after_commit: list[Callable[[int], None]] = field(default_factory=list)


def services() -> Services:
    """Return the services of the application that answers this request."""
    held: Services = flask.current_app.extensions["kb"]
    return held


def now() -> dt.datetime:
    """Return the time of this request: one value, however often it is asked for."""
    if "now" not in flask.g:
        flask.g.now = dt.datetime.now(dt.UTC)
    moment: dt.datetime = flask.g.now
    return moment


def link(path: str) -> str:
    """Return the full address of a path for what leaves the site: a file, a feed.

    Where KB_BASE_URL is set it is believed, and not what the request says of the host.
    """
    root = services().settings.base_url or flask.request.host_url
    return f"{root.rstrip('/')}{path}"


def session() -> orm.Session:
    """Return the session of this request, opened at first use; for writing unless the method is safe."""
    if "session" not in flask.g:
        flask.g.session = services().database.session(writing=flask.request.method not in SAFE_METHODS)
    opened: orm.Session = flask.g.session
    return opened


def write() -> orm.Session:
    """Return the session of this request, now for writing: where a safe method has to write after all."""
    close()
    flask.g.session = opened = services().database.session(writing=True)
    return opened


def change_number() -> int:
    """Return the number of the latest change when this request began to read; without a session if it has none yet."""
    if "change_number" not in flask.g:
        opened = flask.g.get("session")
        flask.g.change_number = feed.peek(services().database) if opened is None else feed.latest(opened)
    number: int = flask.g.change_number
    return number


def viewer() -> Viewer:
    """Return who is looking; read from the database once a request, never from the cookie alone."""
    if "viewer" not in flask.g:
        held = services()
        person_id = held.identify()
        flask.g.viewer = ANONYMOUS if person_id is None else held.viewer_of(session(), person_id, today=now().date())
    seen: Viewer = flask.g.viewer
    return seen


def person_id() -> int:
    """Return the id of the person who is signed in, or raise SignInNeededError."""
    found = viewer().person_id
    if found is None:
        raise SignInNeededError
    return found


def commit() -> None:
    """Commit what this request changed, then tell the followers; they catch up by themselves if this is missed."""
    number = feed.commit(session())
    if number is not None:
        for tell in services().after_commit:
            tell(number)


def close(_error: BaseException | None = None) -> None:
    """Close the session at the end of the request; what was not committed is undone."""
    opened: orm.Session | None = flask.g.pop("session", None)
    if opened is not None:
        opened.close()
