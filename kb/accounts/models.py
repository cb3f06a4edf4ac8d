"""The tables of people, what they belong to, and how they come in."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Base, choice


class Role(enum.StrEnum):
    """What a person is in a school or a network."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    CURATOR = "curator"


class Person(Base):
    """Somebody with an account."""

    __tablename__ = "person"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    public_id: orm.Mapped[str] = orm.mapped_column(sa.String(8), unique=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    email: orm.Mapped[str | None] = orm.mapped_column(sa.String(320), unique=True)
    is_admin: orm.Mapped[bool] = orm.mapped_column(default=False)
    created_at: orm.Mapped[dt.datetime]
    ended_at: orm.Mapped[dt.datetime | None]


def _one_current(place: str) -> sa.Index:
    """Return the rule that nobody has the same role at the same place twice; ended ones do not count."""
    current = sa.text("ended_at IS NULL")
    name = f"uq_membership_current_{place}"
    columns = ("person_id", place, "role")
    return sa.Index(name, *columns, unique=True, sqlite_where=current, postgresql_where=current)


class Membership(Base):
    """A person's role in one school or one network."""

    __tablename__ = "membership"
    __table_args__ = (
        sa.CheckConstraint("(school_id IS NULL) <> (network_id IS NULL)", name="school_or_network"),
        sa.CheckConstraint("role <> 'contributor' OR school_id IS NOT NULL", name="contributor_at_a_school"),
        sa.CheckConstraint("role <> 'curator' OR network_id IS NOT NULL", name="curator_of_a_network"),
        _one_current("school_id"),
        _one_current("network_id"),
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    school_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("school.id"), index=True)
    network_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    role: orm.Mapped[Role] = orm.mapped_column(choice(Role))
    created_at: orm.Mapped[dt.datetime]
    ended_at: orm.Mapped[dt.datetime | None]


class SignIn(Base):
    """A session in which a person is signed in, kept on the server: ending the row ends every copy of its cookie."""

    __tablename__ = "sign_in"

    token_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: orm.Mapped[dt.datetime]
    expires_at: orm.Mapped[dt.datetime]
    ended_at: orm.Mapped[dt.datetime | None]
    device: orm.Mapped[str] = orm.mapped_column(sa.String(80), default="", server_default="")
    seen_at: orm.Mapped[dt.datetime | None]


class Password(Base):
    """What is kept of a person's password: its argon2 hash. People who only use single sign-on have none."""

    __tablename__ = "password"

    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), primary_key=True, autoincrement=False)
    hash: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    changed_at: orm.Mapped[dt.datetime]


class PasswordReset(Base):
    """A link by which a person sets a new password once. Times are those of the database, the same on every node."""

    __tablename__ = "password_reset"

    token_hash: orm.Mapped[str] = orm.mapped_column(sa.String(64), primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    expires_at: orm.Mapped[dt.datetime]
    used_at: orm.Mapped[dt.datetime | None]


class Identity(Base):
    """Somebody at a provider of single sign-on: the issuer and its subject name a person, never an address."""

    __tablename__ = "identity"

    issuer: orm.Mapped[str] = orm.mapped_column(sa.String(255), primary_key=True)
    subject: orm.Mapped[str] = orm.mapped_column(sa.String(255), primary_key=True)
    person_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: orm.Mapped[dt.datetime]


class Invitation(Base):
    """A role at a school or in a network, offered by mail. ``token_hash`` is empty until the mail is written."""

    __tablename__ = "invitation"
    __table_args__ = (
        sa.CheckConstraint("(school_id IS NULL) <> (network_id IS NULL)", name="school_or_network"),
        sa.CheckConstraint("role <> 'contributor' OR school_id IS NOT NULL", name="contributor_at_a_school"),
        sa.CheckConstraint("role <> 'curator' OR network_id IS NOT NULL", name="curator_of_a_network"),
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    token_hash: orm.Mapped[str | None] = orm.mapped_column(sa.String(64), unique=True)
    email: orm.Mapped[str] = orm.mapped_column(sa.String(320), index=True)
    role: orm.Mapped[Role] = orm.mapped_column(choice(Role))
    school_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("school.id"), index=True)
    network_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("network.id"), index=True)
    invited_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    created_at: orm.Mapped[dt.datetime]
    expires_at: orm.Mapped[dt.datetime]
    accepted_at: orm.Mapped[dt.datetime | None]
    accepted_by: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("person.id"))
    revoked_at: orm.Mapped[dt.datetime | None]


class Throttle(Base):
    """When something was tried lately under one key (the hash of an account or a network address), in seconds."""

    __tablename__ = "throttle"

    key: orm.Mapped[str] = orm.mapped_column(sa.String(64), primary_key=True)
    times: orm.Mapped[list[float]] = orm.mapped_column(sa.JSON, default=list)
    until: orm.Mapped[dt.datetime] = orm.mapped_column(index=True)
