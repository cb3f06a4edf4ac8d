"""The page of a case study."""

import flask

from kb.cards.queries import cards
from kb.cases import queries
from kb.cases.rules import Section
from kb.following.comments.queries import talk
from kb.following.comments.rules import SHOWN
from kb.items.imprint import imprint
from kb.items.models import Item
from kb.items.rules import Kind
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("cases", __name__, url_prefix="/cases")


@bp.get("/<ref:ref>")
@allows(Permission.ITEM_READ, queries.case_by_ref, cached=True)
def show(case: Item) -> str:
    """Show the story with what it cites."""
    session, viewer = context.session(), context.viewer()
    cited = cards(session, viewer, queries.cited_ids(session, case.id))
    return flask.render_template(
        "cases/show.html",
        case=case,
        sections=[section for section in Section if case.html.get(section.value)],
        ideas=[card for card in cited if card.kind is Kind.IDEA],
        cycles=[card for card in cited if card.kind is Kind.CYCLE],
        origin=queries.origin(session, case),
        imprint=imprint(session, case.id),
        talk=talk(session, viewer, case, limit=SHOWN),
    )
