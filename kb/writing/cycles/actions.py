"""The verbs that begin a cycle: try an idea, and open the next test of a ramp."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb.attachments.actions import attach
from kb.attachments.blobs import BlobStore
from kb.attachments.contents import Content
from kb.attachments.rules import FileKind, markdown_for
from kb.cycles.document import CycleDocument
from kb.cycles.rules import Stage
from kb.errors import InvalidError
from kb.ids import new_public_id
from kb.items.models import Item
from kb.permissions import Audience, State
from kb.schools.models import School
from kb.writing import kinds
from kb.writing.actions import edit
from kb.writing.capture.actions import discard
from kb.writing.capture.models import Note
from kb.writing.cycles import queries
from kb.writing.cycles.steps import next_texts
from kb.writing.places import WritingPlace
from kb.writing.queries import base_of

_LONGEST_TITLE = 200
_CARRIED = ("idea", "school", "network", "method", "method_version", "fictional", "language", "grades", "groups")


def plan(
    session: orm.Session,
    *,
    idea: Item,
    place: WritingPlace,
    method: tuple[str, str],
    title: str,
    summary: str,
    now: dt.datetime,
) -> CycleDocument:
    """Return the first text of a test of an idea: a plan with nothing but its place. ``method`` is code and version."""
    school = session.get_one(School, place.place.school_id)
    return CycleDocument(
        id=new_public_id(),
        title=title[:_LONGEST_TITLE],
        summary=summary[:500],
        state=State.DRAFT,
        audience=Audience.SCHOOL if place.network is None else Audience.NETWORK,
        network=place.network,
        school=school.public_id,
        created=now,
        fictional=school.fictional,
        idea=idea.public_id,
        idea_edition=max(1, idea.edition),
        method=method[0],
        method_version=method[1],
        stage=Stage.PLANNED,
    )


def next_plan(session: orm.Session, item: Item, *, title: str, now: dt.datetime) -> CycleDocument:
    """Return the plan of the test that follows this one: the same idea, place and method, and the texts of the plan."""
    before = kinds.document_of(session, item)
    if before.stage is not Stage.DONE:
        message = "This test is not done yet. Say how it turned out first."
        raise InvalidError(message, field="decision")
    method = queries.method_of(session, before.method, before.method_version)
    idea = session.scalars(sa.select(Item).where(Item.public_id == before.idea)).one()
    carried: dict[str, Any] = {name: getattr(before, name) for name in _CARRIED}
    return CycleDocument(
        **carried,
        id=new_public_id(),
        title=title[:_LONGEST_TITLE],
        summary=before.summary,
        state=State.DRAFT,
        audience=before.audience,
        created=now,
        idea_edition=max(1, idea.edition),
        test_population=before.test_population,
        scale=before.scale,
        group_size=before.group_size,
        stage=Stage.PLANNED,
        previous=before.id,
        texts=next_texts(method, before.texts),
    )


def take_note(session: orm.Session, store: BlobStore, item: Item, note: Note, *, by: int, now: dt.datetime) -> None:
    """Put a note and its photo into a new cycle as what happened; then the note goes. Nothing is typed again."""
    document = kinds.document_of(session, item)
    method = queries.method_of(session, document.method, document.method_version)
    happened = next(
        question.code for step in method.steps for question in step.questions if question.core == "happened"
    )
    words = note.text
    if note.photo is not None:
        content = Content(note.photo, FileKind(note.photo_kind))
        photo = attach(session, store, item, content, name="photo", alt=note.photo_shows, by=by, now=now)
        words += f"\n\n{markdown_for(photo.name, photo.url, photo.alt, content.kind)}"
    changed = document.model_copy(update={"texts": {**document.texts, happened: words}})
    edit(session, item, changed, base=base_of(session, item), by=by, now=now)
    discard(session, note, by=by, now=now)
