"""The list of methods and the page of one."""

import flask

from kb.methods import queries
from kb.methods.models import MethodVersion
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("methods", __name__, url_prefix="/methods")


@bp.get("")
@allows(Permission.SITE_READ, cached=True)
def index() -> str:
    """List the methods with their steps."""
    return flask.render_template("methods/index.html", methods=queries.methods(context.session()))


@bp.get("/<code>")
@allows(Permission.SITE_READ, queries.method_by_code, cached=True)
def show(method: MethodVersion) -> str:
    """Show a method: its steps, their questions and the neutral phases they belong to."""
    return flask.render_template("methods/show.html", method=method)
