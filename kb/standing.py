"""What a record is to whoever decides about it: its state, its audience, and the columns that say whose it is."""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Protocol


class State(enum.StrEnum):
    """Where an item stands. The words are those of the design's table "who may read what"."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Audience(enum.StrEnum):
    """For whom a published item is."""

    OWNER = "owner"
    SCHOOL = "school"
    NETWORK = "network"
    PUBLIC = "public"


class Readable(Protocol):
    """The columns of an item that decide who may read it."""

    @property
    def state(self) -> State: ...  # noqa: D102 - named by the column
    @property
    def audience(self) -> Audience: ...  # noqa: D102
    @property
    def author_id(self) -> int | None: ...  # noqa: D102
    @property
    def school_id(self) -> int | None: ...  # noqa: D102
    @property
    def network_id(self) -> int | None: ...  # noqa: D102
    @property
    def shared_with_school(self) -> bool: ...  # noqa: D102
    @property
    def published_at(self) -> dt.datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Place:
    """Where something new is to be written: the school it belongs to and the network that reviews it."""

    school_id: int | None
    network_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The columns that decide, as they would be: an item with the audience that a pending edit asks for."""

    state: State
    audience: Audience
    author_id: int | None
    school_id: int | None
    network_id: int | None
    shared_with_school: bool
    published_at: dt.datetime | None

    @classmethod
    def of(cls, item: Readable, audience: Audience) -> "Standing":
        """Return the item's standing if it had that audience."""
        return cls(
            state=item.state,
            audience=audience,
            author_id=item.author_id,
            school_id=item.school_id,
            network_id=item.network_id,
            shared_with_school=item.shared_with_school,
            published_at=item.published_at,
        )


class Package(Protocol):
    """The columns of a change package that decide who may read it."""

    @property
    def network_id(self) -> int: ...  # noqa: D102 - named by the column
    @property
    def is_public(self) -> bool: ...  # noqa: D102
