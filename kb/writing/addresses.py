"""Addresses of a record and of the pages on which people work on it."""

import flask

from kb.items.models import Item
from kb.items.rules import Kind

FOLDERS = {Kind.IDEA: "ideas", Kind.CYCLE: "cycles", Kind.CASE: "cases"}


def item_url(item: Item) -> str:
    """Return the address of the page that readers see."""
    return f"{flask.request.root_path}/{FOLDERS[item.kind]}/{item.ref}"


def edit_url(item: Item, field: str = "") -> str:
    """Return the address where a field is written; ``field`` as a blocker names it."""
    name = field.removeprefix("texts.")
    return f"{item_url(item)}/edit" + (f"?at={name}#{name.replace('.', '-')}" if name else "")


def check_url(item: Item) -> str:
    """Return the address where the answers are checked before they are sent."""
    return f"{item_url(item)}/check"
