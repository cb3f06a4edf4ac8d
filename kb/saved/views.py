"""The page of saved searches: what is new in each since last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import flask
import werkzeug
from flask_babel import gettext as _

from kb.accounts import throttle
from kb.cards.queries import Card, cards
from kb.errors import NotFoundError
from kb.permissions import Permission
from kb.saved import actions, queries, rules
from kb.saved.models import SavedSearch
from kb.saved.news import changed, query_of
from kb.search.query import Query
from kb.search.service import Changed, Search
from kb.web import context, network
from kb.web.gate import allows

bp = flask.Blueprint("saved", __name__, url_prefix="/searches")
HOUR = 60 * 60
DAY = 24 * HOUR
SAVES_FROM_ONE_NETWORK = 200  # a whole convening may sit behind one address


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
    mine = {search.id for search in queries.of_person(context.session(), context.viewer().person_id)}
    page = flask.render_template("saved/index.html", searches=[_news(saved) for saved in _held()], mine=mine)
    response = flask.make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("")
@allows(Permission.SITE_READ)
def save() -> werkzeug.Response:
    """Keep a search, for the person who is signed in, else for this browser; the oldest of a full list gives way."""
    query = query_of(flask.request.form.get("query", ""))
    name = " ".join(flask.request.form.get("name", "")[:400].split()) or query.text or _("All records")
    session, tokens, person_id = context.session(), _tokens(), context.viewer().person_id
    place = f"save-from:{network.address()}"
    throttle.allow(session, place, limit=SAVES_FROM_ONE_NETWORK, seconds=HOUR, now=context.now())
    for old in _full(tokens, person_id):
        actions.delete(session, old)
        tokens = [token for token in tokens if token != old.token]
    row = actions.save(session, name=name, query=_written(query), seen=context.change_number(), now=context.now())
    if person_id is None:
        tokens.append(row.token)
    else:
        actions.give(session, row, person_id)
    context.commit()
    return _answer(tokens)


@bp.post("/owner")
@allows(Permission.OWN_PAGE)
def keep() -> werkzeug.Response:
    """Put a search of this browser on the list of the person who is signed in, and so into their digest."""
    search, person_id = _mine(), context.person_id()
    for old in _full([], person_id):
        actions.delete(context.session(), old)
    actions.give(context.session(), search, person_id)
    context.commit()
    return _answer([token for token in _tokens() if token != search.token])


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


def _held() -> list[SavedSearch]:
    """Return the searches of the person who is signed in and those of this browser, the oldest first."""
    session = context.session()
    both = [*queries.of_person(session, context.viewer().person_id), *queries.held(session, _tokens())]
    return sorted({search.id: search for search in both}.values(), key=lambda search: search.id)


def _full(tokens: Sequence[str], person_id: int | None) -> Sequence[SavedSearch]:
    """Return the oldest searches of a list that has no room for one more."""
    session = context.session()
    listed = queries.held(session, tokens) if person_id is None else queries.of_person(session, person_id)
    return listed[: max(0, len(listed) + 1 - rules.LONGEST)]


def _mine() -> SavedSearch:
    """Return the search a form names, if the visitor holds its token or it belongs to them."""
    wanted = flask.request.form.get("id", 0, type=int)
    for search in _held():
        if search.id == wanted:
            return search
    raise NotFoundError


def _written(query: Query) -> str:
    return urlencode(query.args(), doseq=True)


def _news(saved: SavedSearch) -> News:
    session, viewer = context.session(), context.viewer()
    searches: Search = flask.current_app.extensions["kb.search"]
    query = query_of(saved.query)
    found = changed(searches, session, viewer, saved, context.change_number())
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
