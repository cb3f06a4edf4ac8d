"""The shape of a family: loops, the tree of first parents, and which of its rows one page shows. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.items.rules import LinkType
from kb.lineage.family import Edge

Born = tuple[dt.date, str]  # orders siblings: the day, then the public id
PATH = 20  # generations above "you are here" on one page
DEEPEST = 2 * PATH  # generations on one page: nested lists have to end somewhere


def would_loop(parents: Mapping[int, Collection[int]], child: int, parent: int) -> bool:
    """Say whether ``parent`` as one more parent of ``child`` would make an idea its own ancestor."""
    seen: set[int] = set()
    todo = [parent]
    while todo:
        node = todo.pop()
        if node == child:
            return True
        if node not in seen:
            seen.add(node)
            todo.extend(parents.get(node, ()))
    return False


@dataclass(frozen=True, slots=True)
class Tree:
    """Every node once, under its first parent. ``depth`` is in reading order; ``below`` counts all descendants."""

    roots: tuple[int, ...]
    parent: Mapping[int, int]
    children: Mapping[int, tuple[int, ...]]
    depth: Mapping[int, int]
    below: Mapping[int, int]

    def path(self, node: int) -> list[int]:
        """Return the way from the root down to the node."""
        way = [node]
        while way[-1] in self.parent:
            way.append(self.parent[way[-1]])
        return way[::-1]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the nested list, with the rows below it that the page shows.

    ``adaptations`` and ``in_all`` count children and all descendants, shown or not; ``hidden`` the children left out.
    """

    id: int
    depth: int
    is_open: bool
    children: tuple["Row", ...]
    adaptations: int
    in_all: int

    @property
    def hidden(self) -> int:
        """Return how many children a link has to stand for."""
        return self.adaptations - len(self.children)


def plant(born: Mapping[int, Born], edges: Iterable[Edge], here: int) -> Tree:
    """Return the tree of all nodes of ``born``; the root of ``here`` comes first, else older before younger."""
    parent = _first_parents(born, edges)
    order = sorted(born, key=born.__getitem__)
    children: dict[int, list[int]] = defaultdict(list)
    for node in order:
        if node in parent:
            children[parent[node]].append(node)
    own = here
    while own in parent:
        own = parent[own]
    roots = [own, *(node for node in order if node not in parent and node != own)]
    depth = _depths(roots, children)
    below = dict.fromkeys(depth, 0)
    for node in reversed(depth):
        if node in parent:
            below[parent[node]] += below[node] + 1
    return Tree(tuple(roots), parent, {node: tuple(children.get(node, ())) for node in depth}, depth, below)


def _first_parents(born: Mapping[int, Born], edges: Iterable[Edge]) -> dict[int, int]:
    """Choose the parent a node stands under: one it was adapted from, else the earliest; never one that loops."""
    options: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.child in born and edge.parent in born:
            options[edge.child].append(edge)
    chosen: dict[int, int] = {}
    for child in sorted(options, key=born.__getitem__):
        for edge in sorted(
            options[child], key=lambda edge: (edge.type is not LinkType.ADAPTED_FROM, born[edge.parent])
        ):
            if child not in _upwards(edge.parent, chosen):
                chosen[child] = edge.parent
                break
    return chosen


def _upwards(node: int, parent: Mapping[int, int]) -> Iterator[int]:
    yield node
    while node in parent:
        node = parent[node]
        yield node


def _depths(roots: Iterable[int], children: Mapping[int, Collection[int]]) -> dict[int, int]:
    """Return every node's depth, in reading order: parents before children, families together."""
    depth: dict[int, int] = {}
    todo = [(root, 0) for root in reversed(list(roots))]
    while todo:
        node, level = todo.pop()
        depth[node] = level
        todo.extend((child, level + 1) for child in reversed(list(children.get(node, ()))))
    return depth


def rows(tree: Tree, here: int, limit: int, *, all_open: bool = False) -> tuple[Row, ...]:
    """Return the rows of a page of at most ``limit`` (the path to ``here`` is always there, up to PATH generations).

    Shown first are the path, the children of ``here`` and theirs; then the rest, generation by generation. Open are
    the path, ``here`` and its children, or everything.
    """
    path = tree.path(here)[-PATH:]
    top = path[0]
    shown = _shown(tree, here, path, limit)
    is_open = {*path, *tree.children[here]}
    made: dict[int, Row] = {}
    for node in reversed(tree.depth):
        if node in shown:
            made[node] = Row(
                id=node,
                depth=tree.depth[node] - tree.depth[top],
                is_open=all_open or node in is_open,
                children=tuple(made[child] for child in tree.children[node] if child in shown),
                adaptations=len(tree.children[node]),
                in_all=tree.below[node],
            )
    return tuple(made[node] for node in ((top,) if top in tree.parent else tree.roots) if node in shown)


def _shown(tree: Tree, here: int, path: list[int], limit: int) -> set[int]:
    """Choose the nodes of a page: parents always before their children, so that every row hangs on a row."""
    children = tree.children[here]
    grandchildren = [node for child in children for node in tree.children[child]]
    base = tree.depth[path[0]]
    rest = sorted(tree.depth, key=tree.depth.__getitem__)  # stable: by generation, then in reading order
    shown = set(path)
    for node in [*children, *grandchildren, *rest]:
        if len(shown) >= limit:
            break
        hangs = tree.parent[node] in shown if node in tree.parent else path[0] not in tree.parent
        if hangs and tree.depth[node] - base < DEEPEST:
            shown.add(node)
    return shown
