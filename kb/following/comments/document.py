"""The document form of a comment, for exports: who said what about which record, and what became of it."""

from collections.abc import Sequence
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.documents import Body, Document, Moment, PublicId, Text, Word
from kb.following.comments.models import Comment
from kb.following.comments.rules import LONGEST_REASON, CommentKind, CommentState
from kb.items.models import Item


class CommentDocument(Document):
    """A comment, a question or an answer. The body holds its words."""

    kind: Literal["comment"] = "comment"
    id: PublicId
    item: PublicId
    says: Word[CommentKind]
    answers: PublicId | None = None
    author: PublicId | None = None
    at: Moment
    state: Word[CommentState] = CommentState.SHOWN
    state_at: Moment | None = None
    state_by: PublicId | None = None
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] = ""
    body: Body = ""


def documents(session: orm.Session, comments: Sequence[Comment]) -> dict[int, CommentDocument]:
    """Return the documents of these comments by their row's id."""
    parent, author, decider = orm.aliased(Comment), orm.aliased(Person), orm.aliased(Person)
    named = (
        sa.select(Comment.id, Item.public_id, parent.public_id, author.public_id, decider.public_id)
        .join(Item, Item.id == Comment.item_id)
        .outerjoin(parent, parent.id == Comment.parent_id)
        .outerjoin(author, author.id == Comment.author_id)
        .outerjoin(decider, decider.id == Comment.state_by)
        .where(Comment.id.in_([row.id for row in comments]))
    )
    names = {row_id: rest for row_id, *rest in session.execute(named)}
    return {row.id: _document(row, *names[row.id]) for row in comments}


def _document(row: Comment, item: str, answers: str | None, author: str | None, decider: str | None) -> CommentDocument:
    return CommentDocument.model_construct(
        kind="comment",
        id=row.public_id,
        item=item,
        says=row.kind,
        answers=answers,
        author=author,
        at=row.created_at,
        state=row.state,
        state_at=row.state_at,
        state_by=decider,
        reason=row.reason,
        body=row.text,
    )
