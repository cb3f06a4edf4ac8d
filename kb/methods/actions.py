"""The verbs of methods."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, markup
from kb.errors import InvalidError
from kb.methods.document import MethodDocument, StepEntry
from kb.methods.document import document as read
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion


def find(session: orm.Session, code: str, version: str) -> MethodVersion | None:
    """Return a version with its steps and questions."""
    return session.scalar(
        sa.select(MethodVersion)
        .join(MethodVersion.method)
        .where(Method.code == code, MethodVersion.version == version)
        .options(
            orm.contains_eager(MethodVersion.method),
            orm.selectinload(MethodVersion.steps).selectinload(MethodStep.questions),
        )
    )


def publish(session: orm.Session, document: MethodDocument, *, by: int | None, now: dt.datetime) -> MethodVersion:
    """Publish a version of a method; a published one never changes, so other words under its number are refused."""
    published = find(session, document.code, document.version)
    if published is not None:
        if read(published).fingerprint() != document.fingerprint():
            message = (
                f"Version {document.version} of {document.code} is published and never changes. "
                "New wording needs a new version: raise the number."
            )
            raise InvalidError(message, field="version")
        return published
    method = session.scalar(sa.select(Method).where(Method.code == document.code))
    if method is None:
        method = Method(code=document.code)
        session.add(method)
        session.flush()
    row = MethodVersion(
        method_id=method.id,
        version=document.version,
        title=document.title,
        summary=document.summary,
        source=document.source,
        body=document.body,
        body_html=markup.render(document.body),
        steps=[_step(position, entry) for position, entry in enumerate(document.steps)],
    )
    session.add(row)
    history.record(
        session, "published", kind="method", public_id=document.code, by=by, now=now, version=document.version
    )
    return row


def _step(position: int, entry: StepEntry) -> MethodStep:
    questions = [
        MethodQuestion(position=place, code=question.code, text=question.text, hint=question.hint, core=question.core)
        for place, question in enumerate(entry.questions)
    ]
    return MethodStep(
        position=position,
        code=entry.code,
        title=entry.title,
        phase=entry.phase,
        guidance=entry.guidance,
        questions=questions,
    )
