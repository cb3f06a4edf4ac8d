"""A search as an Atom feed: what anybody may see, and nothing else, whoever asks."""

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import KbError
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind, Language
from kb.permissions import ANONYMOUS
from kb.search.service import Results

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NEVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_OURS = uuid.UUID("5c1f3a0e-9d6b-5f0e-8a57-3b1c6e0d7a42")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class FeedUnavailableError(KbError):
    """Words cannot be searched for now, and a feed must not hold what was not asked for."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "This feed cannot be made at the moment"


@dataclass(frozen=True, slots=True)
class Entry:
    """One public record. ``id`` stays the same for ever, wherever the site moves."""

    id: str
    kind: Kind
    ref: Ref
    title: str
    summary: str
    language: Language
    published: dt.datetime
    updated: dt.datetime


def urn(name: str) -> str:
    """Return an id that depends on the name alone."""
    return uuid.uuid5(_OURS, name).urn


def text(value: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return _NOT_XML.sub("", value)


def stamp(moment: dt.datetime) -> str:
    """Return a time as Atom writes it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ids(found: Results) -> tuple[int, ...]:
    """Return the items a feed of these results holds: none where one of up to three words had to be left out."""
    if found.problem:
        raise FeedUnavailableError
    return () if found.is_loose else found.ids


def entries(session: orm.Session, items: Sequence[int]) -> list[Entry]:
    """Return the entries of the items that anybody may read, in the given order."""
    columns = (Item.public_id, Item.kind, Item.slug, Item.title, Item.summary, Item.language)
    rows = session.execute(
        sa.select(Item.id, *columns, Item.published_at, Item.updated_at).where(Item.id.in_(items), readable(ANONYMOUS))
    )
    found = {
        row.id: Entry(
            id=urn(f"item/{row.public_id}"),
            kind=row.kind,
            ref=Ref(row.public_id, row.slug),
            title=text(row.title),
            summary=text(row.summary),
            language=row.language,
            published=row.published_at or row.updated_at,
            updated=max(row.updated_at, row.published_at or row.updated_at),
        )
        for row in rows
    }
    return [found[item] for item in items if item in found]
