"""The style sheet and the two health checks."""

import flask
import sqlalchemy as sa

from kb.permissions import Permission
from kb.web import context
from kb.web.assets import Assets
from kb.web.gate import allows

bp = flask.Blueprint("site", __name__)


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
