"""The page of saved searches: what is new in each since last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

import flask
import werkzeug
from flask_babel import gettext as _

from kb.cards.queries import Card, cards
from kb.errors import NotFoundError
from kb.permissions import Permission
from kb.saved import actions, queries, rules
from kb.saved.models import SavedSearch
from kb.search import query as grammar
from kb.search.query import Query
from kb.search.service import Changed, Search
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("saved", __name__, url_prefix="/searches")
DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class News:
    """A saved search as it is shown, with what is new or changed (None: not known now) and the newest of it."""

    saved: SavedSearch
    url: str
    feed: str
    changed: Changed | None
    cards: Sequence[Card]


@bp.get("")
@allows(Permission.SITE_READ)
def index() -> flask.Response:
    """List the visitor's searches with what is new in each."""
    held = queries.held(context.session(), _tokens())
    page = flask.render_template("saved/index.html", searches=[_news(saved) for saved in held])
    response = flask.make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("")
@allows(Permission.SITE_READ)
def save() -> werkzeug.Response:
    """Keep a search; the oldest of a full list gives way."""
    query = _query(flask.request.form.get("query", ""))
    name = " ".join(flask.request.form.get("name", "")[:400].split()) or query.text or _("All records")
    session, tokens = context.session(), _tokens()
    for old in queries.held(session, tokens)[: max(0, len(tokens) + 1 - rules.LONGEST)]:
        actions.delete(session, old)
        tokens.remove(old.token)
    row = actions.save(session, name=name, query=_written(query), seen=context.change_number(), now=context.now())
    tokens.append(row.token)
    context.commit()
    return _answer(tokens)


@bp.post("/removal")
@allows(Permission.SITE_READ)
def remove() -> werkzeug.Response:
    """Forget one search."""
    search = _mine()
    tokens = [token for token in _tokens() if token != search.token]
    actions.delete(context.session(), search)
    context.commit()
    return _answer(tokens)


@bp.post("/visit")
@allows(Permission.SITE_READ)
def visit() -> werkzeug.Response:
    """Note that the visitor has seen what the page they looked at showed as new."""
    search, seen = _mine(), flask.request.form.get("seen", 0, type=int)
    actions.see(search, seen=min(seen, context.change_number()), now=context.now())
    context.commit()
    return _answer(_tokens())


def _tokens() -> list[str]:
    return rules.parse(flask.request.cookies.get(rules.COOKIE, ""))


def _mine() -> SavedSearch:
    """Return the search a form names, if the visitor holds its token."""
    wanted = flask.request.form.get("id", 0, type=int)
    for search in queries.held(context.session(), _tokens()):
        if search.id == wanted:
            return search
    raise NotFoundError


def _query(written: str) -> Query:
    """Return the search of an address, from its first page."""
    return grammar.parse(parse_qs(written[: 4 * rules.LONGEST_QUERY], max_num_fields=None)).with_page(1)


def _written(query: Query) -> str:
    return urlencode(query.args(), doseq=True)


def _news(saved: SavedSearch) -> News:
    session, viewer = context.session(), context.viewer()
    searches: Search = flask.current_app.extensions["kb.search"]
    query = _query(saved.query)
    found = searches.changed(session, viewer, query, context.change_number(), after=saved.seen)
    feed = flask.url_for("search.feed", **query.args())  # type: ignore[arg-type]  # lists repeat
    url = flask.url_for("search.results", **query.args())  # type: ignore[arg-type]  # lists repeat
    return News(saved, url, feed, found, cards(session, viewer, found.ids if found else ()))


def _answer(tokens: list[str]) -> werkzeug.Response:
    response = flask.redirect(flask.url_for("saved.index"), 303)
    response.set_cookie(
        rules.COOKIE,
        rules.written(tokens),
        max_age=rules.KEPT_DAYS * DAY,
        path=flask.url_for("saved.index"),
        httponly=True,
        samesite="Lax",
        secure=context.services().settings.https,
    )
    return response
