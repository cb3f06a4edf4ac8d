"""The page for whoever opened a form before somebody else saved: all of their text, and a choice for each field."""

import json
from dataclasses import dataclass
from typing import Any

import flask
from sqlalchemy import orm

from kb.items.document import ADMINISTRATIVE
from kb.items.rules import FOLDERS
from kb.web import context
from kb.writing import diff, merge, queries
from kb.writing.actions import FIXED, StaleError
from kb.writing.passages import passages

MINE, THEIRS, BOTH = "mine", "theirs", "both"
_LEFT_OUT = frozenset({*ADMINISTRATIVE, *FIXED})


@dataclass(frozen=True, slots=True)
class Choice:
    """A field to choose, in words: what stood there when the form was opened, and what each made of it."""

    field: str
    label: Any
    mine: list[diff.Piece]
    theirs: list[diff.Piece]
    can_be_both: bool


def page(error: StaleError) -> tuple[str, int]:
    """Show both texts field by field. What only one of the two changed is put together already."""
    session = context.session()
    session.rollback()
    session.refresh(error.item)
    merged = _merged(error)
    labels = _labels(session, error)
    choices = [_choice(conflict, labels) for conflict in merged.conflicts]
    shown = flask.render_template(
        "writing/conflict.html",
        item=error.item,
        choices=choices,
        taken=[labels.get(name, _plain_name(name)) for name in merged.taken],
        mine=json.dumps(merged.values, ensure_ascii=False),
        base=queries.base_of(session, error.item),
        address=f"{flask.request.root_path}/{FOLDERS[error.item.kind]}/{error.item.public_id}/merging",
    )
    return shown, int(error.status)


def chosen(sent: Any, standing: Any) -> Any:
    """Return the document that the page's form asks for; ``standing`` is the text that somebody else saved.

    Raises ValueError if the form was not made by the page.
    """
    told = json.loads(sent.get("mine", ""))
    if not isinstance(told, dict):
        raise ValueError  # noqa: TRY004 - as JSON's own, for whoever calls
    values = {name: value for name, value in told.items() if name not in _LEFT_OUT}
    theirs = _fields(standing)
    for name in [key.removeprefix("choice.") for key in sent if key.startswith("choice.")]:
        choice, mine, other = sent[f"choice.{name}"], values.get(name), theirs.get(name)
        if choice == THEIRS:
            values[name] = other
        elif choice == BOTH and isinstance(mine, str) and isinstance(other, str):
            values[name] = f"{mine}\n\n{other}"
    return _filled(values, standing)


def together(error: StaleError) -> Any | None:
    """Return the text with what both changed, None where both changed the same field in another way."""
    merged = _merged(error)
    return None if merged.conflicts else _filled(merged.values, error.theirs)


def _filled(values: dict[str, Any], standing: Any) -> Any:
    fixed = {name: value for name, value in standing.as_json().items() if name in _LEFT_OUT - {"minor"}}
    kept = {name: value for name, value in values.items() if value is not None}
    return type(standing).from_json(merge.nested(kept) | fixed)


def _merged(error: StaleError) -> merge.Merged:
    base = None if error.base is None else _fields(error.base)
    return merge.merge(base, _fields(error.mine), _fields(error.theirs))


def _fields(document: Any) -> dict[str, Any]:
    return merge.flat(document.as_json(_LEFT_OUT))


def _labels(session: orm.Session, error: StaleError) -> dict[str, Any]:
    viewer = context.viewer()
    found = [*passages(session, viewer, error.theirs), *passages(session, viewer, error.mine)]
    return {passage.field.split(".0")[0]: passage.label for passage in reversed(found)}


def _choice(conflict: merge.Conflict, labels: dict[str, Any]) -> Choice:
    before, mine, theirs = (diff.words(value) for value in (conflict.base, conflict.mine, conflict.theirs))
    return Choice(
        field=conflict.field,
        label=labels.get(conflict.field, _plain_name(conflict.field)),
        mine=diff.pieces(before, mine),
        theirs=diff.pieces(before, theirs),
        can_be_both=conflict.field.startswith("texts.") and bool(mine and theirs),
    )


def _plain_name(field: str) -> str:
    return field.removeprefix("texts.").replace("_", " ").capitalize()
