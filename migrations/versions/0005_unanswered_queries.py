"""Searches that found nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "unanswered_query",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_unanswered_query_asked")),
        sa.PrimaryKeyConstraint("day", "text", name=op.f("pk_unanswered_query")),
    )


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("unanswered_query")
