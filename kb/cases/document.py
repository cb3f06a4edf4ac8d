"""The document form of a case study, and how it is read from the database."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, Self

import pydantic
import sqlalchemy as sa
from sqlalchemy import orm

from kb.cases.models import CaseSection
from kb.cases.rules import TEXTS
from kb.items.document import ItemDocument, tidy
from kb.items.models import Item
from kb.items.reading import shared_fields
from kb.permissions import State


class CaseDocument(ItemDocument):
    """A case study as files hold it."""

    kind: Literal["case"] = "case"

    @pydantic.model_validator(mode="after")
    def _sections(self) -> Self:
        unknown = sorted(set(self.texts) - set(TEXTS))
        if unknown:
            message = f"texts.{unknown[0]}: is no section of a case study. Use one of {', '.join(TEXTS)}."
            raise ValueError(message)
        return self


def documents(session: orm.Session, items: Sequence[Item]) -> dict[int, CaseDocument]:
    """Return the documents of these case studies by item id."""
    shared = shared_fields(session, items)
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for row in session.scalars(sa.select(CaseSection).where(CaseSection.item_id.in_([item.id for item in items]))):
        texts[row.item_id][row.section.value] = row.text
    return {
        item.id: tidy(
            CaseDocument.model_construct(
                **shared[item.id],
                texts={}
                if item.state is State.ERASED
                else {name: texts[item.id][name] for name in TEXTS if name in texts[item.id]},
            )
        )
        for item in items
    }
