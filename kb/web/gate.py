"""The gate: a route that does not say who may use it is refused, and a view gets its record only from the gate."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import flask
import werkzeug
from sqlalchemy import orm
from werkzeug.routing import BaseConverter

from kb.errors import ForbiddenError, NotFoundError, SignInNeededError, TokenError
from kb.ids import PUBLIC_ID, Ref
from kb.permissions import Permission, Viewer, can
from kb.web import cache, context, csrf

Loader = Callable[..., Any]
View = Callable[..., Any]
_DECLARED = "kb_permission"
_SAME_SITE = frozenset({"same-origin", "none"})


class RefConverter(BaseConverter):
    """``<ref:ref>`` in a route: an 8-character public id, with or without a slug."""

    regex = f"{PUBLIC_ID.pattern}(?:-[a-z0-9-]*)?"
    part_isolating = True

    def to_python(self, value: str) -> Ref:
        """Split the id from the slug."""
        return Ref(value[:8], value[9:])

    def to_url(self, value: Ref) -> str:
        """Join the id and the slug."""
        return str(value)


def allows(permission: Permission, loader: Loader | None = None, *, cached: bool = False) -> Callable[[View], View]:
    """Declare what a route needs.

    ``loader(session, viewer, **url_values)`` finds the record, hiding what may not be read (NotFoundError); the view
    then gets the record instead of the URL's values. Without the permission: ForbiddenError. A record that has a
    ``ref`` is redirected to its own address when the slug in the URL is another. ``cached`` pages of anonymous
    visitors may be answered from memory until the next change.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(**url_values: Any) -> Any:
            if cached and (page := cache.lookup()) is not None:
                return page
            viewer = context.viewer()
            if loader is None:
                _require(viewer, permission, None)
                return _remember(view(**url_values), cached)
            subject = _load(loader, context.session(), viewer, url_values)
            _refuse_moved(subject, url_values)
            _require(viewer, permission, subject)
            moved = _own_address(subject, url_values)
            return moved or _remember(view(subject), cached)

        setattr(guarded, _DECLARED, permission)
        return guarded

    return decorate


def declared(view: View) -> Permission | None:
    """Return the permission a view declares, None where it declares nothing."""
    permission: Permission | None = getattr(view, _DECLARED, None)
    return permission


def check() -> None:
    """Refuse a route that declares nothing, a change that another site asks for, and a form without its token."""
    if flask.request.endpoint is None:
        return
    if "\0" in flask.request.path:
        raise NotFoundError
    if declared(flask.current_app.view_functions[flask.request.endpoint]) is None:
        message = "This address is closed."
        raise ForbiddenError(message)
    if flask.request.method not in context.SAFE_METHODS and not _asked_for_here():
        message = "This request came from another site."
        raise ForbiddenError(message)
    if flask.request.method not in context.SAFE_METHODS and not csrf.is_valid():
        raise TokenError


def _asked_for_here() -> bool:
    """Say whether a form was sent from our own pages (Fetch Metadata, else Origin; neither: not a browser)."""
    site = flask.request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _SAME_SITE
    origin = flask.request.headers.get("Origin")
    return origin is None or origin == flask.request.host_url.rstrip("/")


def _load(loader: Loader, session: orm.Session, viewer: Viewer, url_values: dict[str, Any]) -> Any:
    subject = loader(session, viewer, **url_values)
    if subject is None:
        raise NotFoundError
    return subject


def _refuse_moved(subject: Any, url_values: dict[str, Any]) -> None:
    """Refuse to change a record under the address of another that was merged into it: nobody meant that one."""
    asked, own = url_values.get("ref"), getattr(subject, "ref", None)
    is_other = isinstance(asked, Ref) and isinstance(own, Ref) and asked.public_id != own.public_id
    if is_other and flask.request.method not in context.SAFE_METHODS:
        raise NotFoundError


def _require(viewer: Viewer, permission: Permission, subject: object) -> None:
    if not can(viewer, permission, subject):
        raise SignInNeededError if viewer.is_anonymous else ForbiddenError


def _own_address(subject: Any, url_values: dict[str, Any]) -> werkzeug.Response | None:
    asked, own = url_values.get("ref"), getattr(subject, "ref", None)
    if not isinstance(asked, Ref) or own is None or asked == own or flask.request.method not in context.SAFE_METHODS:
        return None
    address = flask.url_for(flask.request.endpoint or "", **{**url_values, "ref": own})
    query = urlencode(list(flask.request.args.items(multi=True)))  # never as words of url_for: some mean more to it
    return flask.redirect(f"{address}?{query}" if query else address, 301)


def _remember(answer: Any, cached: bool) -> Any:  # noqa: FBT001 - private
    return cache.store(flask.make_response(answer)) if cached else answer
