"""A person's own page: the first one after signing in."""

import datetime as dt
from dataclasses import dataclass

import flask
import werkzeug

from kb.accounts.models import Person
from kb.accounts.queries import roles_of
from kb.following import actions, queries
from kb.following.asking.queries import waiting as questions_waiting
from kb.following.comments.queries import my_questions, open_reports, unanswered
from kb.following.digest.queries import frequency_of
from kb.following.digest.rules import Frequency
from kb.following.me.queries import typed, write_ups
from kb.following.news import news
from kb.following.problems.queries import waiting as problems_waiting
from kb.permissions import Permission, can
from kb.reviews.queries import queue
from kb.saved.models import SavedSearch
from kb.saved.news import changed, query_of
from kb.saved.queries import of_person
from kb.search.service import Search
from kb.web import context
from kb.web.gate import allows
from kb.writing.capture.queries import notes

bp = flask.Blueprint("me", __name__, url_prefix="/me")
QUESTIONS = 20
HORIZON = dt.timedelta(days=90)  # what is older is no news, also for who was away


@dataclass(frozen=True, slots=True)
class Searched:
    """A saved search with the number of new records in it, None where that is not known now."""

    saved: SavedSearch
    url: str
    new: int | None


@bp.get("")
@allows(Permission.OWN_PAGE)
def show() -> flask.Response:
    """Show what waits for the person, what they write, and what is new in what they follow."""
    session, viewer = context.session(), context.viewer()
    followed = news(session, viewer, queries.follows_of(session, viewer), horizon=context.now() - HORIZON)
    reviews = len(queue(session, viewer)) if can(viewer, Permission.REVIEW_QUEUE) else 0
    page = flask.render_template(
        "following/me.html",
        inbox=_inbox(),
        reviews=reviews,
        write_ups=write_ups(session, viewer),
        typed=typed(session, viewer),
        notes=notes(session, context.person_id()),
        followed=followed,
        any_news=any(one.changes for one in followed),
        until=context.now().isoformat(),
        asked=my_questions(session, viewer, limit=QUESTIONS),
        unanswered=unanswered(session, viewer, limit=QUESTIONS),
        searches=[_searched(saved) for saved in of_person(session, viewer.person_id)],
        frequency=frequency_of(session, context.person_id()),
        frequencies=list(Frequency),
        may_write=can(viewer, Permission.ITEM_CREATE),
        roles=roles_of(session, session.get_one(Person, context.person_id())),
    )
    response = flask.make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/visit")
@allows(Permission.OWN_PAGE)
def visit() -> werkzeug.Response:
    """Note that the person has seen what the page they looked at showed as new."""
    try:
        until = dt.datetime.fromisoformat(flask.request.form.get("until", ""))
    except ValueError:
        until = context.now()
    if until.tzinfo is None or until > context.now():
        until = context.now()
    actions.see(context.session(), until=until, by=context.person_id())
    context.commit()
    return flask.redirect(flask.url_for("me.show"), 303)


def _inbox() -> int:
    """Return how much waits in the inbox."""
    session, viewer = context.session(), context.viewer()
    if not can(viewer, Permission.INBOX_READ):
        return 0
    lists = (problems_waiting(session, viewer), questions_waiting(session, viewer), open_reports(session, viewer))
    return sum(len(found) for found in lists)


def _searched(saved: SavedSearch) -> Searched:
    searches: Search = flask.current_app.extensions["kb.search"]
    found = changed(searches, context.session(), context.viewer(), saved, context.change_number())
    url = flask.url_for("search.results", **query_of(saved.query).args())  # type: ignore[arg-type]  # lists repeat
    return Searched(saved, url, None if found is None else found.total)
