"""The document form of a change idea, and how it is read from the database."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

import pydantic
import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlalchemy import orm

from kb.documents import Line, PublicId, Text, Unique, Word
from kb.drivers.models import Driver, DriverIdea
from kb.ideas.models import ChangeIdea, IdeaMerge
from kb.ideas.rules import TEXTS, Cost, Target
from kb.items.document import ItemDocument, tidy
from kb.items.models import Item
from kb.items.reading import shared_fields
from kb.permissions import State

FIELDS = ("population", "cost", "staff_time", "duration", "target", "roles_needed")


class IdeaDocument(ItemDocument):
    """A change idea as files hold it."""

    kind: Literal["idea"] = "idea"
    population: Annotated[Text, Field(max_length=300)] = ""
    cost: Word[Cost] | None = None
    staff_time: Line = ""
    duration: Line = ""
    target: Word[Target] | None = None
    roles_needed: Annotated[Text, Field(max_length=300)] = ""
    drivers: Annotated[list[PublicId], Unique, AfterValidator(sorted)] = Field(default_factory=list)
    merged_into: PublicId | None = None

    @pydantic.model_validator(mode="after")
    def _complete(self) -> Self:
        if self.state in (State.REVIEW, State.PUBLISHED) and not self.drivers:
            message = "drivers: is missing. Name at least one driver that the idea is meant to move."
            raise ValueError(message)
        unknown = sorted(set(self.texts) - set(TEXTS))
        if unknown:
            message = f"texts.{unknown[0]}: is no text of an idea. Use one of {', '.join(TEXTS)}."
            raise ValueError(message)
        return self


def documents(session: orm.Session, items: Sequence[Item]) -> dict[int, IdeaDocument]:
    """Return the documents of these ideas by item id."""
    ids = [item.id for item in items]
    shared = shared_fields(session, items)
    details = {row.item_id: row for row in session.scalars(sa.select(ChangeIdea).where(ChangeIdea.item_id.in_(ids)))}
    drivers: dict[int, list[str]] = defaultdict(list)
    pairs = sa.select(DriverIdea.idea_id, Driver.public_id).join(Driver).where(DriverIdea.idea_id.in_(ids))
    for item_id, public_id in session.execute(pairs):
        drivers[item_id].append(public_id)
    merged = _merged(session, [item.id for item in items if item.state is State.WITHDRAWN])
    return {
        item.id: _document(item, shared[item.id], details[item.id], drivers[item.id], merged.get(item.id))
        for item in items
    }


def _merged(session: orm.Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the public id of the idea that each of these went into."""
    if not ids:
        return {}
    merges = sa.select(IdeaMerge.idea_id, Item.public_id).join(Item, Item.id == IdeaMerge.into_id)
    return dict(session.execute(merges.where(IdeaMerge.idea_id.in_(ids))).all())


def _document(
    item: Item, shared: dict[str, Any], row: ChangeIdea, drivers: list[str], merged: str | None
) -> IdeaDocument:
    own: dict[str, Any] = {}
    if item.state is not State.ERASED:
        own = {name: getattr(row, name) for name in FIELDS}
        own["drivers"] = sorted(drivers)
        own["merged_into"] = merged
        own["texts"] = {name: text for name in TEXTS if (text := getattr(row, name))}
    return tidy(IdeaDocument.model_construct(**shared, **own))
