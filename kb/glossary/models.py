"""The tables of terms and their synonyms."""

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base


class Term(Base):
    """A term of the field, under the code by which files and addresses name it. ``see`` holds codes of other terms."""

    __tablename__ = "term"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    code: orm.Mapped[str] = orm.mapped_column(sa.String(60), unique=True)
    title: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    synonyms: orm.Mapped[list[str]] = orm.mapped_column(default=list)
    see: orm.Mapped[list[str]] = orm.mapped_column(default=list)
    source: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    definition: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    definition_html: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    import_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
