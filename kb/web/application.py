"""Flask without what every request would pay for and no visitor without an account needs."""

from collections.abc import Callable
from typing import Any

import flask
import jinja2
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.templating import Environment
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property


class _Request(flask.Request):
    """A request without NUL: no keyboard types it, and PostgreSQL stores it nowhere. Paths with it lead nowhere."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        given = super().args
        return _without_nul(given) if b"%00" in self.query_string else given

    def _load_form_data(self) -> None:
        super()._load_form_data()
        if any("\0" in value for _, value in self.form.items(multi=True)):
            self.__dict__["form"] = _without_nul(self.form)


def _without_nul(given: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(name, value.replace("\0", "")) for name, value in given.items(multi=True)])


class _Sessions(SecureCookieSessionInterface):
    """The signed cookie, looked at only where there is one."""

    def open_session(self, app: flask.Flask, request: flask.Request) -> Any:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: flask.Flask, session: SessionMixin, response: flask.Response) -> None:
        if session or session.modified or "Cookie" not in response.headers.get("Vary", ""):
            super().save_session(app, session, response)


class _Template(jinja2.Template):
    """A template whose macros are imported as they are: no template of ours has globals of its own to compare."""

    def _get_default_module(self, _ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class _Environment(Environment):
    template_class = _Template


class Application(flask.Flask):
    """The application: its views are plain functions, so none is asked whether it is a coroutine."""

    request_class = _Request
    session_interface = _Sessions()
    jinja_environment = _Environment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func
