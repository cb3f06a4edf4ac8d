"""Corrections of locked predictions, and notes that are to become a write-up."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column("prediction", sa.Column("corrects", sa.String(length=64), nullable=True))
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("photo", sa.LargeBinary(), nullable=True),
        sa.Column("photo_kind", sa.String(length=10), nullable=False),
        sa.Column("photo_shows", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_public_id")),
    )
    op.create_index(op.f("ix_note_person_id"), "note", ["person_id"])


def downgrade() -> None:
    """Remove it again."""
    op.drop_index(op.f("ix_note_person_id"), table_name="note")
    op.drop_table("note")
    op.drop_column("prediction", "corrects")
