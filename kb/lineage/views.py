"""The family tree of an idea, and the same as tables."""

import flask
from sqlalchemy import orm

from kb.ideas.queries import idea_by_ref
from kb.items.models import Item
from kb.lineage import queries, tables
from kb.lineage.family import Family, Idea, Test
from kb.lineage.page import page
from kb.permissions import Permission, Viewer
from kb.site.templating import item_url
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("lineage", __name__, url_prefix="/ideas")


@bp.get("/<ref:ref>/lineage")
@allows(Permission.ITEM_READ, idea_by_ref, cached=True)
def show(idea: Item) -> str:
    """Show the family on a time axis and where each version was tested; ``?whole`` opens everything."""
    family = _family(idea)
    arranged = page(family, whole="whole" in flask.request.args)
    told = queries.changes(*_viewing(), arranged.told)
    told.sort(key=lambda change: arranged.told.index(change.child))
    return flask.render_template("lineage/show.html", idea=idea, page=arranged, changes=told)


@bp.get("/<ref:ref>/lineage.csv")
@allows(Permission.ITEM_READ, idea_by_ref)
def table(idea: Item) -> flask.Response:
    """Answer with one row for each idea of the family."""
    family = _family(idea)
    present = [member.id for member in family.ideas.values() if not member.withdrawn]
    return _csv(tables.lineage(family, queries.changes(*_viewing(), present), _url), f"lineage-{idea.ref}.csv")


@bp.get("/<ref:ref>/tested-where.csv")
@allows(Permission.ITEM_READ, idea_by_ref)
def matrix_csv(idea: Item) -> flask.Response:
    """Answer with one row for each idea and each school that tested it."""
    return _csv(tables.tested_where(_family(idea), _url), f"tested-where-{idea.ref}.csv")


def _viewing() -> tuple[orm.Session, Viewer]:
    return context.session(), context.viewer()


def _family(idea: Item) -> Family:
    return queries.family(*_viewing(), idea.id)


def _url(item: Idea | Test) -> str:
    return context.link(item_url(item))


def _csv(text: str, filename: str) -> flask.Response:
    answer = flask.Response(text, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    return answer
