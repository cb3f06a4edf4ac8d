"""Reads on methods."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import NotFoundError
from kb.methods.models import Method, MethodStep, MethodVersion
from kb.permissions import Viewer

_LATEST = sa.select(sa.func.max(MethodVersion.id)).group_by(MethodVersion.method_id)


def methods(session: orm.Session) -> Sequence[MethodVersion]:
    """Return the latest version of every method, by title, with its steps."""
    return session.scalars(
        sa.select(MethodVersion)
        .where(MethodVersion.id.in_(_LATEST))
        .order_by(MethodVersion.title)
        .options(orm.joinedload(MethodVersion.method), orm.selectinload(MethodVersion.steps))
    ).all()


def method_by_code(session: orm.Session, _viewer: Viewer, code: str) -> MethodVersion:
    """Return the latest version of a method with steps and questions, or raise NotFoundError."""
    version = session.scalar(
        sa.select(MethodVersion)
        .join(Method, Method.id == MethodVersion.method_id)
        .where(Method.code == code)
        .order_by(MethodVersion.id.desc())
        .limit(1)
        .options(
            orm.joinedload(MethodVersion.method),
            orm.selectinload(MethodVersion.steps).selectinload(MethodStep.questions),
        )
    )
    if version is None:
        raise NotFoundError
    return version
