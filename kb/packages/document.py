"""The document form of a change package, and how it is read from the database."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlalchemy import orm

from kb.documents import Body, Document, Moment, Name, PublicId, Text
from kb.items.models import Item
from kb.networks.models import Network
from kb.packages.models import Package, PackageEntry

MOST_ENTRIES = 200


class EntryDocument(Document):
    """A record in the package."""

    item: PublicId
    note: Text = ""


def each_once(entries: list[EntryDocument]) -> list[EntryDocument]:
    """Return the entries; the same record twice is refused."""
    if len({entry.item for entry in entries}) < len(entries):
        message = "names the same record twice. Leave one out."
        raise ValueError(message)
    return entries


class PackageDocument(Document):
    """A change package as files hold it."""

    kind: Literal["package"] = "package"
    id: PublicId
    network: PublicId
    title: Name
    summary: Annotated[Text, Field(max_length=500)] = ""
    public: bool = False
    fictional: bool = False
    created: Moment
    updated: Moment | None = None
    entries: Annotated[list[EntryDocument], AfterValidator(each_once), Field(max_length=MOST_ENTRIES)] = Field(
        default_factory=list
    )
    body: Body = ""

    def mark(self) -> str:
        """Return a fingerprint of all that an import sets: what tells a change since then."""
        return self.fingerprint(frozenset({"updated"}))


def documents(session: orm.Session, packages: Sequence[Package]) -> dict[int, PackageDocument]:
    """Return the documents of these packages by id."""
    ids = [package.id for package in packages]
    networks = dict(
        session.execute(
            sa.select(Network.id, Network.public_id).where(Network.id.in_({one.network_id for one in packages}))
        ).all()
    )
    entries: dict[int, list[EntryDocument]] = defaultdict(list)
    found = session.execute(
        sa.select(PackageEntry.package_id, Item.public_id, PackageEntry.note)
        .join(Item, Item.id == PackageEntry.item_id)
        .where(PackageEntry.package_id.in_(ids))
        .order_by(PackageEntry.package_id, PackageEntry.position)
    )
    for package_id, public_id, note in found:
        entries[package_id].append(EntryDocument.model_construct(item=public_id, note=note))
    return {one.id: _document(one, networks[one.network_id], entries[one.id]) for one in packages}


def _document(package: Package, network: str, entries: list[EntryDocument]) -> PackageDocument:
    return PackageDocument.model_construct(
        kind="package",
        id=package.public_id,
        network=network,
        title=package.title,
        summary=package.summary,
        public=package.is_public,
        fictional=package.fictional,
        created=package.created_at,
        updated=_later(package.created_at, package.updated_at),
        entries=entries,
        body=package.about,
    )


def _later(created: dt.datetime, updated: dt.datetime) -> dt.datetime | None:
    return updated if updated != created else None
