"""The table of the sections of case studies; citations are links of type "cites"."""

import sqlalchemy as sa
from sqlalchemy import orm

from kb.cases.rules import Section
from kb.db import Base, choice


class CaseSection(Base):
    """One section of a case study, Markdown; its HTML is in ``Item.html`` under the section's code."""

    __tablename__ = "case_section"

    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), primary_key=True)
    section: orm.Mapped[Section] = orm.mapped_column(choice(Section), primary_key=True)
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)
