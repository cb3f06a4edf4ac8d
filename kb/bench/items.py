"""What all seeded items share: who may read them, dates, tags, credits, their one revision."""

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kb import markup
from kb.bench.bulk import Bulk
from kb.bench.chance import chance, numbered
from kb.bench.places import TODAY, Place, person_name
from kb.bench.prose import Text
from kb.bench.registers import Tags
from kb.documents import time_text
from kb.ids import slugify
from kb.items.models import Adaptation, Credit, Item, ItemTag, Link, Publication, Revision
from kb.items.rules import CreditRole, Kind, LinkType, RevisionStatus, Vocabulary
from kb.permissions import Audience, State

LICENCE = "CC-BY-4.0"
_FATES = (  # 70 % of all may be read by everyone
    (0.70, State.PUBLISHED, Audience.PUBLIC),
    (0.80, State.PUBLISHED, Audience.NETWORK),
    (0.87, State.PUBLISHED, Audience.SCHOOL),
    (0.90, State.PUBLISHED, Audience.OWNER),
    (0.94, State.DRAFT, Audience.PUBLIC),
    (0.97, State.REVIEW, Audience.PUBLIC),
    (1.00, State.WITHDRAWN, Audience.PUBLIC),
)
_ROLES = (CreditRole.TEACHER, CreditRole.TEACHER, CreditRole.COACH, CreditRole.LEADER, CreditRole.COUNSELOR)
_FIELDS = {
    Vocabulary.TOPIC: "topics",
    Vocabulary.SUBJECT: "subjects",
    Vocabulary.GROUP: "groups",
    Vocabulary.GRADE: "grades",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """A link to an item already written; ``frame`` are the answers of an adaptation."""

    target_id: int
    type: LinkType
    reason: str = ""
    frame: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """An item about to be written. ``own`` are the fields of its kind, as its document has them."""

    kind: Kind
    place: Place
    title: str
    summary: str
    created: dt.datetime
    texts: dict[str, Text]
    tags: list[tuple[Vocabulary, str]]
    own: dict[str, Any]
    links: list[Edge] = field(default_factory=list)
    for_all: bool = False


class Items:
    """Writes what items share and gives them their ids."""

    def __init__(self, bulk: Bulk, seed: int, tags: Tags, change: int) -> None:
        self._bulk, self._tags, self._change = bulk, tags, change
        self._draw = chance(seed, "items")
        self._ids: Iterator[tuple[int, str]] = numbered(seed, "item")
        self._link_ids = itertools.count(1)
        self.public_ids: list[str] = [""]  # by row id, from 1

    def number(self) -> int:
        """Give the next item its ids; return the row id."""
        item_id, public_id = next(self._ids)
        self.public_ids.append(public_id)
        return item_id

    def write(self, item_id: int, sheet: Sheet) -> None:
        """Write the item and all that its kind does not add."""
        draw, place = self._draw, sheet.place
        state, audience = (State.PUBLISHED, Audience.PUBLIC) if sheet.for_all else _fate(draw)
        was_published = state in (State.PUBLISHED, State.WITHDRAWN)
        soon = min(TODAY, sheet.created + dt.timedelta(days=1 + draw.random() * 30))
        published = soon if was_published else None
        withdrawn = soon + dt.timedelta(days=40) if state is State.WITHDRAWN else None
        self._bulk.add(
            Item,
            id=item_id,
            public_id=self.public_ids[item_id],
            kind=sheet.kind,
            slug=slugify(sheet.title),
            title=sheet.title,
            summary=sheet.summary,
            state=state,
            audience=audience,
            shared_with_school=state is State.DRAFT and draw.random() < 0.5,  # noqa: PLR2004 - every second
            author_id=place.author_id,
            school_id=place.id,
            network_id=place.network_id,
            fictional=True,
            edition=int(was_published),
            created_at=sheet.created,
            updated_at=withdrawn or published or sheet.created,
            published_at=published,
            html={name: text.html for name, text in sheet.texts.items()},
            renderer=markup.RENDERER,
            change_seq=self._change,
        )
        for tag in sheet.tags:
            self._bulk.add(ItemTag, item_id=item_id, tag_id=self._tags[tag])
        for edge in sheet.links:
            self._link(item_id, edge)
        people = self._credits(item_id)
        if published is not None:
            self._publish(item_id, State.DRAFT, State.PUBLISHED, published, place)
            self._revise(item_id, sheet, audience, published, people)
        if withdrawn is not None:
            self._publish(item_id, State.PUBLISHED, State.WITHDRAWN, withdrawn, place)

    def _credits(self, item_id: int) -> list[dict[str, Any]]:
        draw = self._draw
        people = [{"name": person_name(draw), "role": draw.choice(_ROLES)} for _ in range(1 + int(draw.random() * 2))]
        for position, person in enumerate(people):
            self._bulk.add(Credit, item_id=item_id, position=position, **person)
        return people

    def _link(self, item_id: int, edge: Edge) -> None:
        link_id = next(self._link_ids)
        self._bulk.add(
            Link, id=link_id, source_id=item_id, target_id=edge.target_id, type=edge.type, reason=edge.reason
        )
        if edge.frame:
            self._bulk.add(Adaptation, link_id=link_id, **edge.frame)

    def _entry(self, edge: Edge) -> dict[str, Any]:
        """Return a link as the item's document has it."""
        frame = {name: value for name, value in edge.frame.items() if value}
        entry = {"type": edge.type, "target": self.public_ids[edge.target_id], "edition": 1, "reason": edge.reason}
        return {name: value for name, value in {**entry, "adaptation": frame}.items() if value}

    def _publish(self, item_id: int, before: State, after: State, at: dt.datetime, place: Place) -> None:
        self._bulk.add(
            Publication, item_id=item_id, from_state=before, to_state=after, edition=1, at=at, person_id=place.author_id
        )

    def _revise(
        self, item_id: int, sheet: Sheet, audience: Audience, at: dt.datetime, people: list[dict[str, Any]]
    ) -> None:
        content = {
            "kind": sheet.kind,
            "id": self.public_ids[item_id],
            "title": sheet.title,
            "summary": sheet.summary,
            "language": "en",
            "licence": LICENCE,
            "state": State.PUBLISHED,
            "audience": audience,
            "network": sheet.place.network_public_id,
            "school": sheet.place.public_id,
            "author": sheet.place.author_public_id,
            "created": time_text(sheet.created),
            "published": time_text(at),
            "fictional": True,
            **self._tagged(sheet.tags),
            "credits": people,
            "links": [self._entry(edge) for edge in sheet.links],
            "texts": {name: text.markdown for name, text in sheet.texts.items()},
            **sheet.own,
        }
        self._bulk.add(
            Revision,
            item_id=item_id,
            number=1,
            base=None,
            edition=1,
            status=RevisionStatus.PUBLISHED,
            author_id=sheet.place.author_id,
            at=at,
            content={name: value for name, value in content.items() if value not in ("", None, [], {})},
        )

    @staticmethod
    def _tagged(tags: list[tuple[Vocabulary, str]]) -> dict[str, list[str]]:
        named: dict[str, list[str]] = {}
        for vocabulary, label in tags:
            named.setdefault(_FIELDS[vocabulary], []).append(label)
        return named


def _fate(draw: random.Random) -> tuple[State, Audience]:
    chosen = draw.random()
    return next((state, audience) for share, state, audience in _FATES if chosen < share)
