"""What hubs set up: versions of drivers, merged tags and ideas, imports of old write-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

VOCABULARIES = ("topic", "subject", "grade", "group")
STAGES = ("mapping", "waiting", "done")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("driver", sa.Column("row_version", sa.Integer(), server_default="1", nullable=False))
    _tag_aliases()
    _idea_merges()
    _imports()


def _tag_aliases() -> None:
    op.create_table(
        "tag_alias",
        sa.Column("vocabulary", sa.String(20), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"vocabulary IN {VOCABULARIES}", name=op.f("ck_tag_alias_alias_vocabulary")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tag_alias_tag_id_tag")),
        sa.PrimaryKeyConstraint("vocabulary", "slug", name=op.f("pk_tag_alias")),
    )
    op.create_index(op.f("ix_tag_alias_tag_id"), "tag_alias", ["tag_id"])


def _idea_merges() -> None:
    op.create_table(
        "idea_merge",
        sa.Column("idea_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.CheckConstraint("idea_id <> into_id", name=op.f("ck_idea_merge_into_another")),
        sa.ForeignKeyConstraint(["idea_id"], ["change_idea.item_id"], name=op.f("fk_idea_merge_idea_id_change_idea")),
        sa.ForeignKeyConstraint(["into_id"], ["change_idea.item_id"], name=op.f("fk_idea_merge_into_id_change_idea")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_merge_person_id_person")),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_idea_merge")),
    )
    op.create_index(op.f("ix_idea_merge_into_id"), "idea_merge", ["into_id"])


def _imports() -> None:
    op.create_table(
        "bulk_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"stage IN {STAGES}", name=op.f("ck_bulk_import_importstage")),
        sa.CheckConstraint("network_id IS NOT NULL OR school_id IS NOT NULL", name=op.f("ck_bulk_import_somewhere")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bulk_import_person_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_bulk_import_network_id_network")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_bulk_import_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_import")),
    )
    op.create_table(
        "bulk_row",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["bulk_import.id"], name=op.f("fk_bulk_row_import_id_bulk_import")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_bulk_row_item_id_item")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bulk_row")),
    )
    for table, columns in {
        "bulk_import": ("person_id", "network_id", "school_id"),
        "bulk_row": ("import_id", "item_id"),
    }.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Remove it again."""
    for table in ("bulk_row", "bulk_import", "idea_merge", "tag_alias"):
        op.drop_table(table)
    op.drop_column("driver", "row_version")
