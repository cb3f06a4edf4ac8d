"""The search index in PostgreSQL; on SQLite, where search has files of its own, the tables stay empty."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PACKED = ("documents", "weights", "places")


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "search_index",
        sa.Column("generation", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("analysis", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("made", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_search_index")),
    )
    op.create_table(
        "search_document",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Float(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "item_id", name=op.f("pk_search_document")),
    )
    op.create_index(op.f("ix_search_document_generation_version"), "search_document", ["generation", "version"])
    op.create_table(
        "search_posting",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("documents", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "token", "block", name=op.f("pk_search_posting")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _pack()


def _pack() -> None:
    """Keep long values out of the way of what is read often, and uncompressed: they are read more than written."""
    for column in _PACKED:
        op.execute(f"ALTER TABLE search_posting ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE search_document SET (toast_tuple_target = 128)")


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("search_posting")
    op.drop_index(op.f("ix_search_document_generation_version"), table_name="search_document")
    op.drop_table("search_document")
    op.drop_table("search_index")
