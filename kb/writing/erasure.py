"""Erases a record for good: its words leave every table; the row of its id, kind and dates stays, so that it is no gap.

A table of another feature that holds words about a record says so where it is declared:
``__table_args__ = ({"info": {"erased_with": "item_id"}},)`` names the column with the item's id (or, for a text
column, with its public id), and its rows go too. Where rows must stay and only words go, ``erased_by`` is a function of
the session and the item's id.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, reach
from kb.attachments import actions as attachments
from kb.cases.models import CaseSection
from kb.cycles.models import Cycle, Prediction, Result, StepAnswer
from kb.db import Base
from kb.drivers.models import DriverIdea
from kb.history import History
from kb.ideas.models import ChangeIdea
from kb.items.models import Adaptation, Credit, Item, ItemTag, Link, Publication, Revision, Tag, TagAlias
from kb.jobs.models import Job, JobState
from kb.mail import rules as mail
from kb.permissions import State
from kb.writing.models import Draft

MARK, HOOK = "erased_with", "erased_by"
_PARTS: tuple[tuple[type[Any], str], ...] = (
    (CaseSection, "item_id"),
    (StepAnswer, "cycle_id"),
    (Prediction, "cycle_id"),
    (Result, "cycle_id"),
    (DriverIdea, "idea_id"),
    (Credit, "item_id"),
    (ItemTag, "item_id"),
    (Revision, "item_id"),
    (Draft, "item_id"),
)
_IN_LETTERS = (("\n- ", " ("), ("(about ", ")\n"), ("You follow: ", "\n"))  # how a digest names a record
_KEEP = ("item_id", "idea_id", "idea_edition", "method_version_id", "stage", "result", "decision", "started_on")


def erase(session: orm.Session, item: Item, *, by: int | None, now: dt.datetime) -> Item:
    """Erase a record. Twice is once; it does not come back by an import either."""
    session.refresh(item, with_for_update=True)
    if item.state is State.ERASED:
        return item
    reached = reach.of_items(session, [item.id])
    targets = set(session.scalars(sa.select(Link.target_id).where(Link.source_id == item.id)))
    contents = session.scalars(sa.select(Revision.content).where(Revision.item_id == item.id))
    titles = {item.title, *(content.get("title", "") for content in contents)} - {""}
    _delete_links(session, item)
    for table, column in _PARTS:
        session.execute(sa.delete(table).where(getattr(table, column) == item.id))
    attachments.erase(session, item)
    _delete_declared(session, item)
    _delete_copies(session, item, titles)
    session.execute(sa.update(Publication).where(Publication.item_id == item.id).values(note=""))
    session.execute(sa.update(History).where(History.public_id == item.public_id).values(facts={}))
    for detail in (ChangeIdea, Cycle):
        _blank(session, detail, item)
    _blank_item(item, now)
    session.flush()
    unused = sa.select(Tag.id).where(Tag.id.not_in(sa.select(ItemTag.tag_id)))
    session.execute(sa.delete(TagAlias).where(TagAlias.tag_id.in_(unused)))
    session.execute(sa.delete(Tag).where(Tag.id.in_(unused)))
    history.record(
        session,
        "erased",
        kind=item.kind.value,
        public_id=item.public_id,
        by=by,
        now=now,
        touches=reached | targets | {item.id},
    )
    return item


def _delete_links(session: orm.Session, item: Item) -> None:
    """Take the links of the record out with their reasons; what others say of it is theirs."""
    own = sa.select(Link.id).where(Link.source_id == item.id)
    session.execute(sa.delete(Adaptation).where(Adaptation.link_id.in_(own)))
    session.execute(sa.delete(Link).where(Link.source_id == item.id))


def _delete_declared(session: orm.Session, item: Item) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        if (forget := table.info.get(HOOK)) is not None:
            forget(session, item.id)
        name = table.info.get(MARK)
        if name is not None:
            column = table.c[name]
            value = item.public_id if isinstance(column.type, sa.String) else item.id
            session.execute(sa.delete(table).where(column == value))


def _delete_copies(session: orm.Session, item: Item, titles: Collection[str]) -> None:
    """Delete what holds its words without being about it alone: new texts begun from it, letters not yet sent."""
    session.execute(sa.delete(Draft).where(Draft.form.contains(item.public_id)))
    letters = session.scalars(sa.select(Job).where(Job.kind == mail.KIND, Job.state != JobState.DONE))
    for letter in letters:
        told = letter.payload.get("text", "")
        named = (f"{before}{title}{after}" for before, after in _IN_LETTERS for title in titles)
        if item.public_id in told or any(words in told for words in named):
            session.delete(letter)


def _blank(session: orm.Session, detail: type[Any], item: Item) -> None:
    """Empty what the detail row says and leave what other rows stand on."""
    row = session.get(detail, item.id)
    if row is None:
        return
    for column in detail.__table__.columns:
        if column.name not in _KEEP:
            setattr(row, column.name, None if column.nullable else "")


def _blank_item(item: Item, now: dt.datetime) -> None:
    item.title, item.slug, item.summary = "", "", ""
    item.state = State.ERASED
    item.author_id, item.review_by = None, None
    item.shared_with_school = False
    item.html = {}
    item.import_hash = ""
    item.updated_at = max(now, item.updated_at)
