"""Filters, counts, order and ways out of an empty page: exact, over bitmaps of what the viewer may see.

Values of one facet are joined by OR, facets by AND, and the counts of a facet leave out its own selection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.items.rules import GradeBand
from kb.search import ranges
from kb.search.columns import DECISIONS, KINDS, LANGUAGES, RESULTS, Index
from kb.search.details import COSTS, MET, SCALES, TIMES
from kb.search.engine import Bitmap, Scores
from kb.search.matching import Found
from kb.search.picture import Picture
from kb.search.places import Nearness
from kb.search.query import FACETS, Query, Sort
from kb.search.registers import LABELS, LOCALE_CODES, TESTED_AT, Register, Registers

_TAGS = ("topic", "subject", "grade", "group")
_NATURAL = {
    "kind": list(KINDS),
    "grade": [band.value for band in GradeBand],
    "result": list(RESULTS),
    "decision": list(DECISIONS),
    "locale": list(LOCALE_CODES),
    "language": list(LANGUAGES),
    "met": list(MET),
    "tested": [str(schools) for schools in TESTED_AT],
    "label": list(LABELS),
    "scale": list(SCALES),
    "cost": list(COSTS),
    "time": list(TIMES),
}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value to choose: how it stands in an address, its name ("" where the interface has the words), its count."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with all values that would give at least one result, and those chosen."""

    name: str
    values: tuple[FacetValue, ...]


class Filters:
    """The filters of one query, over one viewer's picture."""

    def __init__(self, query: Query, picture: Picture, registers: Registers) -> None:
        self._picture = picture
        self._registers = registers
        self._chosen: Mapping[str, tuple[str, ...]] = query.filters
        self._bitmaps: dict[str, Bitmap] = {name: self._bitmap(name) for name in self._chosen}

    def _bitmap(self, name: str) -> Bitmap:
        """Return which rows pass one filter."""
        size = len(self._picture.visible)
        if name == ranges.NAME:
            return self._picture.started.between(*ranges.ordinals(self._chosen[name]), size=size)
        return self._picture.facets[name].carrying(self._codes(name), size)

    def _codes(self, name: str) -> list[int]:
        codes = self._registers.by_facet[name].codes
        return [codes[value] for value in self._chosen[name] if value in codes]

    def apply(self, hits: Bitmap, *, but: str | None = None) -> Bitmap:
        """Return the hits that pass all filters, or all but one."""
        kept = hits
        for name, bitmap in self._bitmaps.items():
            if name != but:
                kept = kept & bitmap
        return kept

    def facets(self, hits: Bitmap, counted: Sequence[str] = FACETS) -> tuple[Facet, ...]:
        """Return the facets with their counts among the hits."""
        passing = self.apply(hits)
        return tuple(
            Facet(name, self._values(name, self.apply(hits, but=name) if name in self._bitmaps else passing))
            for name in counted
        )

    def _values(self, name: str, base: Bitmap) -> tuple[FacetValue, ...]:
        register = self._registers.by_facet[name]
        counts = self._picture.facets[name].counts(base)
        chosen = self._chosen.get(name, ())
        values = [
            FacetValue(
                register.values[code], register.names.get(code, ""), count, chosen=register.values[code] in chosen
            )
            for code, count in counts.items()
            if code in register.values
        ]
        shown = {value.value for value in values}
        values.extend(
            FacetValue(value, self._name(name, register, value), count=0, chosen=True)
            for value in chosen
            if value not in shown
        )
        return tuple(sorted(values, key=lambda value: _order(name, value)))

    def _name(self, name: str, register: Register, value: str) -> str:
        """Return the name of a chosen value without results; a tag of hidden records is as unknown as nonsense."""
        code = register.codes.get(value)
        if code is None:
            return value
        if name in _TAGS and code not in self._picture.facets[name].codes:
            return value
        return register.names.get(code, "")

    def relaxed(self, hits: Bitmap) -> dict[str, int]:
        """Return for each filter how many results there would be without it."""
        counts = {name: int(self.apply(hits, but=name).sum()) for name in self._bitmaps}
        return {name: count for name, count in counts.items() if count}


def as_now(query: Query, picture: Picture, registers: Registers) -> Query:
    """Return the query with merged tags by the name they have now; one of hidden records stays as it was typed."""
    tags = {name: values for name, values in query.filters.items() if name in _TAGS}
    now = {name: _now(values, picture.facets[name].codes, registers.by_facet[name]) for name, values in tags.items()}
    return replace(query, filters={**query.filters, **now}) if now != tags else query


def _now(values: tuple[str, ...], seen: npt.NDArray[np.int32], register: Register) -> tuple[str, ...]:
    codes = [(value, register.codes.get(value, -1)) for value in values]
    return tuple(dict.fromkeys(register.values[code] if code in seen else value for value, code in codes))


def _order(name: str, value: FacetValue) -> tuple[int, str]:
    if name in _NATURAL:
        known = value.value in _NATURAL[name]
        return (_NATURAL[name].index(value.value) if known else len(_NATURAL[name])), value.value
    if name == "year":
        return (-int(value.value) if value.value.isdecimal() else 1), value.value
    return -value.count, value.name.casefold()


def nearest(found: Found, passing: Bitmap, words: int) -> dict[int, int]:
    """Return for each required word (its bit) how many results there would be without it; ``passing`` the filters."""
    counts = {}
    for bit in range(words):
        others = np.uint32(found.required & ~(1 << bit))
        if found.required >> bit & 1 and others:
            counts[bit] = int((passing & ((found.mask & others) == others)).sum())
    return {bit: count for bit, count in counts.items() if count}


def ordered(
    rows: Index, sort: Sort, *, scores: Scores, moments: Index, picture: Picture, near: Nearness | None, top: int
) -> Index:
    """Return the first ``top`` of the rows in the order asked for; what is equal stands newest first."""
    by_sort: dict[Sort, list[npt.NDArray[Any]]] = {
        Sort.BEST: [scores[rows], moments[rows]],
        Sort.NEWEST: [moments[rows]],
        Sort.TESTED: [picture.schools[rows], picture.cycles[rows], moments[rows]],
    }
    if near is not None:
        by_sort[Sort.LIKE] = [-near.distance[rows], scores[rows], moments[rows]]
    keys = by_sort[sort]
    if len(rows) > 4 * top:  # sort only what can reach the top
        first = keys[0]
        least = np.partition(first, len(first) - top)[len(first) - top]
        close = np.flatnonzero(first >= least)
        rows, keys = rows[close], [key[close] for key in keys]
    order = np.lexsort([-rows, *reversed(keys)])[::-1]
    return rows[order[:top]]
