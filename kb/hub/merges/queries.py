"""What a merge page shows: the merges into an idea, and what a merge would move."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.cycles.models import Cycle
from kb.errors import NotFoundError
from kb.following.models import Follow
from kb.following.rules import Followed
from kb.ideas.models import IdeaMerge
from kb.items.models import Item, Link, Tag
from kb.items.queries import readable
from kb.items.rules import Kind, Vocabulary
from kb.networks.models import Network
from kb.permissions import Permission, State, Viewer, can


@dataclass(frozen=True, slots=True)
class Merged:
    """A duplicate that went into an idea."""

    public_id: str
    title: str
    at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What hangs on an idea: cycles, links and followers of all kinds, also those not everyone may see."""

    cycles: int
    links: int
    followers: int


def merged_into(session: orm.Session, viewer: Viewer, idea_id: int) -> list[Merged]:
    """Return what was merged into an idea, the newest first: by number where its readers were others."""
    rows = session.execute(
        sa.select(Item, IdeaMerge.at, Person.name)
        .join(Item, Item.id == IdeaMerge.idea_id)
        .outerjoin(Person, Person.id == IdeaMerge.person_id)
        .where(IdeaMerge.into_id == idea_id)
        .order_by(IdeaMerge.at.desc())
    )
    return [
        Merged(item.public_id, item.title if _may_know(viewer, item) else item.public_id, at, name or "")
        for item, at, name in rows
    ]


def _may_know(viewer: Viewer, item: Item) -> bool:
    reads = (Permission.ITEM_READ, Permission.ITEM_TOMBSTONE, Permission.ITEM_EDIT)
    return any(can(viewer, permission, item) for permission in reads)


def merge_of(session: orm.Session, kept: Item, public_id: str) -> IdeaMerge:
    """Return the merge of a duplicate into this idea, or raise NotFoundError."""
    row = session.scalar(
        sa.select(IdeaMerge)
        .join(Item, Item.id == IdeaMerge.idea_id)
        .where(Item.public_id == public_id, IdeaMerge.into_id == kept.id)
    )
    if row is None:
        raise NotFoundError
    return row


def network_of(session: orm.Session, idea_id: int) -> Network | None:
    """Return the network of an idea, None where it has none."""
    return session.scalar(sa.select(Network).join(Item, Item.network_id == Network.id).where(Item.id == idea_id))


def weight(session: orm.Session, idea: Item) -> Weight:
    """Return what a merge would move."""
    cycles = sa.select(sa.func.count()).select_from(Cycle).where(Cycle.idea_id == idea.id)
    links = sa.select(sa.func.count()).select_from(Link)
    links = links.where(sa.or_(Link.source_id == idea.id, Link.target_id == idea.id))
    followers = sa.select(sa.func.count()).select_from(Follow)
    followers = followers.where(Follow.kind == Followed.IDEA, Follow.public_id == idea.public_id)
    return Weight(*(session.scalar(select) or 0 for select in (cycles, links, followers)))


def other_idea(session: orm.Session, viewer: Viewer, idea: Item, public_id: str) -> Item | None:
    """Return another published idea that the viewer may read, with its texts; None where there is none."""
    return session.scalar(
        sa.select(Item)
        .where(
            Item.public_id == public_id,
            Item.kind == Kind.IDEA,
            Item.id != idea.id,
            Item.state == State.PUBLISHED,
            readable(viewer),
        )
        .options(orm.undefer(Item.html))
    )


def titled(session: orm.Session, viewer: Viewer, idea: Item, words: str, limit: int) -> list[int]:
    """Return other published ideas whose title holds every word."""
    query = sa.select(Item.id).where(
        Item.kind == Kind.IDEA, Item.state == State.PUBLISHED, Item.id != idea.id, readable(viewer)
    )
    for word in words.split()[:8]:
        query = query.where(Item.title.icontains(word, autoescape=True))
    return list(session.scalars(query.order_by(Item.title).limit(limit)))


def tag_by_slug(session: orm.Session, vocabulary: Vocabulary, slug: str) -> Tag | None:
    """Return a tag."""
    return session.scalar(sa.select(Tag).where(Tag.vocabulary == vocabulary, Tag.slug == slug))
