"""The verbs of change packages."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, markup
from kb.errors import ConflictError, InvalidError
from kb.ids import slugify
from kb.items.models import Item
from kb.networks.models import Network
from kb.packages.document import PackageDocument
from kb.packages.models import Package, PackageEntry


def save(
    session: orm.Session, document: PackageDocument, *, by: int | None, now: dt.datetime, base: int | None = None
) -> Package:
    """Create or change a package.

    ``base`` is the row version that was edited; ConflictError if it is no longer the latest. InvalidError if the
    network or a record does not exist.
    """
    about_html = markup.render(document.body)
    row = session.scalar(sa.select(Package).where(Package.public_id == document.id))
    if row is not None and base is not None and row.row_version != base:
        message = (
            "Somebody else changed this change package in the meantime. Open it in a new tab and look; "
            "saving again puts your words in the place of theirs."
        )
        raise ConflictError(message)
    is_new = row is None
    row = row or Package(public_id=document.id, created_at=document.created, row_version=1)
    row.network_id = _network_id(session, document.network)
    row.title, row.slug, row.summary = document.title, slugify(document.title), document.summary
    row.about, row.about_html = document.body, about_html
    row.is_public, row.fictional = document.public, document.fictional
    row.updated_at = (document.updated or document.created) if is_new else (document.updated or now)
    session.add(row)
    session.flush()
    _replace_entries(session, row, document)
    history.record(
        session,
        "created" if is_new else "changed",
        kind="package",
        public_id=row.public_id,
        by=by,
        now=now,
        public=document.public,
    )
    return row


def _network_id(session: orm.Session, public_id: str) -> int:
    found = session.scalar(sa.select(Network.id).where(Network.public_id == public_id))
    if found is None:
        message = f"There is no network {public_id}."
        raise InvalidError(message, field="network")
    return found


def _replace_entries(session: orm.Session, package: Package, document: PackageDocument) -> None:
    wanted = [entry.item for entry in document.entries]
    ids = dict(session.execute(sa.select(Item.public_id, Item.id).where(Item.public_id.in_(wanted))).all())
    missing = sorted(set(wanted) - set(ids))
    if missing:
        message = f"There is no record {missing[0]}."
        raise InvalidError(message, field="entries")
    session.execute(sa.delete(PackageEntry).where(PackageEntry.package_id == package.id))
    session.add_all(
        PackageEntry(package_id=package.id, position=position, item_id=ids[entry.item], note=entry.note)
        for position, entry in enumerate(document.entries)
    )
    session.flush()
