"""The page of a cycle."""

import flask

from kb.cycles import queries
from kb.following.comments.queries import talk
from kb.following.comments.rules import SHOWN
from kb.items.imprint import imprint
from kb.items.models import Item
from kb.lineage.queries import ramp
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("cycles", __name__, url_prefix="/cycles")


@bp.get("/<ref:ref>")
@allows(Permission.ITEM_READ, queries.cycle_by_ref, cached=True)
def show(item: Item) -> str:
    """Show one test: what was predicted, what happened, what was decided."""
    session, viewer = context.session(), context.viewer()
    facts = queries.facts(session, viewer, item)
    return flask.render_template(
        "cycles/show.html",
        item=item,
        facts=facts,
        cycle=facts.cycle,
        steps=queries.steps(session, item, facts.cycle.method_version_id),
        predictions=queries.predictions(session, facts),
        results=queries.results(session, facts),
        ramp=ramp(session, viewer, item.id),
        imprint=imprint(session, item.id),
        talk=talk(session, viewer, item, limit=SHOWN),
    )
