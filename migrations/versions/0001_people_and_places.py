"""People, schools, networks, the change feed and the history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_counter_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_counter")),
    )
    op.create_table(
        "network",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("hub", sa.String(length=200), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("aim_what", sa.Text(), nullable=False),
        sa.Column("aim_whom", sa.Text(), nullable=False),
        sa.Column("aim_how_much", sa.Text(), nullable=False),
        sa.Column("aim_by", sa.Date(), nullable=True),
        sa.Column("minimum_group", sa.Integer(), nullable=False),
        sa.Column("review_required", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("import_hash", sa.String(length=64), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minimum_group >= 3", name=op.f("ck_network_minimum_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("public_id", name=op.f("uq_network_public_id")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("nces_id", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("district", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "elementary",
                "middle",
                "high",
                "other",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("grade_low", sa.String(length=2), nullable=False),
        sa.Column("grade_high", sa.String(length=2), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("import_hash", sa.String(length=64), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("nces_id", name=op.f("uq_school_nces_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_school_public_id")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("public_id", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_history_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_history_kind_history_public_id_history_at"), ["kind", "public_id", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_history_person_id"), ["person_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "reader", "contributor", "curator", name="role", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role <> 'contributor' OR school_id IS NOT NULL", name=op.f("ck_membership_contributor_at_a_school")
        ),
        sa.CheckConstraint(
            "role <> 'curator' OR network_id IS NOT NULL", name=op.f("ck_membership_curator_of_a_network")
        ),
        sa.CheckConstraint("(school_id IS NULL) <> (network_id IS NULL)", name=op.f("ck_membership_school_or_network")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_membership_network_id_network")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_membership_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_school_id"), ["school_id"], unique=False)
        for place in ("school_id", "network_id"):
            batch_op.create_index(
                f"uq_membership_current_{place}",
                ["person_id", place, "role"],
                unique=True,
                sqlite_where=sa.text("ended_at IS NULL"),
                postgresql_where=sa.text("ended_at IS NULL"),
            )
    op.create_table(
        "open_question",
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_open_question_network_id_network")),
        sa.PrimaryKeyConstraint("network_id", "position", name=op.f("pk_open_question")),
    )
    op.create_table(
        "school_context",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("enrolment", sa.Integer(), nullable=True),
        sa.Column("frl", sa.Double(), nullable=True),
        sa.Column("multilingual", sa.Double(), nullable=True),
        sa.Column("disability", sa.Double(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("disability BETWEEN 0 AND 100", name=op.f("ck_school_context_disability")),
        sa.CheckConstraint("enrolment >= 0", name=op.f("ck_school_context_enrolment")),
        sa.CheckConstraint("frl BETWEEN 0 AND 100", name=op.f("ck_school_context_frl")),
        sa.CheckConstraint("multilingual BETWEEN 0 AND 100", name=op.f("ck_school_context_multilingual")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_context_school_id_school")),
        sa.PrimaryKeyConstraint("school_id", "year", name=op.f("pk_school_context")),
    )
    op.create_table(
        "school_network",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on >= joined_on", name=op.f("ck_school_network_left_after_joining")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_school_network_network_id_network")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_network_school_id_school")),
        sa.PrimaryKeyConstraint("school_id", "network_id", "joined_on", name=op.f("pk_school_network")),
    )
    with op.batch_alter_table("school_network", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_network_network_id"), ["network_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)
    op.bulk_insert(sa.table("change_counter", sa.column("id"), sa.column("value")), [{"id": 1, "value": 0}])


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))
    op.drop_table("sign_in")
    with op.batch_alter_table("school_network", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_network_network_id"))
    op.drop_table("school_network")
    op.drop_table("school_context")
    op.drop_table("open_question")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        for place in ("network_id", "school_id"):
            batch_op.drop_index(f"uq_membership_current_{place}")
        batch_op.drop_index(batch_op.f("ix_membership_school_id"))
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_network_id"))
    op.drop_table("membership")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_person_id"))
        batch_op.drop_index(batch_op.f("ix_history_kind_history_public_id_history_at"))
    op.drop_table("history")
    op.drop_table("school")
    op.drop_table("person")
    op.drop_table("network")
    op.drop_table("change_counter")
