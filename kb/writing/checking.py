"""The page on which somebody checks a write-up before it is sent."""

from collections.abc import Sequence

import flask

from kb.items.models import Item
from kb.permissions import Permission, Standing, State, can
from kb.web import context
from kb.writing import queries
from kb.writing.passages import passages
from kb.writing.readiness import readiness


def check_page(item: Item, similar: Sequence[object] = ()) -> str:
    """Show every answer with a way to change it, what is missing, and what can be done next.

    ``similar`` are ideas that say nearly the same.
    """
    session, viewer = context.session(), context.viewer()
    document = queries.working_document(session, item)
    waiting = queries.open_edit(session, item)
    is_up = item.state in (State.PUBLISHED, State.WITHDRAWN)
    return flask.render_template(
        "writing/check.html",
        item=item,
        document=document,
        passages=passages(session, viewer, document),
        ready=readiness(session, item, document),
        similar=similar,
        waiting=waiting,
        is_up=is_up,
        may_submit=can(viewer, Permission.ITEM_SUBMIT, item),
        may_publish=can(viewer, Permission.ITEM_PUBLISH, Standing.of(item, document.audience))
        and (item.state in (State.DRAFT, State.REVIEW) or waiting is not None),
        may_share=can(viewer, Permission.ITEM_SHARE, item),
        may_erase=can(viewer, Permission.ITEM_ERASE, item),
    )
