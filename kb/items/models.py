"""The tables that all kinds of items share."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice
from kb.ids import Ref
from kb.items.rules import (
    CoreConsistency,
    CreditRole,
    Kind,
    Language,
    LinkType,
    Planned,
    RevisionStatus,
    Vocabulary,
)
from kb.permissions import Audience, State


class Item(Base):
    """What an idea, a cycle and a case study have in common.

    ``html`` holds the sanitised HTML of every long text by field name, made when the item is saved, and ``renderer``
    the version of the renderer that made it. ``row_version`` is the optimistic lock and nothing else; ``change_seq``
    is set by the change feed alone.
    """

    __tablename__ = "item"
    __table_args__ = (
        sa.CheckConstraint("audience <> 'school' OR school_id IS NOT NULL", name="audience_school"),
        sa.CheckConstraint("audience <> 'network' OR network_id IS NOT NULL", name="audience_network"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_when"),
        sa.CheckConstraint("state <> 'published' OR edition > 0", name="published_edition"),
        sa.Index(None, "kind", "state", "audience", "published_at"),
        sa.Index(None, "school_id", "kind"),
        sa.Index(None, "network_id", "kind"),
        sa.Index(None, "change_seq"),
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    kind: orm.Mapped[Kind] = orm.mapped_column(choice(Kind))
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    summary: orm.Mapped[str] = orm.mapped_column(sa.String(500), default="")
    language: orm.Mapped[Language] = orm.mapped_column(choice(Language), default=Language.EN)
    licence: orm.Mapped[str] = orm.mapped_column(sa.String(40), default="CC-BY-4.0")
    state: orm.Mapped[State] = orm.mapped_column(choice(State), default=State.DRAFT)
    audience: orm.Mapped[Audience] = orm.mapped_column(choice(Audience), default=Audience.PUBLIC)
    shared_with_school: orm.Mapped[bool] = orm.mapped_column(default=False)
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    school_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("school.id"))
    network_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("network.id"))
    fictional: orm.Mapped[bool] = orm.mapped_column(default=False)
    edition: orm.Mapped[int] = orm.mapped_column(default=0)
    created_at: orm.Mapped[dt.datetime]
    updated_at: orm.Mapped[dt.datetime]
    published_at: orm.Mapped[dt.datetime | None]
    review_by: orm.Mapped[dt.date | None]
    html: orm.Mapped[dict[str, str]] = orm.mapped_column(default=dict, deferred=True)
    renderer: orm.Mapped[int] = orm.mapped_column(default=0)
    counts_confirmed: orm.Mapped[bool] = orm.mapped_column(default=False)
    import_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
    row_version: orm.Mapped[int] = orm.mapped_column(default=1)
    change_seq: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, default=0)

    tags: orm.Mapped[list["Tag"]] = orm.relationship(
        secondary="item_tag", order_by="[Tag.vocabulary, Tag.label]", lazy="raise_on_sql"
    )
    credits: orm.Mapped[list["Credit"]] = orm.relationship(
        order_by="Credit.position", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own interface

    @property
    def ref(self) -> Ref:
        """What stands in the item's address."""
        return Ref(self.public_id, self.slug)


class Publication(Base):
    """One change of an item's state: who, when, and the edition it was about."""

    __tablename__ = "publication"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), index=True)
    from_state: orm.Mapped[State] = orm.mapped_column(choice(State, "from_state"))
    to_state: orm.Mapped[State] = orm.mapped_column(choice(State, "to_state"))
    edition: orm.Mapped[int]
    at: orm.Mapped[dt.datetime]
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    note: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")


class Revision(Base):
    """An immutable snapshot of all content of an item (detail, tags, credits, parents), as the exporter writes it.

    ``edition`` numbers the revisions that were published; a minor correction keeps the number of the one before.
    """

    __tablename__ = "revision"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "number"),
        sa.Index(
            "uq_revision_one_proposed",
            "item_id",
            unique=True,
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        ),
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"))
    number: orm.Mapped[int]
    base: orm.Mapped[int | None]
    edition: orm.Mapped[int | None]
    minor: orm.Mapped[bool] = orm.mapped_column(default=False)
    status: orm.Mapped[RevisionStatus] = orm.mapped_column(choice(RevisionStatus))
    author_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    at: orm.Mapped[dt.datetime]
    note: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    content: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)


class Tag(Base):
    """A word of one of the four vocabularies."""

    __tablename__ = "tag"
    __table_args__ = (sa.UniqueConstraint("vocabulary", "slug"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    vocabulary: orm.Mapped[Vocabulary] = orm.mapped_column(choice(Vocabulary))
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    label: orm.Mapped[str] = orm.mapped_column(sa.String(100))


class TagAlias(Base):
    """What a merged tag was called: whoever asks for it, or writes it again, gets the tag it went into."""

    __tablename__ = "tag_alias"

    vocabulary: orm.Mapped[Vocabulary] = orm.mapped_column(choice(Vocabulary, "alias_vocabulary"), primary_key=True)
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(60), primary_key=True)
    label: orm.Mapped[str] = orm.mapped_column(sa.String(100))
    tag_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("tag.id"), index=True)


class ItemTag(Base):
    """This item carries this tag."""

    __tablename__ = "item_tag"

    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), primary_key=True)
    tag_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("tag.id"), primary_key=True, index=True)


class Credit(Base):
    """Who did the work, in the order in which they are named."""

    __tablename__ = "credit"
    __table_args__ = (
        sa.CheckConstraint("role NOT IN ('student', 'family') OR name IS NULL", name="students_and_families_unnamed"),
    )

    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), primary_key=True)
    position: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    name: orm.Mapped[str | None] = orm.mapped_column(sa.String(200))
    role: orm.Mapped[CreditRole] = orm.mapped_column(choice(CreditRole))


class Link(Base):
    """The one table of edges between items; an edge points at an id and an edition, never at a name."""

    __tablename__ = "link"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "target_id", "type"),
        sa.CheckConstraint("source_id <> target_id", name="not_to_itself"),
        sa.Index(None, "target_id", "type"),
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    source_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"))
    target_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"))
    target_edition: orm.Mapped[int] = orm.mapped_column(default=1)
    type: orm.Mapped[LinkType] = orm.mapped_column(choice(LinkType))
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")

    source: orm.Mapped[Item] = orm.relationship(foreign_keys=[source_id], lazy="raise_on_sql")
    target: orm.Mapped[Item] = orm.relationship(foreign_keys=[target_id], lazy="raise_on_sql")
    adaptation: orm.Mapped["Adaptation | None"] = orm.relationship(cascade="all, delete-orphan", lazy="raise_on_sql")


class Adaptation(Base):
    """The FRAME questions about an adaptation: what was kept, changed, added, removed, and why."""

    __tablename__ = "adaptation"

    link_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("link.id"), primary_key=True)
    kept: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    changed: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    added: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    removed: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    why: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    planned: orm.Mapped[Planned | None] = orm.mapped_column(choice(Planned))
    decided_by: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
    core: orm.Mapped[CoreConsistency] = orm.mapped_column(choice(CoreConsistency), default=CoreConsistency.UNKNOWN)
