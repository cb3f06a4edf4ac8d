"""What the hub said about a write-up: above it, wherever its writers meet it again."""

from typing import Any

import flask
from markupsafe import Markup

from kb.items.models import Item
from kb.permissions import Permission, State, can
from kb.reviews.queries import last_note, open_comments
from kb.web import context


def hub_says(item: Item | None) -> Markup:
    """Return the hub's last words and the number of its open comments, for the writers; nothing for others."""
    viewer = context.viewer()
    if item is None or item.state is State.ERASED or not can(viewer, Permission.ITEM_EDIT, item):
        return Markup()
    note, comments = last_note(context.session(), item), open_comments(context.session(), item)
    if not note and not comments:
        return Markup()
    template: Any = flask.current_app.jinja_env.get_template("components/work.html").module
    drawn: Markup = template.hub_says(note, comments, f"{flask.request.root_path}/review/{item.ref}")
    return drawn
