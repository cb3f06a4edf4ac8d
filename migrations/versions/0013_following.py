"""Following, comments and questions."""

import sqlalchemy as sa
from alembic import op

from kb.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_index(op.f("ix_history_at"), "history", ["at"])
    op.create_table(
        "digest",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "period", name=op.f("pk_digest")),
    )
    op.create_table(
        "digest_choice",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "frequency",
            sa.Enum("off", "daily", "weekly", name="frequency", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("chosen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("chosen_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest_choice")),
        sa.UniqueConstraint("token", name=op.f("uq_digest_choice_token")),
    )
    op.create_index(op.f("ix_digest_choice_frequency"), "digest_choice", ["frequency"])
    op.create_table(
        "follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "idea",
                "school",
                "driver",
                "network",
                name="followed",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follow_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint("person_id", "kind", "public_id", name=op.f("uq_follow_person_id_kind_public_id")),
    )
    op.create_table(
        "privacy_problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_privacy_problem_answered_by_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_privacy_problem_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_problem")),
        sa.UniqueConstraint("public_id", name=op.f("uq_privacy_problem_public_id")),
    )
    op.create_index(op.f("ix_privacy_problem_network_id"), "privacy_problem", ["network_id"])
    op.create_table(
        "search_owner",
        sa.Column("search_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_search_owner_person_id_person")),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_search.id"], name=op.f("fk_search_owner_search_id_saved_search"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("search_id", name=op.f("pk_search_owner")),
    )
    op.create_index(op.f("ix_search_owner_person_id"), "search_owner", ["person_id"])
    op.create_table(
        "visitor_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column(
            "about",
            sa.Enum(
                "idea", "cycle", "case", "school", name="about", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("about_id", sa.String(length=8), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("forwarded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("forwarded_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_visitor_question_closed_by_person")),
        sa.ForeignKeyConstraint(["forwarded_by"], ["person.id"], name=op.f("fk_visitor_question_forwarded_by_person")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_visitor_question_network_id_network")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_visitor_question_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_visitor_question_public_id")),
    )
    op.create_index(op.f("ix_visitor_question_created_at"), "visitor_question", ["created_at"])
    op.create_index(op.f("ix_visitor_question_network_id"), "visitor_question", ["network_id"])
    op.create_index(op.f("ix_visitor_question_school_id"), "visitor_question", ["school_id"])
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=8), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "comment",
                "question",
                "answer",
                name="commentkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "shown", "hidden", "removed", name="commentstate", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("state_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("state_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(kind = 'answer') = (parent_id IS NOT NULL)", name=op.f("ck_comment_answer_has_parent")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id_person")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_comment_item_id_item")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id_comment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["state_by"], ["person.id"], name=op.f("fk_comment_state_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_comment_public_id")),
    )
    op.create_index(op.f("ix_comment_author_id"), "comment", ["author_id"])
    op.create_index(op.f("ix_comment_item_id_comment_created_at"), "comment", ["item_id", "created_at"])
    op.create_index(op.f("ix_comment_parent_id"), "comment", ["parent_id"])
    op.create_table(
        "comment_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_comment_report_comment_id_comment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comment_report_person_id_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_comment_report_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_report")),
        sa.UniqueConstraint("comment_id", "person_id", name=op.f("uq_comment_report_comment_id_person_id")),
    )


def downgrade() -> None:
    """Remove it again."""
    op.drop_table("comment_report")
    op.drop_index(op.f("ix_comment_parent_id"), table_name="comment")
    op.drop_index(op.f("ix_comment_item_id_comment_created_at"), table_name="comment")
    op.drop_index(op.f("ix_comment_author_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_index(op.f("ix_visitor_question_school_id"), table_name="visitor_question")
    op.drop_index(op.f("ix_visitor_question_network_id"), table_name="visitor_question")
    op.drop_index(op.f("ix_visitor_question_created_at"), table_name="visitor_question")
    op.drop_table("visitor_question")
    op.drop_index(op.f("ix_search_owner_person_id"), table_name="search_owner")
    op.drop_table("search_owner")
    op.drop_index(op.f("ix_privacy_problem_network_id"), table_name="privacy_problem")
    op.drop_table("privacy_problem")
    op.drop_table("follow")
    op.drop_index(op.f("ix_digest_choice_frequency"), table_name="digest_choice")
    op.drop_table("digest_choice")
    op.drop_table("digest")
    op.drop_index(op.f("ix_history_at"), table_name="history")
