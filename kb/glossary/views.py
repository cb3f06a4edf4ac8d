"""The glossary and the page of one term."""

import flask

from kb.glossary import queries
from kb.glossary.models import Term
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("glossary", __name__, url_prefix="/glossary")


@bp.get("")
@allows(Permission.SITE_READ, cached=True)
def index() -> str:
    """List all words from A to Z."""
    return flask.render_template("glossary/index.html", letters=queries.index(context.session()))


@bp.get("/<code>")
@allows(Permission.SITE_READ, queries.term_by_code, cached=True)
def show(term: Term) -> str:
    """Show what a term means and where the meaning comes from."""
    return flask.render_template("glossary/show.html", term=term, related=queries.related(context.session(), term))
