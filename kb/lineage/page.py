"""What the lineage page shows, computed from a family. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.cycles.rules import ResultStatus, Stage
from kb.items.rules import LinkType
from kb.lineage import graph
from kb.lineage.axis import Axis, axis, lanes
from kb.lineage.family import Edge, Family, Idea, Test
from kb.lineage.matrix import Matrix, matrix

OPEN = 30  # rows: a family that is no larger opens at once
ROWS = 150  # on one page; the rest is a link away
ALL_ROWS = 2000  # on the page of the whole tree
TOLD = 60  # versions whose changes are told in words; the CSV tells all
WIDEST = 50  # schools in the table of who tested what; the CSV has all
CHIPS = 12  # tests beside one idea; all of them are on the idea's own page
DEEP = 8  # generations that are still indented further


@dataclass(frozen=True, slots=True)
class Chip:
    """A test on the time axis: at ``x`` per cent, in lane ``lane``."""

    test: Test
    x: float
    lane: int


@dataclass(frozen=True, slots=True)
class Version:
    """One row: an idea, its tests, and the rows below it. ``x`` is its birth on the axis.

    ``also`` are the ideas it draws on besides the one it stands under; ``led_to`` those that draw on it and stand
    elsewhere.
    """

    idea: Idea
    row: graph.Row
    children: tuple["Version", ...]
    is_here: bool
    relation: LinkType | None
    parent: Idea | None
    also: tuple[Edge, ...]
    led_to: tuple[Idea, ...]
    chips: tuple[Chip, ...]
    more: int
    x: float
    indent: int

    @property
    def lanes(self) -> int:
        """Return how many lanes its chips need, at least one."""
        return max((chip.lane + 1 for chip in self.chips), default=1)


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. ``legend`` holds the results and stages that occur, in the order of their words.

    ``path`` leads to the idea the page is about; ``told`` are the ideas whose changes are told in words: every one of
    a small family, else those of the path and the children of the idea. ``untested`` counts rows without a test.
    """

    family: Family
    versions: tuple[Version, ...]
    shown: tuple[int, ...]
    axis: Axis
    earlier: Idea | None
    matrix: Matrix
    untested: int
    legend: tuple[ResultStatus | Stage, ...]
    schools: int
    path: tuple[int, ...]
    told: tuple[int, ...]
    whole: bool

    @property
    def left_out(self) -> int:
        """Return how many ideas of the family are not among the rows."""
        return len(self.family.ideas) - len(self.shown)


def page(family: Family, *, whole: bool = False) -> Page:
    """Arrange the family around the idea it was read for; ``whole`` shows and opens up to ALL_ROWS rows."""
    born = {idea.id: (idea.born, idea.ref.public_id) for idea in family.ideas.values()}
    tree = graph.plant(born, family.edges, family.here)
    rows = graph.rows(tree, family.here, ALL_ROWS if whole else ROWS, all_open=whole or len(born) <= OPEN)
    shown = _reading_order(rows)
    ideas = [family.ideas[idea_id] for idea_id in shown if not family.ideas[idea_id].withdrawn]
    listed = set(shown)
    tests = [test for test in family.tests if test.idea_id in listed]
    span = _axis(family, tests, shown)
    make = _Versions(family, tree, span).make
    where = matrix(ideas, tests, None if whole else WIDEST)
    top = tree.parent.get(rows[0].id)
    return Page(
        family=family,
        versions=tuple(make(row) for row in rows),
        shown=tuple(shown),
        axis=span,
        earlier=None if top is None else family.ideas[top],
        matrix=where,
        untested=len(ideas) - len(where.rows),
        legend=_legend(tests),
        schools=len({test.school_ref for test in family.tests} - {None}),
        path=tuple(tree.path(family.here)),
        told=_told(tree, ideas, family.here),
        whole=whole,
    )


class _Versions:
    """Makes the rows of one page."""

    def __init__(self, family: Family, tree: graph.Tree, span: Axis) -> None:
        self._family = family
        self._axis = span
        self._tests: dict[int, list[Test]] = defaultdict(list)
        for test in family.tests:
            self._tests[test.idea_id].append(test)
        self._parents: dict[int, dict[int, Edge]] = defaultdict(dict)
        self._led_to: dict[int, dict[int, Idea]] = defaultdict(dict)
        for edge in sorted(family.edges, key=_weakest_first):
            self._parents[edge.child][edge.parent] = edge
            if tree.parent.get(edge.child) != edge.parent:
                self._led_to[edge.parent][edge.child] = family.ideas[edge.child]

    def make(self, row: graph.Row, parent: int | None = None) -> Version:
        """Return the row with everything below it; how deep that goes is limited by the graph."""
        idea, edges, tests = self._family.ideas[row.id], self._parents[row.id], self._tests[row.id]
        x = 0.0 if idea.withdrawn else self._axis.x(idea.born)
        return Version(
            idea=idea,
            row=row,
            children=tuple(self.make(child, row.id) for child in row.children),
            is_here=row.id == self._family.here,
            relation=None if parent is None else edges[parent].type,
            parent=None if parent is None else self._family.ideas[parent],
            also=tuple(edge for edge in edges.values() if edge.parent != parent),
            led_to=tuple(self._led_to[row.id].values()),
            chips=self._chips(tests[-CHIPS:], x),
            more=max(0, len(tests) - CHIPS),
            x=x,
            indent=min(row.depth, DEEP),
        )

    def _chips(self, tests: Sequence[Test], dot: float) -> tuple[Chip, ...]:
        xs = [self._axis.x(_day(test, self._family)) for test in tests]
        return tuple(Chip(test, x, lane) for test, x, lane in zip(tests, xs, lanes(xs, dot), strict=True))


def _weakest_first(edge: Edge) -> tuple[bool, str]:
    """Order so that of two links to the same idea the adaptation is the one that stays."""
    return edge.type is LinkType.ADAPTED_FROM, edge.type


def _reading_order(rows: Iterable[graph.Row]) -> list[int]:
    order: list[int] = []
    todo = list(rows)[::-1]
    while todo:
        row = todo.pop()
        order.append(row.id)
        todo.extend(reversed(row.children))
    return order


def _told(tree: graph.Tree, ideas: Sequence[Idea], here: int) -> tuple[int, ...]:
    near = {*tree.path(here), *tree.children[here]}
    small = len(tree.depth) <= OPEN
    return tuple(idea.id for idea in ideas if small or idea.id in near)[:TOLD]


def _axis(family: Family, tests: Iterable[Test], shown: Iterable[int]) -> Axis:
    """Return the axis of all births and tests; a withdrawn idea has no place on it, unless there is nothing else."""
    ideas = [family.ideas[idea_id] for idea_id in shown]
    births = {idea.born for idea in ideas if not idea.withdrawn} or {idea.born for idea in ideas}
    return axis(births | {_day(test, family) for test in tests})


def _day(test: Test, family: Family) -> dt.date:
    """Return when a test began; one that has no date yet stands where its idea was born."""
    return test.started_on or family.ideas[test.idea_id].born


def _legend(tests: Iterable[Test]) -> tuple[ResultStatus | Stage, ...]:
    words = {test.result or test.stage for test in tests}
    return tuple(word for word in (*ResultStatus, Stage.RUNNING, Stage.PLANNED) if word in words)
