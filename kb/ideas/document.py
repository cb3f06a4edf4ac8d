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
from kb.ideas.models import ChangeIdea
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
    return {item.id: _document(item, shared[item.id], details[item.id], drivers[item.id]) for item in items}


def _document(item: Item, shared: dict[str, Any], row: ChangeIdea, drivers: list[str]) -> IdeaDocument:
    own: dict[str, Any] = {}
    if item.state is not State.ERASED:
        own = {name: getattr(row, name) for name in FIELDS}
        own["drivers"] = sorted(drivers)
        own["texts"] = {name: text for name in TEXTS if (text := getattr(row, name))}
    return tidy(IdeaDocument.model_construct(**shared, **own))
