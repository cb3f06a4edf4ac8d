"""The tables of imports of old write-ups: the file as it was read, and the draft of each of its rows."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice


class ImportStage(enum.StrEnum):
    """How far an import is."""

    MAPPING = "mapping"
    WAITING = "waiting"
    DONE = "done"


class BulkImport(Base):
    """One uploaded table: its cells as text, which column holds what, and what came of it.

    The drafts belong to the network, or to the school where there is no network.
    """

    __tablename__ = "bulk_import"
    __table_args__ = (sa.CheckConstraint("network_id IS NOT NULL OR school_id IS NOT NULL", name="somewhere"),)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    network_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    school_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("school.id"), index=True)
    created_at: orm.Mapped[dt.datetime]
    file_name: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    file_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    stage: orm.Mapped[ImportStage] = orm.mapped_column(choice(ImportStage), default=ImportStage.MAPPING)
    rows: orm.Mapped[list[list[str]]] = orm.mapped_column(sa.JSON, deferred=True)
    mapping: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)
    report: orm.Mapped[dict[str, Any]] = orm.mapped_column(default=dict)


def _forget_words(session: orm.Session, item_id: int) -> None:
    """Empty the cells that a record was made of when it is erased; a finished import keeps its headers alone."""
    found = session.execute(
        sa.select(BulkRow.number, BulkImport)
        .join(BulkImport, BulkImport.id == BulkRow.import_id)
        .where(BulkRow.item_id == item_id)
        .options(orm.undefer(BulkImport.rows))
    )
    for number, one in found.all():
        is_done = one.stage is ImportStage.DONE
        rows = one.rows[:1] if is_done else list(one.rows)
        if not is_done and number > 0:
            rows[number - 1] = [""] * len(rows[number - 1])
        one.rows, one.report = rows, {**one.report, "problems": []}
    session.flush()


class BulkRow(Base):
    """This row of this file became this draft, at this place: a second upload makes no second draft."""

    __tablename__ = "bulk_row"
    __table_args__ = ({"info": {"erased_by": _forget_words}},)

    key: orm.Mapped[str] = orm.mapped_column(sa.String(64), primary_key=True)
    import_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("bulk_import.id"), index=True)
    number: orm.Mapped[int]
    item_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("item.id"), index=True)
