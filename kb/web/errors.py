"""Error pages: what happened in plain words, what to do next, and the request id to tell whoever runs the site."""

from http import HTTPStatus

import flask
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from kb.errors import KbError, NotFoundError, WithdrawnError
from kb.web import context
from kb.web.logs import log


def register(app: flask.Flask) -> None:
    """Answer every failure with a page."""
    app.register_error_handler(KbError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def _known(error: KbError) -> tuple[str, int]:
    _undo()
    if isinstance(error, WithdrawnError):
        return flask.render_template("errors/withdrawn.html", error=error, facts=error.facts), error.status
    message = "" if str(error) == error.title else str(error)
    return _page(error.title, message, error.advice, error.status)


def _http(error: HTTPException) -> flask.typing.ResponseReturnValue:
    _undo()
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # a redirect of the router
    if error.code == HTTPStatus.NOT_FOUND:
        return _page(NotFoundError.title, "", NotFoundError.advice, error.code)
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
