"""Addresses of a record and of the pages on which people work on it."""

import flask

from kb.items.models import Item
from kb.items.rules import FOLDERS, Kind


def item_url(item: Item) -> str:
    """Return the address of the page that readers see."""
    return f"{flask.request.root_path}/{FOLDERS[item.kind]}/{item.ref}"


def edit_url(item: Item, field: str = "") -> str:
    """Return the address where a field is written; ``field`` as a blocker names it."""
    place = _place(item.kind, field)
    return f"{item_url(item)}/edit" + (f"?at={field.removeprefix('texts.')}#{place}" if place else "")


def _place(kind: Kind, field: str) -> str:
    """Return the id of what to focus in the form of that kind."""
    name = field.removeprefix("texts.").replace(".", "-")
    match kind:
        case Kind.CASE if name.startswith("links"):
            return "cites"
        case Kind.IDEA if name.startswith("links-"):
            _, index, *rest = name.split("-")
            return f"parents-{index}-{rest[-1] if rest else 'type'}"
        case Kind.IDEA | Kind.CASE if name == "credits":
            return "credits-0-role"
        case _:
            return name


def check_url(item: Item) -> str:
    """Return the address where the answers are checked before they are sent."""
    return f"{item_url(item)}/check"
