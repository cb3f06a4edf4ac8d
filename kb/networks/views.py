"""The list of networks and the page of one."""

import flask

from kb.cycles import lists
from kb.drivers.queries import diagram
from kb.following.queries import followed_ids, is_following
from kb.following.rules import Followed
from kb.glossary.queries import words_of
from kb.networks import coverage, queries
from kb.networks.models import Network
from kb.permissions import Permission, can
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("networks", __name__, url_prefix="/networks")


@bp.get("")
@allows(Permission.SITE_READ, cached=True)
def index() -> str:
    """List the networks."""
    session = context.session()
    return flask.render_template(
        "networks/index.html",
        networks=queries.networks(session),
        members=queries.member_counts(session, context.now().date()),
        may_create=can(context.viewer(), Permission.NETWORK_CREATE),
    )


@bp.get("/<ref:ref>")
@allows(Permission.SITE_READ, queries.network_by_ref, cached=True)
def show(network: Network) -> str:
    """Show the aim, the drivers with their ideas, who tests what, and the open questions."""
    session, viewer = context.session(), context.viewer()
    branches = diagram(session, viewer, network.id)
    members = queries.members(session, network.id, context.now().date())
    counts = lists.coverage(session, viewer, network.id)
    return flask.render_template(
        "networks/show.html",
        network=network,
        branches=branches,
        members=members,
        tests=coverage.by_driver(counts),
        table=coverage.table(
            drivers=[(leaf.id, leaf.title) for branch in branches for leaf in (branch.branches or [branch])],
            schools=[(school.id, school.name) for school in members],
            counts=counts,
        ),
        following=is_following(session, viewer, Followed.NETWORK, network.public_id),
        followed_drivers=None if viewer.is_anonymous else followed_ids(session, viewer, Followed.DRIVER),
        months=coverage.months(lists.per_month(session, viewer, network.id)),
        words=words_of(session, network.labels),
        may_edit=can(viewer, Permission.NETWORK_EDIT, network),
    )
