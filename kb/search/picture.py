"""What one viewer can see of the catalogue: which rows, with which values, tested how often.

It is made once for a viewer and a change, then only counted over.
A cycle inherits topic and subject from the edition of its idea that it tested, an idea or case study carries the
values of the cycles that test it or that it cites; both only where the viewer may read the other record, so that no
count tells of what is hidden.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.items.rules import Kind
from kb.permissions import State, Viewer
from kb.search import columns
from kb.search.access import readable_rows
from kb.search.columns import KINDS, NONE, STATES, Columns, Index
from kb.search.details import MET
from kb.search.editions import INHERITED, unpacked
from kb.search.engine import Bitmap
from kb.search.registers import LABELS, TESTED_AT, Registers

OWN = ("kind", "language")
CARRIED = ("grade", "result", "decision", "met", "group", "scale", "method", "year", "locale", "network", "school")
STARTED = "day"  # carried like a facet, but asked for as a range
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

    def between(self, first: int, last: int, *, size: int) -> Bitmap:
        """Return which of ``size`` rows carry any code from the first to the last."""
        hit = np.zeros(size, np.bool_)
        hit[self.rows[(self.codes >= first) & (self.codes <= last)]] = True
        return hit


@dataclass(frozen=True, slots=True)
class Picture:
    """``allowed`` is by item id, the rest by row; ``schools`` and ``cycles`` count done, published tests of a row.

    ``tests`` are those tests: pairs of a row and the row of a cycle; ``started`` holds the days, as ordinals.
    """

    visible: Bitmap
    allowed: Bitmap
    facets: dict[str, Values]
    started: Values
    tests: tuple[Index, Index]
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
    current = inherits[~rows["old"][inherits]]
    inheriting = np.zeros(len(rows), np.bool_)
    inheriting[inherits] = True
    cites = np.flatnonzero(visible[held.citing_rows] & (cited_row >= 0))
    cites = cites[visible[cited_row[cites]] & (rows["kind"][cited_row[cites]] == KINDS[Kind.CYCLE])]
    to = np.concatenate([idea_row[inherits], held.citing_rows[cites]])
    of = np.concatenate([inherits, cited_row[cites]])
    facets = {}
    for facet in (*OWN, *INHERITED, *CARRIED, STARTED):
        own = _own(facet, held, registers, visible)
        if facet in INHERITED:
            own = _distinct(own, _carry(own, current, idea_row[current]), len(rows))
            own = _distinct(own, _of_edition(facet, held, inheriting), len(rows))
        elif facet in (*CARRIED, STARTED):
            own = _distinct(own, _carry(own, to, of), len(rows))
        facets[facet] = own
    tested = rows["done"][of] & (rows["state"][of] == STATES[State.PUBLISHED])
    to, of = to[tested], of[tested]
    cycles, schools = _tests(to, of, rows)
    facets["tested"] = _at_least(schools)
    facets["label"] = _labels(cycles, visible & (rows["kind"] == KINDS[Kind.IDEA]))
    return Picture(
        visible=visible,
        allowed=_by_id(held, visible),
        started=facets.pop(STARTED),
        facets=facets,
        tests=(to, of),
        schools=schools,
        cycles=cycles,
        hidden_idea=(idea_row >= 0) & ~visible[np.maximum(idea_row, 0)],
    )


def _own(facet: str, held: Columns, registers: Registers, visible: Bitmap) -> Values:
    if facet in registers.tags:
        among = registers.tags[facet]
        told = visible & ~_small(held.rows, registers) if facet == "group" else visible
        inside = np.flatnonzero((held.tag_ids < len(among)) & told[held.tag_rows])
        chosen = inside[among[held.tag_ids[inside]]]
        return Values(held.tag_rows[chosen].astype(np.int32), held.tag_ids[chosen].astype(np.int32))
    if facet == "met":
        return _outcomes(held.rows["met"], visible)
    column = held.rows[facet]
    chosen = np.flatnonzero(visible & (column != NONE))
    return Values(chosen.astype(np.int32), column[chosen].astype(np.int32))


def _of_edition(facet: str, held: Columns, inheriting: Bitmap) -> Values:
    """Return what cycles have of an edition of their idea that is no longer in force."""
    facets, codes = unpacked(held.tested_values)
    chosen = (facets == INHERITED.index(facet)) & inheriting[held.tested_rows]
    return Values(held.tested_rows[chosen].astype(np.int32), codes[chosen].astype(np.int32))


def _small(rows: columns.Rows, registers: Registers) -> Bitmap:
    """Say which cycles tested with so few students that nothing may tell which group they were of."""
    networks = np.minimum(rows["network"], len(registers.minimums) - 2)  # -1, no network, is the last entry
    small: Bitmap = (rows["group_size"] != NONE) & (rows["group_size"] < registers.minimums[networks])
    return small


def _outcomes(bits: npt.NDArray[np.int8], visible: Bitmap) -> Values:
    met = [np.flatnonzero(visible & (bits >> code & 1 > 0)) for code in MET.values()]
    codes = [np.full(len(rows), code, np.int32) for code, rows in zip(MET.values(), met, strict=True)]
    return Values(np.concatenate(met).astype(np.int32), np.concatenate(codes))


def _at_least(schools: Index) -> Values:
    """Return for each row every number of schools that it was tested at or more."""
    reached = [np.flatnonzero(schools >= least).astype(np.int32) for least in TESTED_AT]
    codes = [np.full(len(rows), least, np.int32) for least, rows in zip(TESTED_AT, reached, strict=True)]
    return Values(np.concatenate(reached), np.concatenate(codes))


def _labels(cycles: Index, ideas: Bitmap) -> Values:
    """Return the evidence label of each idea that has one; the labels above "tried once" need measures."""
    rows = np.flatnonzero(ideas & (cycles < len(LABELS)))
    return Values(rows.astype(np.int32), cycles[rows].astype(np.int32))


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
