"""Drafts, idempotency keys and what writing needs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BEFORE = ("published", "proposed", "declined")
_AFTER = ("published", "proposed", "returned", "declined", "saved")


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=200), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_draft_item_id_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("person_id", "form", name=op.f("uq_draft_person_id_form")),
    )
    op.create_index(op.f("ix_draft_at"), "draft", ["at"])
    op.create_index(op.f("ix_draft_item_id"), "draft", ["item_id"])
    op.create_table(
        "sent_form",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sent_form_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_sent_form")),
    )
    op.create_index(op.f("ix_sent_form_at"), "sent_form", ["at"])
    _statuses(_BEFORE, _AFTER)


def downgrade() -> None:
    """Remove it again; texts that were saved on the way stay as edits that were not taken."""
    op.execute("UPDATE revision SET status = 'declined' WHERE status IN ('returned', 'saved')")
    _statuses(_AFTER, _BEFORE)
    op.drop_table("sent_form")
    op.drop_table("draft")


def _statuses(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Change which words a revision's status may be. No row of another table refers to a revision."""
    with op.batch_alter_table("revision", copy_from=_revision(before)) as batch:
        batch.drop_constraint(op.f("ck_revision_revisionstatus"), type_="check")
        batch.create_check_constraint(op.f("ck_revision_revisionstatus"), sa.text(_one_of(after)))


def _one_of(words: tuple[str, ...]) -> str:
    return f"status IN ({', '.join(repr(word) for word in words)})"


def _revision(statuses: tuple[str, ...]) -> sa.Table:
    """Return the table as 0003 made it: SQLite tells neither its checks nor what an index leaves out."""
    return sa.Table(
        "revision",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.CheckConstraint(_one_of(statuses), name=op.f("ck_revision_revisionstatus")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_revision_author_id_person")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_revision_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_revision_item_id_number")),
        sa.Index(
            "uq_revision_one_proposed",
            "item_id",
            unique=True,
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        ),
    )
