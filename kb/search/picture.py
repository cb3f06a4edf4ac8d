"""What one viewer can see of the catalogue: which rows, with which values, tested how often.

It is made once for a viewer and a change, then only counted over.
A cycle inherits topic and subject from its idea, an idea or case study carries the values of the cycles that test it or
that it cites; both only where the viewer may read the other record, so that no count tells of what is hidden.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.items.rules import Kind
from kb.permissions import State, Viewer
from kb.search import columns
from kb.search.access import readable_rows
from kb.search.columns import KINDS, NONE, STATES, Columns, Index
from kb.search.engine import Bitmap
from kb.search.registers import Registers

OWN = ("kind", "language")
INHERITED = ("topic", "subject")
CARRIED = ("grade", "result", "decision", "method", "year", "locale", "network", "school")
_DENSE = 1 << 23


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one facet: pairs of a row and a code, each pair once."""

    rows: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]

    def counts(self, chosen: Bitmap) -> dict[int, int]:
        """Return how many of the chosen rows carry each code; codes that none carries are left out."""
        found = np.bincount(self.codes[chosen[self.rows]])
        return {int(code): int(found[code]) for code in np.flatnonzero(found)}

    def carrying(self, codes: list[int], size: int) -> Bitmap:
        """Return which of ``size`` rows carry any of the codes."""
        hit = np.zeros(size, np.bool_)
        hit[self.rows[np.isin(self.codes, np.array(codes, np.int32))]] = True
        return hit


@dataclass(frozen=True, slots=True)
class Picture:
    """``allowed`` is by item id, the rest by row; ``schools`` and ``cycles`` count done, published tests of a row."""

    visible: Bitmap
    allowed: Bitmap
    facets: dict[str, Values]
    schools: Index
    cycles: Index
    hidden_idea: Bitmap


def make(viewer: Viewer, held: Columns, registers: Registers) -> Picture:
    """Return the viewer's picture."""
    rows = held.rows
    visible = readable_rows(viewer, rows)
    idea_row = columns.rows_of(held, rows["idea"])
    cited_row = columns.rows_of(held, held.cited_ids)
    cycle_rows = np.flatnonzero(visible & (idea_row >= 0))
    inherits = cycle_rows[visible[idea_row[cycle_rows]]]
    cites = np.flatnonzero(visible[held.citing_rows] & (cited_row >= 0))
    cites = cites[visible[cited_row[cites]] & (rows["kind"][cited_row[cites]] == KINDS[Kind.CYCLE])]
    to = np.concatenate([idea_row[inherits], held.citing_rows[cites]])
    of = np.concatenate([inherits, cited_row[cites]])
    facets = {}
    for facet in (*OWN, *INHERITED, *CARRIED):
        own = _own(facet, held, registers, visible)
        if facet in INHERITED:
            own = _distinct(own, _carry(own, inherits, idea_row[inherits]), len(rows))
        elif facet in CARRIED:
            own = _distinct(own, _carry(own, to, of), len(rows))
        facets[facet] = own
    tested = rows["done"][of] & (rows["state"][of] == STATES[State.PUBLISHED])
    cycles, schools = _tests(to[tested], of[tested], rows)
    return Picture(
        visible=visible,
        allowed=_by_id(held, visible),
        facets=facets,
        schools=schools,
        cycles=cycles,
        hidden_idea=(idea_row >= 0) & ~visible[np.maximum(idea_row, 0)],
    )


def _own(facet: str, held: Columns, registers: Registers, visible: Bitmap) -> Values:
    if facet in registers.tags:
        among = registers.tags[facet]
        inside = np.flatnonzero((held.tag_ids < len(among)) & visible[held.tag_rows])
        chosen = inside[among[held.tag_ids[inside]]]
        return Values(held.tag_rows[chosen].astype(np.int32), held.tag_ids[chosen].astype(np.int32))
    column = held.rows[facet]
    chosen = np.flatnonzero(visible & (column != NONE))
    return Values(chosen.astype(np.int32), column[chosen].astype(np.int32))


def _carry(values: Values, to: Index, of: Index) -> Values:
    """Return every value of the rows ``of`` as a value of the rows ``to`` (pair by pair)."""
    order = np.argsort(values.rows, kind="stable")
    rows, codes = values.rows[order], values.codes[order]
    first, after = np.searchsorted(rows, of, "left"), np.searchsorted(rows, of, "right")
    counts = after - first
    starts = np.repeat(first - (np.cumsum(counts) - counts), counts)
    return Values(np.repeat(to, counts).astype(np.int32), codes[starts + np.arange(len(starts))])


def _distinct(one: Values, other: Values, size: int) -> Values:
    """Return the pairs of both, each once."""
    rows = np.concatenate([one.rows, other.rows]).astype(np.int64)
    codes = np.concatenate([one.codes, other.codes]).astype(np.int64)
    width = int(codes.max(initial=0)) + 1
    keys = rows * width + codes
    if size * width <= _DENSE:  # faster than sorting, where it fits
        there = np.zeros(size * width, np.bool_)
        there[keys] = True
        keys = np.flatnonzero(there)
    else:
        keys = np.unique(keys)
    return Values((keys // width).astype(np.int32), (keys % width).astype(np.int32))


def _tests(to: Index, of: Index, rows: columns.Rows) -> tuple[Index, Index]:
    """Return for each row how many tests it has, and at how many schools."""
    cycles = np.bincount(to, minlength=len(rows))
    at = rows["school"][of].astype(np.int64)
    known = at != NONE
    width = int(at.max(initial=0)) + 1
    pairs = np.unique(to[known] * width + at[known])
    return cycles, np.bincount(pairs // width, minlength=len(rows))


def _by_id(held: Columns, visible: Bitmap) -> Bitmap:
    allowed = np.zeros(len(held.row_of), np.bool_)
    allowed[held.rows["id"][visible]] = True
    return allowed
