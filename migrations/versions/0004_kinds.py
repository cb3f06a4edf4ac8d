"""Change ideas, cycles and case studies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
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


def downgrade() -> None:
    """Take it back."""
    op.drop_table("step_answer")
    op.drop_table("result")
    op.drop_table("prediction")
    with op.batch_alter_table("driver_idea", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_driver_idea_driver_id"))
    op.drop_table("driver_idea")
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycle_previous_id"))
        batch_op.drop_index(batch_op.f("ix_cycle_method_version_id"))
        batch_op.drop_index(batch_op.f("ix_cycle_idea_id_cycle_stage"))
    op.drop_table("cycle")
    op.drop_table("change_idea")
    op.drop_table("case_section")
