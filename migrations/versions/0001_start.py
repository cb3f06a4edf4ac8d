"""Start."""

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
        "method",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method")),
        sa.UniqueConstraint("code", name=op.f("uq_method_code")),
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
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "vocabulary",
            sa.Enum(
                "topic",
                "subject",
                "grade",
                "group",
                name="vocabulary",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("vocabulary", "slug", name=op.f("uq_tag_vocabulary_slug")),
    )
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("see", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("definition_html", sa.Text(), nullable=False),
        sa.Column("import_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("code", name=op.f("uq_term_code")),
    )
    op.create_table(
        "driver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_driver_not_its_own_parent")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_driver_network_id_network")),
        sa.ForeignKeyConstraint(["parent_id"], ["driver.id"], name=op.f("fk_driver_parent_id_driver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver")),
        sa.UniqueConstraint("public_id", name=op.f("uq_driver_public_id")),
    )
    with op.batch_alter_table("driver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_driver_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_driver_parent_id"), ["parent_id"], unique=False)

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
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("idea", "cycle", "case", name="kind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column(
            "language",
            sa.Enum("en", "es", name="language", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "review",
                "published",
                "withdrawn",
                "erased",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "audience",
            sa.Enum(
                "owner",
                "school",
                "network",
                "public",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("shared_with_school", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("html", sa.JSON(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("counts_confirmed", sa.Boolean(), nullable=False),
        sa.Column("import_hash", sa.String(length=64), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("audience <> 'network' OR network_id IS NOT NULL", name=op.f("ck_item_audience_network")),
        sa.CheckConstraint("audience <> 'school' OR school_id IS NOT NULL", name=op.f("ck_item_audience_school")),
        sa.CheckConstraint("state <> 'published' OR edition > 0", name=op.f("ck_item_published_edition")),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f("ck_item_published_when")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_item_author_id_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_item_network_id_network")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_item_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_public_id")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_change_seq"), ["change_seq"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_item_kind_item_state_item_audience_item_published_at"),
            ["kind", "state", "audience", "published_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_item_network_id_item_kind"), ["network_id", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_school_id_item_kind"), ["school_id", "kind"], unique=False)

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
        sa.UniqueConstraint(
            "person_id",
            "school_id",
            "network_id",
            "role",
            name=op.f("uq_membership_person_id_school_id_network_id_role"),
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_school_id"), ["school_id"], unique=False)

    op.create_table(
        "method_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("method_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["method_id"], ["method.id"], name=op.f("fk_method_version_method_id_method")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_version")),
        sa.UniqueConstraint("method_id", "version", name=op.f("uq_method_version_method_id_version")),
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

    op.create_table(
        "case_section",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(
                "problem",
                "context",
                "rationale",
                "what_we_did",
                "evolution",
                "results",
                "for_whom",
                "limits",
                "advice",
                name="section",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_case_section_item_id_item")),
        sa.PrimaryKeyConstraint("item_id", "section", name=op.f("pk_case_section")),
    )
    op.create_table(
        "change_idea",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("hypothesis", sa.Text(), nullable=False),
        sa.Column("how_to_try", sa.Text(), nullable=False),
        sa.Column("core_parts", sa.Text(), nullable=False),
        sa.Column("adaptable_parts", sa.Text(), nullable=False),
        sa.Column("materials", sa.Text(), nullable=False),
        sa.Column("population", sa.String(length=300), nullable=False),
        sa.Column("roles_needed", sa.String(length=300), nullable=False),
        sa.Column("staff_time", sa.String(length=200), nullable=False),
        sa.Column("duration", sa.String(length=200), nullable=False),
        sa.Column(
            "cost",
            sa.Enum("none", "low", "medium", "high", name="cost", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column(
            "target",
            sa.Enum(
                "role",
                "routine",
                "tool",
                "policy",
                "space",
                "norm",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_change_idea_item_id_item")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_change_idea")),
    )
    op.create_table(
        "credit",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "teacher",
                "leader",
                "coach",
                "counselor",
                "hub",
                "aide",
                "researcher",
                "student",
                "family",
                name="creditrole",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role NOT IN ('student', 'family') OR name IS NULL", name=op.f("ck_credit_students_and_families_unnamed")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_credit_item_id_item")),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_credit")),
    )
    op.create_table(
        "item_tag",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_tag_item_id_item")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_item_tag_tag_id_tag")),
        sa.PrimaryKeyConstraint("item_id", "tag_id", name=op.f("pk_item_tag")),
    )
    with op.batch_alter_table("item_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_tag_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("target_edition", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "adapted_from",
                "combined_from",
                "copied_from",
                "inspired_by",
                "cites",
                "led_to",
                "supersedes",
                "contradicts",
                "addresses",
                name="linktype",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_link_not_to_itself")),
        sa.ForeignKeyConstraint(["source_id"], ["item.id"], name=op.f("fk_link_source_id_item")),
        sa.ForeignKeyConstraint(["target_id"], ["item.id"], name=op.f("fk_link_target_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("source_id", "target_id", "type", name=op.f("uq_link_source_id_target_id_type")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_target_id_link_type"), ["target_id", "type"], unique=False)

    op.create_table(
        "method_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "understand",
                "plan",
                "try",
                "learn",
                "decide",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["method_version.id"], name=op.f("fk_method_step_version_id_method_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_step")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_method_step_version_id_code")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "review",
                "published",
                "withdrawn",
                "erased",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "review",
                "published",
                "withdrawn",
                "erased",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_publication_item_id_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_publication_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_item_id"), ["item_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "published",
                "proposed",
                "declined",
                name="revisionstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_revision_author_id_person")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_revision_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_revision_item_id_number")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(
            "uq_revision_one_proposed",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        )

    op.create_table(
        "adaptation",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("added", sa.Text(), nullable=False),
        sa.Column("removed", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column(
            "planned",
            sa.Enum("planned", "reactive", name="planned", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column(
            "core",
            sa.Enum(
                "consistent",
                "partly",
                "inconsistent",
                "unknown",
                name="coreconsistency",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_adaptation_link_id_link")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_adaptation")),
    )
    op.create_table(
        "cycle",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("idea_edition", sa.Integer(), nullable=False),
        sa.Column("method_version_id", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum("planned", "running", "done", name="stage", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "scale",
            sa.Enum(
                "one_student",
                "one_class",
                "five",
                "twenty_five",
                "all",
                name="scale",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("test_population", sa.String(length=300), nullable=False),
        sa.Column("group_size", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "as_planned",
            sa.Enum("yes", "partly", "no", name="asplanned", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column(
            "result",
            sa.Enum(
                "improved",
                "improved_for_some",
                "no_clear_change",
                "got_worse",
                "too_little_data",
                "not_as_planned",
                "stopped_early",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "adopt",
                "adapt",
                "abandon",
                "test_again",
                "scale",
                "undecided",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("surprises", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("context_year", sa.Integer(), nullable=True),
        sa.Column("context_enrolment", sa.Integer(), nullable=True),
        sa.Column("context_frl", sa.Double(), nullable=True),
        sa.Column("context_multilingual", sa.Double(), nullable=True),
        sa.Column("context_disability", sa.Double(), nullable=True),
        sa.Column("context_locale", sa.String(length=2), nullable=False),
        sa.Column(
            "context_level",
            sa.Enum(
                "elementary",
                "middle",
                "high",
                "other",
                name="context_level",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("context_source", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "stage <> 'done' OR (result IS NOT NULL AND decision IS NOT NULL)", name=op.f("ck_cycle_done_has_result")
        ),
        sa.CheckConstraint(
            "stage = 'done' OR (result IS NULL AND decision IS NULL)", name=op.f("ck_cycle_result_only_when_done")
        ),
        sa.CheckConstraint("stage = 'planned' OR started_on IS NOT NULL", name=op.f("ck_cycle_started_when")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_cycle_ends_after_start")),
        sa.CheckConstraint("group_size > 0", name=op.f("ck_cycle_group_size")),
        sa.CheckConstraint("previous_id <> item_id", name=op.f("ck_cycle_not_its_own_previous")),
        sa.ForeignKeyConstraint(["idea_id"], ["change_idea.item_id"], name=op.f("fk_cycle_idea_id_change_idea")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_cycle_item_id_item")),
        sa.ForeignKeyConstraint(
            ["method_version_id"], ["method_version.id"], name=op.f("fk_cycle_method_version_id_method_version")
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["cycle.item_id"], name=op.f("fk_cycle_previous_id_cycle")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_cycle")),
    )
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycle_idea_id_cycle_stage"), ["idea_id", "stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_cycle_method_version_id"), ["method_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cycle_previous_id"), ["previous_id"], unique=False)

    op.create_table(
        "driver_idea",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("driver_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["driver_id"], ["driver.id"], name=op.f("fk_driver_idea_driver_id_driver")),
        sa.ForeignKeyConstraint(["idea_id"], ["change_idea.item_id"], name=op.f("fk_driver_idea_idea_id_change_idea")),
        sa.PrimaryKeyConstraint("idea_id", "driver_id", name=op.f("pk_driver_idea")),
    )
    with op.batch_alter_table("driver_idea", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_driver_idea_driver_id"), ["driver_id"], unique=False)

    op.create_table(
        "method_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column(
            "core",
            sa.Enum("did", "happened", "learned", name="core", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["step_id"], ["method_step.id"], name=op.f("fk_method_question_step_id_method_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_question")),
        sa.UniqueConstraint("step_id", "code", name=op.f("uq_method_question_step_id_code")),
    )
    op.create_table(
        "prediction",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("up", "down", "same", name="direction", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column(
            "confidence",
            sa.Enum("low", "medium", "high", name="confidence", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "met",
                "partly",
                "not_met",
                "cannot_tell",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("actual", sa.Text(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lock_hash", sa.String(length=64), nullable=True),
        sa.Column("do_starts", sa.Date(), nullable=True),
        sa.Column("locked_at_origin", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(locked_at IS NULL) = (lock_hash IS NULL)", name=op.f("ck_prediction_lock_complete")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.item_id"], name=op.f("fk_prediction_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("cycle_id", "position", name=op.f("pk_prediction")),
    )
    op.create_table(
        "result",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "outcome",
                "driver",
                "process",
                "balancing",
                name="measurekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("group", sa.String(length=200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("before", sa.Double(), nullable=True),
        sa.Column("after", sa.Double(), nullable=True),
        sa.Column("comparison", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("count >= 0 AND (n IS NULL OR count <= n)", name=op.f("ck_result_count")),
        sa.CheckConstraint("n >= 0", name=op.f("ck_result_n")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.item_id"], name=op.f("fk_result_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("cycle_id", "position", name=op.f("pk_result")),
    )
    op.create_table(
        "step_answer",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.item_id"], name=op.f("fk_step_answer_cycle_id_cycle")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["method_question.id"], name=op.f("fk_step_answer_question_id_method_question")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "question_id", name=op.f("pk_step_answer")),
    )
    op.bulk_insert(sa.table("change_counter", sa.column("id"), sa.column("value")), [{"id": 1, "value": 0}])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("step_answer")
    op.drop_table("result")
    op.drop_table("prediction")
    op.drop_table("method_question")
    with op.batch_alter_table("driver_idea", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_driver_idea_driver_id"))

    op.drop_table("driver_idea")
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycle_previous_id"))
        batch_op.drop_index(batch_op.f("ix_cycle_method_version_id"))
        batch_op.drop_index(batch_op.f("ix_cycle_idea_id_cycle_stage"))

    op.drop_table("cycle")
    op.drop_table("adaptation")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_revision_one_proposed",
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        )

    op.drop_table("revision")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_item_id"))

    op.drop_table("publication")
    op.drop_table("method_step")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_target_id_link_type"))

    op.drop_table("link")
    with op.batch_alter_table("item_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_tag_tag_id"))

    op.drop_table("item_tag")
    op.drop_table("credit")
    op.drop_table("change_idea")
    op.drop_table("case_section")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("school_network", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_network_network_id"))

    op.drop_table("school_network")
    op.drop_table("school_context")
    op.drop_table("open_question")
    op.drop_table("method_version")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_school_id"))
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_network_id"))

    op.drop_table("membership")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_school_id_item_kind"))
        batch_op.drop_index(batch_op.f("ix_item_network_id_item_kind"))
        batch_op.drop_index(batch_op.f("ix_item_kind_item_state_item_audience_item_published_at"))
        batch_op.drop_index(batch_op.f("ix_item_change_seq"))
        batch_op.drop_index(batch_op.f("ix_item_author_id"))

    op.drop_table("item")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_person_id"))
        batch_op.drop_index(batch_op.f("ix_history_kind_history_public_id_history_at"))

    op.drop_table("history")
    with op.batch_alter_table("driver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_driver_parent_id"))
        batch_op.drop_index(batch_op.f("ix_driver_network_id"))

    op.drop_table("driver")
    op.drop_table("term")
    op.drop_table("tag")
    op.drop_table("school")
    op.drop_table("person")
    op.drop_table("network")
    op.drop_table("method")
    op.drop_table("change_counter")
