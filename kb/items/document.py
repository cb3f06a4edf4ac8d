"""The document form of what all kinds of items share."""

import datetime as dt
from typing import Annotated, Any, Self, TypeVar

import pydantic
from pydantic import AfterValidator, Field

from kb.documents import Body, Code, Document, Label, Line, Moment, Name, PublicId, Text, Word
from kb.ids import slugify
from kb.items.rules import (
    ANCESTRY,
    CoreConsistency,
    CreditRole,
    GradeBand,
    Language,
    LinkType,
    Planned,
)
from kb.permissions import Audience, State

ADMINISTRATIVE = frozenset({"edition", "minor", "updated", "publications"})  # about the record, not in a revision
PLACEMENT = frozenset(  # who may read it and until when: a change of these is no new edition
    {
        "state",
        "audience",
        "author",
        "shared_with_school",
        "small_counts_confirmed",
        "published",
        "review_by",
        "merged_into",
    }
)
UNNAMED = (CreditRole.STUDENT, CreditRole.FAMILY)


def tag_slug(label: str) -> str:
    """Return what makes two labels the same tag."""
    return slugify(label) or label.casefold()[:60]


def unique_labels(labels: list[str]) -> list[str]:
    """Return the labels in the order of their slugs, each once."""
    by_slug = {tag_slug(label): label for label in reversed(labels)}
    return [by_slug[slug] for slug in sorted(by_slug)]


def grade_bands(grades: list[GradeBand]) -> list[GradeBand]:
    """Return the bands in the order of age, each once."""
    return [band for band in GradeBand if band in grades]


SomeDocument = TypeVar("SomeDocument", bound="ItemDocument")
Labels = Annotated[list[Label], AfterValidator(unique_labels)]


class CreditEntry(Document):
    """Who did what; students and families by role only."""

    name: Name | None = None
    role: Word[CreditRole]

    @pydantic.model_validator(mode="after")
    def _unnamed(self) -> Self:
        if self.name is not None and self.role in UNNAMED:
            message = "students and families are named by role only. Take the name out."
            raise ValueError(message)
        return self


class AdaptationEntry(Document):
    """The FRAME questions about an adaptation."""

    kept: Text = ""
    changed: Text = ""
    added: Text = ""
    removed: Text = ""
    why: Text = ""
    planned: Word[Planned] | None = None
    decided_by: Line = ""
    core: Word[CoreConsistency] = CoreConsistency.UNKNOWN


class LinkEntry(Document):
    """An edge to another item."""

    type: Word[LinkType]
    target: PublicId
    edition: int = Field(default=1, ge=1, le=1_000_000)
    reason: Text = ""
    adaptation: AdaptationEntry | None = None

    @pydantic.model_validator(mode="after")
    def _frame(self) -> Self:
        if self.adaptation is not None and self.type not in ANCESTRY:
            message = f"has an adaptation, which a link “{self.type}” does not take. Take it out or change the type."
            raise ValueError(message)
        return self


class PublicationEntry(Document):
    """One change of state: when, who, and of which edition."""

    was: Word[State]
    state: Word[State]
    edition: int = Field(ge=0, le=1_000_000)
    at: Moment
    by: PublicId | None = None
    note: Text = ""


def in_order(links: list[LinkEntry]) -> list[LinkEntry]:
    """Return the links in the order of files; two of one type to one target are refused."""
    if len({(link.type, link.target) for link in links}) < len(links):
        message = "names the same target twice with the same type. Leave one out."
        raise ValueError(message)
    order = list(LinkType)
    return sorted(links, key=lambda link: (order.index(link.type), link.target))


class ItemDocument(Document):
    """What an idea, a cycle and a case study have in common; each adds its own fields."""

    kind: str
    id: PublicId
    title: Annotated[Line, Field(max_length=200)]
    summary: Annotated[Text, Field(max_length=500)] = ""
    language: Word[Language] = Language.EN
    licence: Annotated[Line, Field(max_length=40)] = "CC-BY-4.0"
    state: Word[State]
    audience: Word[Audience] = Audience.PUBLIC
    network: PublicId | None = None
    school: PublicId | None = None
    author: PublicId | None = None
    shared_with_school: bool = False
    created: Moment
    updated: Moment | None = None
    published: Moment | None = None
    edition: int | None = Field(default=None, ge=0, le=1_000_000)
    minor: bool = False
    review_by: dt.date | None = None
    fictional: bool = False
    small_counts_confirmed: bool = False
    topics: Labels = Field(default_factory=list)
    subjects: Labels = Field(default_factory=list)
    groups: Labels = Field(default_factory=list)
    grades: Annotated[list[Word[GradeBand]], AfterValidator(grade_bands)] = Field(default_factory=list)
    credits: list[CreditEntry] = Field(default_factory=list)
    links: Annotated[list[LinkEntry], AfterValidator(in_order)] = Field(default_factory=list)
    publications: list[PublicationEntry] = Field(default_factory=list)
    texts: dict[Code, Body] = Field(default_factory=dict)

    @pydantic.field_validator("texts")
    @classmethod
    def _no_empty_text(cls, texts: dict[str, str]) -> dict[str, str]:
        return {name: text for name, text in texts.items() if text}

    @pydantic.model_validator(mode="after")
    def _readable(self) -> Self:
        faults = {
            "title: is missing. Write one.": not self.title.strip() and self.state is not State.ERASED,
            "published: is missing. Write when it was published.": self.state is State.PUBLISHED
            and self.published is None,
            "school: is missing, and the audience is “school”. Write the id of the school.": self.audience
            is Audience.SCHOOL
            and self.school is None,
            "network: is missing, and the audience is “network”. Write the id of the network.": self.audience
            is Audience.NETWORK
            and self.network is None,
            f"links: names {self.id}, the record itself. Take that link out.": any(
                link.target == self.id for link in self.links
            ),
        }
        for message, is_so in faults.items():
            if is_so:
                raise ValueError(message)
        return self

    @property
    def natural_publications(self) -> list[PublicationEntry]:
        """The changes of state that a file implies when it names none."""
        if self.state is not State.PUBLISHED or self.published is None:
            return []
        entry = PublicationEntry(was=State.DRAFT, state=State.PUBLISHED, edition=1, at=self.published)
        return [entry]

    @property
    def natural_edition(self) -> int:
        """The edition that a file implies when it names none."""
        return 1 if self.state is State.PUBLISHED else 0

    def snapshot(self) -> dict[str, Any]:
        """Return what a revision keeps."""
        return self.as_json(ADMINISTRATIVE)

    def words(self) -> str:
        """Return a fingerprint of what readers read: only a change of this makes a new edition."""
        return self.canonical().fingerprint(ADMINISTRATIVE | PLACEMENT)

    def mark(self) -> str:
        """Return a fingerprint of all that an import sets: what tells a change since then."""
        return self.canonical().fingerprint(ADMINISTRATIVE)

    def canonical(self) -> Self:
        """Return the document with tags by slug: how a label is spelled is decided by who used it first."""
        slugs = {name: sorted(map(tag_slug, getattr(self, name))) for name in ("topics", "subjects", "groups")}
        return self.model_copy(update=slugs)


def tidy(document: SomeDocument) -> SomeDocument:
    """Leave out of a document read from the database what a file implies anyway."""
    if document.publications == document.natural_publications:
        document.publications = []
    if document.edition == document.natural_edition:
        document.edition = None
    return document
