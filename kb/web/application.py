"""Flask without what every request would pay for and no visitor without an account needs."""

from collections.abc import Callable
from typing import Any

import flask
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class _Sessions(SecureCookieSessionInterface):
    """The signed cookie, looked at only where there is one."""

    def open_session(self, app: flask.Flask, request: flask.Request) -> Any:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: flask.Flask, session: SessionMixin, response: flask.Response) -> None:
        if session or session.modified or "Cookie" not in response.headers.get("Vary", ""):
            super().save_session(app, session, response)


class Application(flask.Flask):
    """The application: its views are plain functions, so none is asked whether it is a coroutine."""

    session_interface = _Sessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func
