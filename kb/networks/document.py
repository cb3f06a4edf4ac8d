"""The document form of a network with its members and its drivers."""

import datetime as dt
from typing import Annotated, Literal, Self

import pydantic
from pydantic import AfterValidator, Field

from kb.cells import DEFAULT_MINIMUM
from kb.documents import Body, Code, Document, Line, Name, PublicId, Text

MAX_DRIVER_DEPTH = 4


class Aim(Document):
    """What the network wants: what, for whom, how much, by when."""

    what: Text = ""
    whom: Text = ""
    how_much: Text = ""
    by: dt.date | None = None


class NetworkFacts(Document):
    """What a hub says of its network and the rules it sets, apart from members, drivers and questions."""

    name: Name
    hub: Line = ""
    aim: Aim = Field(default_factory=Aim)
    minimum_group: int = Field(default=DEFAULT_MINIMUM, ge=3, le=1000)
    review_required: bool = True
    body: Body = ""


class MemberEntry(Document):
    """A school's time in the network."""

    school: PublicId
    from_: dt.date = Field(alias="from")
    to: dt.date | None = None

    @pydantic.model_validator(mode="after")
    def _order(self) -> Self:
        if self.to is not None and self.to < self.from_:
            message = "to: is before the school joined. Correct one of the dates."
            raise ValueError(message)
        return self


class DriverEntry(Document):
    """A driver and what stands below it."""

    id: PublicId
    title: Name
    description: Text = ""
    retired: dt.date | None = None
    drivers: list["DriverEntry"] = Field(default_factory=list)

    def depth(self) -> int:
        """Return how many levels it spans."""
        return 1 + max((child.depth() for child in self.drivers), default=0)

    def ids(self) -> list[str]:
        """Return its id and those of all below."""
        return [self.id, *(one for child in self.drivers for one in child.ids())]


def _members(members: list[MemberEntry]) -> list[MemberEntry]:
    if len({(member.school, member.from_) for member in members}) < len(members):
        message = "names the same school twice from the same day. Leave one out."
        raise ValueError(message)
    return sorted(members, key=lambda member: (member.from_, member.school))


def _drivers(drivers: list[DriverEntry]) -> list[DriverEntry]:
    ids = [one for driver in drivers for one in driver.ids()]
    if len(set(ids)) < len(ids):
        message = "holds the same id twice. Every driver has its own."
        raise ValueError(message)
    if any(driver.depth() > MAX_DRIVER_DEPTH for driver in drivers):
        message = f"is nested deeper than {MAX_DRIVER_DEPTH} levels. Move drivers up."
        raise ValueError(message)
    return drivers


class NetworkDocument(Document):
    """A network as files hold it."""

    kind: Literal["network"] = "network"
    id: PublicId
    name: Name
    hub: Line = ""
    aim: Aim | None = None
    minimum_group: int = Field(default=DEFAULT_MINIMUM, ge=3, le=1000)
    review_required: bool = True
    fictional: bool = False
    members: Annotated[list[MemberEntry], AfterValidator(_members)] = Field(default_factory=list)
    drivers: Annotated[list[DriverEntry], AfterValidator(_drivers)] = Field(default_factory=list)
    questions: list[Annotated[Name, Field(max_length=300)]] = Field(default_factory=list)
    labels: dict[Code, Line] = Field(default_factory=dict)
    body: Body = ""

    @pydantic.field_validator("labels")
    @classmethod
    def _sorted(cls, labels: dict[str, str]) -> dict[str, str]:
        return {code: labels[code] for code in sorted(labels)}

    def driver_ids(self) -> list[str]:
        """Return the ids of all its drivers."""
        return [one for driver in self.drivers for one in driver.ids()]
