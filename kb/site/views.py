"""The start, the words to browse by, the short list for a meeting, what the site says of itself, and health checks."""

import flask
import sqlalchemy as sa
import werkzeug

from kb.cards.queries import cards
from kb.cycles import lists
from kb.cycles.popular import most_tested
from kb.drivers.queries import primary_drivers
from kb.items.rules import Kind, Vocabulary
from kb.items.topics import topics
from kb.networks.queries import open_questions
from kb.permissions import Permission
from kb.site import queries, shortlist
from kb.web import context
from kb.web.assets import Assets
from kb.web.gate import allows

bp = flask.Blueprint("site", __name__)
STRIP = 5
QUESTIONS = 6
TOPICS = 14
DAY = 24 * 60 * 60


@bp.get("/")
@allows(Permission.SITE_READ, cached=True)
def home() -> str:
    """Ask what the visitor wants to improve, and show what is new, what is well tested and what nobody knows yet."""
    session, viewer = context.session(), context.viewer()
    latest = lists.latest_results(session, viewer, STRIP)
    tested = most_tested(session, viewer, STRIP)
    shown = cards(session, viewer, [*latest, *tested])
    return flask.render_template(
        "site/home.html",
        results=[card for card in shown if card.kind is Kind.CYCLE],
        ideas=[card for card in shown if card.kind is Kind.IDEA],
        questions=open_questions(session, QUESTIONS),
        topics=topics(session, viewer, Vocabulary.TOPIC)[:TOPICS],
        drivers=primary_drivers(session),
    )


@bp.get("/topics")
@allows(Permission.SITE_READ, cached=True)
def browse() -> str:
    """List all topics and subjects that some idea is about, and the drivers of all networks."""
    session, viewer = context.session(), context.viewer()
    return flask.render_template(
        "site/topics.html",
        topics=topics(session, viewer, Vocabulary.TOPIC),
        subjects=topics(session, viewer, Vocabulary.SUBJECT),
        drivers=primary_drivers(session),
    )


@bp.get("/shortlist")
@allows(Permission.SITE_READ)
def meeting() -> str:
    """Show what the visitor put aside, ready to print."""
    session, viewer = context.session(), context.viewer()
    ids = queries.item_ids(session, _kept())
    return flask.render_template("site/shortlist.html", cards=cards(session, viewer, ids))


@bp.post("/shortlist")
@allows(Permission.SITE_READ)
def keep() -> werkzeug.Response:
    """Put a record on the visitor's short list."""
    return _keep(shortlist.with_id(_kept(), flask.request.form.get("id", "")))


@bp.post("/shortlist/removal")
@allows(Permission.SITE_READ)
def drop() -> werkzeug.Response:
    """Take a record off the list, or all of them if none is named."""
    public_id = flask.request.form.get("id", "")
    return _keep(shortlist.without_id(_kept(), public_id) if public_id else [])


@bp.get("/about")
@allows(Permission.SITE_READ, cached=True)
def about() -> str:
    """Say what this is."""
    return flask.render_template("site/about.html")


@bp.get("/accessibility")
@allows(Permission.SITE_READ, cached=True)
def accessibility() -> str:
    """Say how usable the site is and whom to tell when it is not."""
    return flask.render_template("site/accessibility.html")


@bp.get("/site.css")
@allows(Permission.SITE_READ)
def style() -> flask.Response:
    """Answer with the one style sheet."""
    held: Assets = flask.current_app.extensions["kb.assets"]
    return flask.Response(held.style, mimetype="text/css")


@bp.get("/livez")
@allows(Permission.SITE_READ)
def alive() -> flask.Response:
    """Say that the process answers. Touches nothing else."""
    return flask.Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@allows(Permission.SITE_READ)
def ready() -> tuple[flask.Response, int]:
    """Say whether the database answers; 503 takes this node out of the load balancer."""
    try:
        context.change_number()
    except sa.exc.SQLAlchemyError:
        return flask.jsonify(database="down"), 503
    return flask.jsonify(database="up"), 200


def _kept() -> list[str]:
    return shortlist.parse(flask.request.cookies.get(shortlist.COOKIE, ""))


def _keep(ids: list[str]) -> werkzeug.Response:
    response = flask.redirect(flask.url_for("site.meeting"), 303)
    response.set_cookie(
        shortlist.COOKIE,
        shortlist.written(ids),
        max_age=shortlist.KEPT_DAYS * DAY,
        httponly=True,
        samesite="Lax",
        secure=context.services().settings.https,
    )
    return response
