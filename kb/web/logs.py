"""Logs: one line an event, each with the id of its request. Search words and form texts never reach a log."""

import logging
import re
import secrets
import time

import flask
import structlog

from kb.config import Settings

QUIET = frozenset({"site.alive", "site.ready", "static", "site.style"})
log = structlog.get_logger("kb")
_SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def configure(settings: Settings) -> None:
    """Set up structlog for the whole process."""
    level = getattr(logging, settings.log_level.upper())
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def begin(*, trust_proxy: bool) -> None:
    """Give the request an id (the proxy's, where one is trusted) and start its clock."""
    given = flask.request.headers.get("X-Request-ID", "") if trust_proxy else ""
    flask.g.request_id = given if _SAFE_ID.fullmatch(given) else secrets.token_hex(8)
    flask.g.started = time.perf_counter()
    structlog.contextvars.bind_contextvars(request=flask.g.request_id)


def end(response: flask.Response) -> flask.Response:
    """Log the request without its query, and tell the visitor its id."""
    request_id = flask.g.get("request_id", "")
    response.headers["X-Request-ID"] = request_id
    milliseconds = round((time.perf_counter() - flask.g.get("started", time.perf_counter())) * 1000, 1)
    write = log.debug if flask.request.endpoint in QUIET else log.info
    write("request", method=flask.request.method, path=flask.request.path, status=response.status_code, ms=milliseconds)
    structlog.contextvars.unbind_contextvars("request")
    return response
