"""The list of ideas like what is being typed, as a part of a page."""

import flask

from kb.hub.similar.queries import similar
from kb.permissions import Permission
from kb.search.service import Search
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("similar", __name__)


@bp.get("/ideas/similar")
@allows(Permission.SITE_READ)
def fragment() -> flask.Response:
    """Answer with the ideas most like a title and a summary; ``but`` is the record that is being written."""
    args = flask.request.args
    held: Search = flask.current_app.extensions["kb.search"]
    found = similar(
        held,
        context.session(),
        context.viewer(),
        context.change_number(),
        title=args.get("title", ""),
        summary=args.get("summary", ""),
        but=args.get("but", ""),
    )
    response = flask.make_response(flask.render_template("hub/similar.html", similar=found))
    response.headers["Cache-Control"] = "no-store"
    return response
