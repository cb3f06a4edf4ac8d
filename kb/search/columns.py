"""All items as columns: read once, then only what the change feed says has changed.

A row never moves: an item keeps its row for ever and changes in place (in a copy; a published snapshot never changes),
so that everything else can refer to rows.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.cycles.rules import Decision, ResultStatus, Stage
from kb.ideas.models import ChangeIdea
from kb.items.models import Item, ItemTag, Link
from kb.items.rules import Kind, Language, LinkType
from kb.methods.models import MethodVersion
from kb.permissions import Audience, State
from kb.schools.models import School
from kb.search import details, editions
from kb.search.details import codes
from kb.search.editions import Edition, TagIds

KINDS, STATES, AUDIENCES, LANGUAGES = codes(Kind), codes(State), codes(Audience), codes(Language)
RESULTS, DECISIONS = codes(ResultStatus), codes(Decision)
NONE = -1
SUMMER = 7  # a school year runs from July to June
ROW = np.dtype(
    [
        ("id", np.int64),
        ("seq", np.int64),
        ("moment", np.int64),
        ("idea", np.int64),
        ("author", np.int32),
        ("school", np.int32),
        ("network", np.int32),
        ("method", np.int32),
        ("year", np.int16),
        ("kind", np.int8),
        ("state", np.int8),
        ("audience", np.int8),
        ("language", np.int8),
        ("result", np.int8),
        ("decision", np.int8),
        ("locale", np.int8),
        ("shared", np.bool_),
        ("done", np.bool_),
        ("old", np.bool_),  # a cycle that tested an edition that is no longer in force
        *details.FIELDS,
    ]
)
Rows = npt.NDArray[np.void]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows, where each item's row is (``row_of``, -1 for none), its tags, and the cycles a case study cites.

    ``tested_…`` are pairs of the row of an ``old`` cycle and a value of its edition (``editions``), as ``packed``.
    """

    rows: Rows
    row_of: Index
    tag_rows: Index
    tag_ids: Index
    citing_rows: Index
    cited_ids: Index
    tested_rows: Index
    tested_values: Index
    editions: Mapping[int, Edition] = field(default_factory=dict)
    tags: TagIds = field(default_factory=dict)


_NO = np.zeros(0, np.int64)
EMPTY = Columns(np.zeros(0, ROW), _NO, _NO, _NO, _NO, _NO, _NO, _NO)
_BATCH = 5_000


def school_year(day: dt.date | None) -> int:
    """Return the year in which the school year of a day began (July to June), -1 for no day."""
    return NONE if day is None else day.year - (day.month < SUMMER)


def refresh(session: orm.Session, old: Columns, tag_ids: TagIds, *, after: int) -> Columns:
    """Return the columns with every item whose change number is above ``after`` read again; ``tag_ids`` as of now.

    The cycles of an idea that has changed are read too, for another edition may be in force.
    """
    if old.tags != tag_ids:
        old = _looked_up(old, tag_ids)
    fresh = _read_rows(session, after)
    if not len(fresh):
        return old
    tags, cited, outcomes = _pairs(
        session,
        sa.select(ItemTag.item_id, ItemTag.tag_id).join(Item, Item.id == ItemTag.item_id),
        sa.select(Link.source_id, Link.target_id)
        .join(Item, Item.id == Link.source_id)
        .where(Link.type == LinkType.CITES, Item.kind == Kind.CASE),
        details.OUTCOMES_OF,
        after=after,
    )
    details.mark_outcomes(fresh, outcomes)
    tested = editions.tested(session, None if after < 0 else _changed(after))
    fresh["old"] = np.isin(fresh["id"], np.fromiter(tested, np.int64))
    rows, row_of = _placed(old, fresh)
    changed = np.zeros(len(rows), np.bool_)
    changed[row_of[fresh["id"]]] = True
    tag_rows, tags_of = _joined(old.tag_rows, old.tag_ids, tags, row_of, changed)
    citing_rows, cited_ids = _joined(old.citing_rows, old.cited_ids, cited, row_of, changed)
    pairs = np.array(list(editions.pairs(tested, tag_ids)), np.int64).reshape(-1, 2)
    tested_rows, tested_values = _joined(old.tested_rows, old.tested_values, pairs, row_of, changed)
    held = {cycle: edition for cycle, edition in old.editions.items() if not changed[row_of[cycle]]} | tested
    return Columns(rows, row_of, tag_rows, tags_of, citing_rows, cited_ids, tested_rows, tested_values, held, tag_ids)


def _looked_up(old: Columns, tag_ids: TagIds) -> Columns:
    """Return the columns with the tags of tested editions looked up again: one may have become another."""
    pairs = np.array(list(editions.pairs(old.editions, tag_ids)), np.int64).reshape(-1, 2)
    return replace(old, tested_rows=old.row_of[pairs[:, 0]], tested_values=pairs[:, 1], tags=tag_ids)


def _changed(after: int) -> sa.Select[tuple[int]]:
    """Return the items that changed since, and the cycles of the ideas among them."""
    items = sa.select(Item.id).where(Item.change_seq > after)
    cycles = sa.select(Cycle.item_id).where(Cycle.idea_id.in_(items))
    return sa.select(sa.union(items, cycles).subquery().c.id)


def _placed(old: Columns, fresh: Rows) -> tuple[Rows, Index]:
    """Return the old rows with the fresh ones in their places, new items at the end."""
    size = max(len(old.row_of), int(fresh["id"].max()) + 1)
    row_of = np.full(size, NONE, np.int64)
    row_of[: len(old.row_of)] = old.row_of
    new = fresh["id"][row_of[fresh["id"]] == NONE]
    row_of[new] = np.arange(len(old.rows), len(old.rows) + len(new))
    rows = np.concatenate([old.rows, np.zeros(len(new), ROW)])
    rows[row_of[fresh["id"]]] = fresh
    return rows, row_of


def _joined(
    rows: Index, values: Index, fresh: Index, row_of: Index, changed: npt.NDArray[np.bool_]
) -> tuple[Index, Index]:
    kept = ~changed[rows]
    return np.concatenate([rows[kept], row_of[fresh[:, 0]]]), np.concatenate([values[kept], fresh[:, 1]])


def _pairs(session: orm.Session, *selects: sa.Select[int, int], after: int) -> list[Index]:
    """Return the pairs that each select gives for the items changed after ``after``; one query for all of them."""
    wanted = sa.true() if after < 0 else Item.id.in_(_changed(after))
    marked = [select.add_columns(sa.literal(n)).where(wanted) for n, select in enumerate(selects)]
    found = np.array([tuple(row) for row in session.execute(sa.union_all(*marked))], np.int64).reshape(-1, 3)
    return [found[found[:, 2] == n, :2] for n in range(len(selects))]


def _read_rows(session: orm.Session, after: int) -> Rows:
    def words(column: Any) -> Any:
        return sa.type_coerce(column, sa.String)  # the bare text: making enum members of 60,000 rows takes a second

    select = (
        sa.select(
            Item.id,
            Item.change_seq,
            sa.func.coalesce(Item.published_at, Item.created_at, type_=Item.created_at.type),
            Cycle.idea_id,
            Item.author_id,
            Item.school_id,
            Item.network_id,
            MethodVersion.method_id,
            Cycle.started_on,
            words(Item.kind),
            words(Item.state),
            words(Item.audience),
            words(Item.language),
            words(Cycle.result),
            words(Cycle.decision),
            sa.func.coalesce(sa.func.nullif(Cycle.context_locale, ""), School.locale),
            Item.shared_with_school,
            words(Cycle.stage),
            *details.SELECTED,
        )
        .outerjoin(Cycle, Cycle.item_id == Item.id)
        .outerjoin(MethodVersion, MethodVersion.id == Cycle.method_version_id)
        .outerjoin(School, School.id == Item.school_id)
        .outerjoin(ChangeIdea, ChangeIdea.item_id == Item.id)
    )
    if after >= 0:
        select = select.where(Item.id.in_(_changed(after)))
    parts = [np.array([_row(*values) for values in part], ROW) for part in session.execute(select).partitions(_BATCH)]
    return np.concatenate(parts) if parts else np.zeros(0, ROW)


def _row(  # noqa: PLR0913, PLR0917 - one argument a column, in the order of the select
    item: int,
    seq: int,
    moment: dt.datetime,
    idea: int | None,
    author: int | None,
    school: int | None,
    network: int | None,
    method: int | None,
    started: dt.date | None,
    kind: str,
    state: str,
    audience: str,
    language: str,
    result: str | None,
    decision: str | None,
    locale: str | None,
    shared: bool,  # noqa: FBT001 - a column
    stage: str | None,
    *rest: Any,
) -> tuple[Any, ...]:
    return (
        item,
        seq,
        int(moment.timestamp()),
        _or_none(idea),
        _or_none(author),
        _or_none(school),
        _or_none(network),
        _or_none(method),
        school_year(started),
        KINDS[kind],
        STATES[state],
        AUDIENCES[audience],
        LANGUAGES[language],
        RESULTS.get(result or "", NONE),
        DECISIONS.get(decision or "", NONE),
        int(locale[0]) if locale and locale[0].isdecimal() else NONE,
        shared,
        stage == Stage.DONE.value,
        False,
        *details.values(*rest),
    )


def _or_none(value: int | None) -> int:
    return NONE if value is None else value


def rows_of(columns: Columns, ids: Sequence[int] | Index) -> Index:
    """Return the row of each item id, -1 for an item that is not known."""
    wanted = np.asarray(ids, np.int64)
    found = np.full(len(wanted), NONE, np.int64)
    inside = (wanted >= 0) & (wanted < len(columns.row_of))
    found[inside] = columns.row_of[wanted[inside]]
    return found
