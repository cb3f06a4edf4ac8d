"""Finished pages of anonymous visitors, kept in memory by (address, language, day) and valid for one change number.

The day is in it because it decides, without any change, which schools are members and whether a test has begun.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

import flask
from flask_babel import get_locale

from kb.web import context

GZIP_LEVEL = 2  # two thirds of the time of 4, and 6 % larger
COMPRESS_FROM = 600  # bytes; less gains nothing
_TEXT = ("text/", "application/json", "application/javascript", "image/svg")
_CACHED_STATUS = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page: its body, the same compressed, and what identifies it."""

    number: int
    etag: str
    content_type: str
    body: bytes
    zipped: bytes

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + len(self.zipped)


class PageCache:
    """A least-recently-used store with a budget in bytes; safe to use from several threads."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held = 0
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str], number: int) -> Page | None:
        """Return the page if it was made at this very change number."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.number != number:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, str], page: Page) -> None:
        """Keep a page and drop the ones not asked for longest until the budget holds."""
        if page.size > self._budget // 8:
            return
        with self._lock:
            old = self._pages.pop(key, None)
            self._held += page.size - (old.size if old else 0)
            self._pages[key] = page
            while self._held > self._budget:
                _, dropped = self._pages.popitem(last=False)
                self._held -= dropped.size


def lookup() -> flask.Response | None:
    """Return the cached answer to this request, if it is an anonymous GET and the page is still right."""
    key = _key()
    if key is None:
        return None
    page = _pages().get(key, context.change_number())
    return None if page is None else _answer(page)


def store(response: flask.Response) -> flask.Response:
    """Keep a finished page for the next visitor and answer with it."""
    key = _key()
    if (
        key is None
        or response.status_code != _CACHED_STATUS
        or response.is_streamed
        or "Set-Cookie" in response.headers
    ):
        return response
    page = _page(response.get_data(), response.content_type or "", context.change_number())
    _pages().put(key, page)
    return _answer(page)


def finish(response: flask.Response) -> flask.Response:
    """Give a page its ETag, answer 304 where the visitor has it, and compress text. Runs after every request."""
    if flask.g.get("page_done") or response.is_streamed or response.direct_passthrough:
        return response
    if response.status_code != _CACHED_STATUS or flask.request.method not in {"GET", "HEAD"}:
        return _compress(response)
    data = response.get_data()
    if "ETag" not in response.headers:
        response.headers["ETag"] = _etag(data)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    if _has_it(response.headers["ETag"]):
        return _not_modified(response)
    return _compress(response)


def _key() -> tuple[str, str] | None:
    if flask.request.method not in {"GET", "HEAD"} or not context.viewer().is_anonymous:
        return None
    if "_user_id" in flask.session:  # a session that is over: the forms of this page bear that person's token
        return None
    return flask.request.full_path, f"{get_locale()} {context.now().date()}"


def _pages() -> PageCache:
    pages: PageCache = flask.current_app.extensions["kb.pages"]
    return pages


def _page(body: bytes, content_type: str, number: int) -> Page:
    worth_it = len(body) >= COMPRESS_FROM and content_type.startswith(_TEXT)
    zipped = gzip.compress(body, GZIP_LEVEL, mtime=0) if worth_it else b""
    return Page(number, _etag(body), content_type, body, zipped)


def _answer(page: Page) -> flask.Response:
    flask.g.page_done = True
    headers = {
        "ETag": page.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Cookie",
        "Content-Type": page.content_type,
    }
    if _has_it(page.etag):
        return flask.Response(status=304, headers=headers)
    if page.zipped and _takes_gzip():
        return flask.Response(page.zipped, headers={**headers, "Content-Encoding": "gzip"})
    return flask.Response(page.body, headers=headers)


def _etag(body: bytes) -> str:
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _has_it(etag: str) -> bool:
    return etag in flask.request.headers.get("If-None-Match", "")


def _takes_gzip() -> bool:
    return "gzip" in flask.request.headers.get("Accept-Encoding", "")


def _not_modified(response: flask.Response) -> flask.Response:
    response.status_code = 304
    response.set_data(b"")
    response.headers.pop("Content-Length", None)
    response.vary.update(("Accept-Encoding", "Cookie"))
    return response


def _compress(response: flask.Response) -> flask.Response:
    if not (response.content_type or "").startswith(_TEXT) or "Content-Encoding" in response.headers:
        return response
    response.vary.update(("Accept-Encoding", "Cookie"))
    data = response.get_data()
    if len(data) >= COMPRESS_FROM and _takes_gzip():
        response.set_data(gzip.compress(data, GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
