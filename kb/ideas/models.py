"""The tables of change ideas and of duplicates that went into another idea."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice
from kb.ideas.rules import Cost, Target
from kb.items.models import Item


class ChangeIdea(Base):
    """What only a change idea has. The five long texts are Markdown; their HTML is in ``Item.html``."""

    __tablename__ = "change_idea"

    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), primary_key=True)
    hypothesis: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    how_to_try: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    core_parts: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    adaptable_parts: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    materials: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    population: orm.Mapped[str] = orm.mapped_column(sa.String(300), default="")
    roles_needed: orm.Mapped[str] = orm.mapped_column(sa.String(300), default="")
    staff_time: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
    duration: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
    cost: orm.Mapped[Cost | None] = orm.mapped_column(choice(Cost))
    target: orm.Mapped[Target | None] = orm.mapped_column(choice(Target))

    item: orm.Mapped[Item] = orm.relationship(lazy="raise_on_sql")


class IdeaMerge(Base):
    """This idea was a duplicate: its address leads to another. ``moved`` says what moved there, for the way back."""

    __tablename__ = "idea_merge"
    __table_args__ = (sa.CheckConstraint("idea_id <> into_id", name="into_another"),)

    idea_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("change_idea.item_id"), primary_key=True)
    into_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("change_idea.item_id"), index=True)
    at: orm.Mapped[dt.datetime]
    person_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    moved: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
