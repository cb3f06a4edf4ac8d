"""Writes links between items and keeps ancestry free of loops, also when two people link at the same moment."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import InvalidError, LoopError
from kb.items.document import LinkEntry
from kb.items.models import Adaptation, Item, Link
from kb.items.rules import ANCESTRY

_LOCK = 0x6B62_6C6E  # any number that nothing else locks


def lock_lineage(session: orm.Session) -> None:
    """Let one transaction at a time change who descends from whom; held until the end of the transaction.

    Take it before any row is changed: after, two transactions could each hold a row the other waits for. A writing
    session on SQLite holds the whole database already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def replace_links(session: orm.Session, source: Item, entries: Sequence[LinkEntry]) -> set[int]:
    """Make these the links of the source and return the ids of the old and new targets.

    Raises LoopError if the source would become its own ancestor, InvalidError if a target or its edition does not
    exist. The caller holds ``lock_lineage`` if an entry is of an ancestry type.
    """
    targets = _targets(session, entries)
    own = sa.select(Link.id).where(Link.source_id == source.id)
    before = set(session.scalars(sa.select(Link.target_id).where(Link.source_id == source.id)))
    if before:
        session.execute(sa.delete(Adaptation).where(Adaptation.link_id.in_(own)))
        session.execute(sa.delete(Link).where(Link.source_id == source.id))
    parents = {targets[entry.target].id for entry in entries if entry.type in ANCESTRY}
    refuse_loop(session, source, parents)
    for entry in entries:
        session.add(_row(source, targets[entry.target], entry))
    session.flush()
    return before | {target.id for target in targets.values()}


def _row(source: Item, target: Item, entry: LinkEntry) -> Link:
    if entry.edition > max(1, target.edition):
        message = f"{target.public_id} has no edition {entry.edition}; its latest is {max(1, target.edition)}."
        raise InvalidError(message, field="links")
    adaptation = entry.adaptation and Adaptation(
        **{name: getattr(entry.adaptation, name) for name in type(entry.adaptation).model_fields}
    )
    return Link(
        source_id=source.id,
        target_id=target.id,
        target_edition=entry.edition,
        type=entry.type,
        reason=entry.reason,
        adaptation=adaptation,
    )


def _targets(session: orm.Session, entries: Sequence[LinkEntry]) -> dict[str, Item]:
    wanted = {entry.target for entry in entries}
    if not wanted:
        return {}
    found = {item.public_id: item for item in session.scalars(sa.select(Item).where(Item.public_id.in_(wanted)))}
    missing = sorted(wanted - set(found))
    if missing:
        message = f"There is no record {missing[0]} to link to."
        raise InvalidError(message, field="links")
    return found


def refuse_loop(session: orm.Session, source: Item, parent_ids: set[int]) -> None:
    """Refuse if walking up from the parents leads to the source."""
    if not parent_ids:
        return
    up = sa.select(Item.id).where(Item.id.in_(parent_ids)).cte("up", recursive=True)
    above = sa.select(Link.target_id).join(up, Link.source_id == up.c.id).where(Link.type.in_(ANCESTRY))
    up = up.union(above)  # a set: what was reached is not walked again, so it ends even on a loop
    if session.scalar(sa.select(up.c.id).where(up.c.id == source.id)) is not None:
        message = f"{source.public_id} would become its own ancestor."
        raise LoopError(message, field="links")
