"""The tables of schools and their context facts."""

import enum

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice
from kb.ids import Ref


class Level(enum.StrEnum):
    """The level of a school."""

    ELEMENTARY = "elementary"
    MIDDLE = "middle"
    HIGH = "high"
    OTHER = "other"


class School(Base):
    """A school. ``nces_id`` is the 12-digit id of the Common Core of Data, ``locale`` its NCES code 11–43."""

    __tablename__ = "school"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    nces_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(12), unique=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    slug: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    district: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
    state: orm.Mapped[str] = orm.mapped_column(sa.String(2), default="")
    locale: orm.Mapped[str] = orm.mapped_column(sa.String(2), default="")
    level: orm.Mapped[Level | None] = orm.mapped_column(choice(Level))
    grade_low: orm.Mapped[str] = orm.mapped_column(sa.String(2), default="")
    grade_high: orm.Mapped[str] = orm.mapped_column(sa.String(2), default="")
    about: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    about_html: orm.Mapped[str] = orm.mapped_column(sa.Text, default="")
    fictional: orm.Mapped[bool] = orm.mapped_column(default=False)
    import_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
    row_version: orm.Mapped[int] = orm.mapped_column(default=1)

    contexts: orm.Mapped[list["SchoolContext"]] = orm.relationship(
        order_by="SchoolContext.year", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own interface

    @property
    def ref(self) -> Ref:
        """What stands in the school's address."""
        return Ref(self.public_id, self.slug)


class SchoolContext(Base):
    """What is known of a school in one year. Percentages 0–100; ``year`` is the start of the school year."""

    __tablename__ = "school_context"
    __table_args__ = (
        *(sa.CheckConstraint(f"{name} BETWEEN 0 AND 100", name=name) for name in ("frl", "multilingual", "disability")),
        sa.CheckConstraint("enrolment >= 0", name="enrolment"),
    )

    school_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("school.id"), primary_key=True)
    year: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    enrolment: orm.Mapped[int | None]
    frl: orm.Mapped[float | None]
    multilingual: orm.Mapped[float | None]
    disability: orm.Mapped[float | None]
    source: orm.Mapped[str] = orm.mapped_column(sa.String(200), default="")
