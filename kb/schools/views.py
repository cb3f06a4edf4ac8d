"""The list of schools and the page of one."""

import flask

from kb.accounts.people.queries import Team
from kb.cards.queries import cards
from kb.cycles import lists
from kb.following.queries import is_following
from kb.following.rules import Followed
from kb.ideas.queries import born_at
from kb.items.queries import counts_at
from kb.items.rules import Kind
from kb.networks.queries import networks_of
from kb.permissions import Permission, can
from kb.schools import queries
from kb.schools.models import School
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("schools", __name__, url_prefix="/schools")
MOST_CYCLES = 20  # the search shows all
MOST_IDEAS = 10
LONGEST_NAME = 100


@bp.get("")
@allows(Permission.SITE_READ, cached=True)
def index() -> str:
    """List the schools by name, a page at a time."""
    session, viewer = context.session(), context.viewer()
    words = flask.request.args.get("name", "")[:LONGEST_NAME]
    page = queries.listed(session, words=words, number=flask.request.args.get("page", 1, type=int))
    counts = lists.counts_by_school(session, viewer, [school.id for school in page.schools])
    return flask.render_template("schools/index.html", page=page, words=words, counts=counts)


@bp.get("/<ref:ref>")
@allows(Permission.SITE_READ, queries.school_by_ref, cached=True)
def show(school: School) -> str:
    """Show the facts of a school, what it tested and what was born there."""
    session, viewer = context.session(), context.viewer()
    totals = counts_at(session, viewer, school.id)
    networks = networks_of(session, school.id, context.now().date())
    team = Team(school.id, frozenset(network.id for network in networks), school.name, school.ref)
    return flask.render_template(
        "schools/show.html",
        school=school,
        latest=school.contexts[-1] if school.contexts else None,
        cycles=lists.at_school(session, viewer, school.id, limit=MOST_CYCLES),
        all_cycles=totals.get(Kind.CYCLE, 0),
        ideas=cards(session, viewer, born_at(session, viewer, school.id, MOST_IDEAS)),
        all_ideas=totals.get(Kind.IDEA, 0),
        networks=networks,
        may_invite=can(viewer, Permission.TEAM_INVITE, team),
        following=is_following(session, viewer, Followed.SCHOOL, school.public_id),
    )
