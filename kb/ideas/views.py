"""The page of a change idea."""

import flask

from kb.cycles import lists
from kb.drivers.queries import drivers_of
from kb.evidence.queries import warrants
from kb.following.comments.queries import talk
from kb.following.comments.rules import SHOWN
from kb.following.queries import is_following
from kb.following.rules import Followed
from kb.ideas import queries
from kb.items.imprint import imprint
from kb.items.models import Item
from kb.items.relations import relations
from kb.packages.queries import holding
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("ideas", __name__, url_prefix="/ideas")


@bp.get("/<ref:ref>")
@allows(Permission.ITEM_READ, queries.idea_by_ref, cached=True)
def show(idea: Item) -> str:
    """Show what to do, what happened where, and where the idea comes from."""
    session, viewer = context.session(), context.viewer()
    limit = None if "all" in flask.request.args else lists.SHORT
    cycles = lists.of_idea(session, viewer, idea.id, limit=limit)
    warrant = warrants(session, viewer, [idea.id])[idea.id]
    return flask.render_template(
        "ideas/show.html",
        idea=idea,
        facts=queries.facts(session, idea),
        warrant=warrant,
        schools=lists.by_school(cycles),
        failed=[line for line in cycles if line.failed],
        now=[line for line in cycles if line.is_open],
        shown=len(cycles),
        total=warrant.cycles + warrant.running + warrant.planned,
        drivers=drivers_of(session, idea.id),
        relations=relations(session, viewer, idea.id),
        imprint=imprint(session, idea.id),
        packages=holding(session, viewer, idea.id),
        talk=talk(session, viewer, idea, limit=SHOWN),
        following=is_following(session, viewer, Followed.IDEA, idea.public_id),
    )
