"""The values a family of ideas is made of: ideas, the edges between them, their tests. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kb.cycles.rules import Decision, ResultStatus, Stage
from kb.ids import Ref
from kb.items.rules import CoreConsistency, Kind, Language, LinkType, Planned
from kb.permissions import State

_SHORTER = (
    ("Junior-Senior High School", "Jr-Sr HS"),
    ("High School", "HS"),
    ("Middle School", "MS"),
    ("Elementary School", "ES"),
    ("Academy", "Acad."),
    (" School", ""),
)


def short_name(school: str) -> str:
    """Return a school's name as it fits on a chip; what schools call themselves in a hurry."""
    for ending, short in _SHORTER:
        if school.endswith(ending) and school != ending:
            return school.removesuffix(ending) + short
    return school


class Edge(NamedTuple):
    """One idea draws on another."""

    child: int
    parent: int
    type: LinkType = LinkType.ADAPTED_FROM


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea as its family shows it; of a withdrawn one only its id and the date of withdrawal are known."""

    id: int
    ref: Ref
    born: dt.date
    title: str = ""
    language: Language = Language.EN
    state: State = State.PUBLISHED
    school_name: str = ""

    @property
    def kind(self) -> Kind:
        """Return what it is, for its address."""
        return Kind.IDEA

    @property
    def withdrawn(self) -> bool:
        """Whether only the tombstone is left."""
        return self.state is State.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Test:
    """A published cycle that tested an idea at a school."""

    id: int
    ref: Ref
    idea_id: int
    school_ref: Ref | None
    school_name: str
    stage: Stage
    result: ResultStatus | None
    decision: Decision | None
    started_on: dt.date | None
    ended_on: dt.date | None

    @property
    def kind(self) -> Kind:
        """Return what it is, for its address."""
        return Kind.CYCLE

    @property
    def at(self) -> str:
        """Return the school's name in short."""
        return short_name(self.school_name)

    @property
    def when(self) -> tuple[bool, dt.date, dt.date, str]:
        """Return what tells the latest result: finished tests after others, then by end, start and id."""
        started = self.started_on or dt.date.min
        return self.stage is Stage.DONE, self.ended_on or started, started, self.ref.public_id


@dataclass(frozen=True, slots=True)
class Change:
    """What a version kept and changed of one it draws on, and why (FRAME)."""

    child: int
    parent: int
    type: LinkType
    reason: str = ""
    kept: str = ""
    changed: str = ""
    added: str = ""
    removed: str = ""
    why: str = ""
    planned: Planned | None = None
    core: CoreConsistency | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Everything one viewer may know of the family of the idea ``here``.

    ``outside`` holds ideas that a member draws on but that are not members themselves. ``edges`` may end there.
    """

    here: int
    ideas: Mapping[int, Idea]
    outside: Mapping[int, Idea]
    edges: Sequence[Edge]
    tests: Sequence[Test]

    def named(self, idea_id: int) -> Idea:
        """Return a member or an outside parent."""
        return self.ideas[idea_id] if idea_id in self.ideas else self.outside[idea_id]
