"""Error pages: what happened in plain words, what to do next, and the request id to tell whoever runs the site."""

from http import HTTPStatus
from urllib.parse import urlencode

import flask
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from kb.errors import (
    ForbiddenError,
    KbError,
    NotFoundError,
    SignInNeededError,
    TokenError,
    TooManyError,
    WithdrawnError,
)
from kb.web import context, csrf
from kb.web.logs import log


def register(app: flask.Flask) -> None:
    """Answer every failure with a page."""
    app.register_error_handler(KbError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def _known(error: KbError) -> flask.typing.ResponseReturnValue:
    _undo()
    if isinstance(error, TooManyError):
        return _too_many(error)
    if _can_be_sent_again(error):
        return _kept(error)
    if _wants_sign_in(error):
        return flask.redirect(f"{flask.request.root_path}/sign-in?{urlencode({'next': flask.request.full_path})}", 303)
    if isinstance(error, WithdrawnError):
        return flask.render_template("errors/withdrawn.html", error=error, facts=error.facts), error.status
    message = "" if str(error) == error.title else str(error)
    return _page(error.title, message, error.advice, error.status)


def _can_be_sent_again(error: KbError) -> bool:
    """Say whether somebody typed something that would be lost: a refused token, or a session that is over."""
    if flask.request.method in context.SAFE_METHODS or not flask.request.form:
        return False
    signed_out = isinstance(error, NotFoundError | ForbiddenError) and context.viewer().is_anonymous
    return isinstance(error, TokenError) or signed_out


def _kept(error: KbError) -> tuple[str, int]:
    """Show everything that was sent, with a button that sends it again. Says nothing about what is at the address."""
    signed_out = context.viewer().is_anonymous
    title = _("You are not signed in") if signed_out else _("Please send this once more")
    message = (
        _("Nothing you typed is lost. If you have an account, sign in and send it again.")
        if signed_out
        else _("This page was open for a long time, or somebody else signed in here. Nothing you typed is lost.")
    )
    page = flask.render_template(
        "errors/kept.html", title=title, message=message, kept=csrf.kept(), signed_out=signed_out
    )
    return page, int(error.status)


def _too_many(error: TooManyError) -> flask.Response:
    """Say when it may be tried again; what was typed stays."""
    typed = flask.request.method not in context.SAFE_METHODS and flask.request.form
    page = (
        flask.render_template(
            "errors/kept.html", title=error.title, message=str(error), kept=csrf.kept(), signed_out=False
        )
        if typed
        else _page(error.title, str(error), error.advice, error.status)[0]
    )
    response = flask.make_response(page, int(error.status))
    response.headers["Retry-After"] = str(error.facts["seconds"])
    return response


def _wants_sign_in(error: KbError) -> bool:
    """Say whether signing in may help: it is asked for, or the session of the visitor's cookie is over."""
    if flask.request.method not in context.SAFE_METHODS:
        return False
    if isinstance(error, SignInNeededError):
        return True
    was_signed_in = "_user_id" in flask.session
    return isinstance(error, NotFoundError) and was_signed_in and context.viewer().is_anonymous


def _http(error: HTTPException) -> flask.typing.ResponseReturnValue:
    _undo()
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # a redirect of the router
    if error.code == HTTPStatus.NOT_FOUND:
        return _page(NotFoundError.title, "", NotFoundError.advice, error.code)
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _page(
            _("That is too large"),
            _("The site does not take a file or a text of that size."),
            _("Go back in your browser. Choose a smaller file, or write a link to it."),
            error.code,
        )
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        page = _page(_("This address shows nothing by itself"), "", NotFoundError.advice, error.code)
        return *page, {"Allow": ", ".join(sorted(getattr(error, "valid_methods", None) or ()))}
    return _page(error.name, error.description or "", KbError.advice, error.code)


def _unknown(error: Exception) -> tuple[str, int]:
    _undo()
    log.error("failed", exc_info=error)
    return _page(
        _("Something went wrong on our side"),
        _("The people who run this site can find out more with the number below."),
        _("Please try again in a minute."),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _undo() -> None:
    context.close()


def _page(title: str, message: str, advice: str, status: int) -> tuple[str, int]:
    return (
        flask.render_template("errors/error.html", title=title, message=message, advice=advice, status=int(status)),
        int(status),
    )
