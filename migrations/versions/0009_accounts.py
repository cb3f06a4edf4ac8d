"""Accounts: passwords, sessions, invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("throttle", "invitation", "identity", "password_reset", "password")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("sign_in", sa.Column("device", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("sign_in", sa.Column("seen_at", _moment(), nullable=True))
    op.create_table(
        "password",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("changed_at", _moment(), nullable=False),
        _belongs("password", "person_id", "person"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_password")),
    )
    op.create_table(
        "password_reset",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        _belongs("password_reset", "person_id", "person"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_reset")),
    )
    op.create_index(op.f("ix_password_reset_person_id"), "password_reset", ["person_id"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        _belongs("identity", "person_id", "person"),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_person_id"), "identity", ["person_id"])
    _create_invitation()
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("until", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_until"), "throttle", ["until"])


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("accepted_at", _moment(), nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", _moment(), nullable=True),
        sa.CheckConstraint("role IN ('reader', 'contributor', 'curator')", name=op.f("ck_invitation_role")),
        sa.CheckConstraint("(school_id IS NULL) <> (network_id IS NULL)", name=op.f("ck_invitation_school_or_network")),
        sa.CheckConstraint(
            "role <> 'contributor' OR school_id IS NOT NULL", name=op.f("ck_invitation_contributor_at_a_school")
        ),
        sa.CheckConstraint(
            "role <> 'curator' OR network_id IS NOT NULL", name=op.f("ck_invitation_curator_of_a_network")
        ),
        _belongs("invitation", "school_id", "school"),
        _belongs("invitation", "network_id", "network"),
        _belongs("invitation", "invited_by", "person"),
        _belongs("invitation", "accepted_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    for column in ("email", "school_id", "network_id"):
        op.create_index(op.f(f"ix_invitation_{column}"), "invitation", [column])


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade() -> None:
    """Remove it again."""
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("sign_in", "seen_at")
    op.drop_column("sign_in", "device")
