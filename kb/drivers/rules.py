"""How a driver moves in its diagram. Pure: an outline in, an outline out."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

DEEPEST = 4  # levels: a primary driver is on the first


class Move(enum.StrEnum):
    """Where a driver goes."""

    UP = "up"
    DOWN = "down"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Node:
    """A driver in an outline: the list holds what stands below one parent in its order."""

    id: int
    parent: int | None = None
    retired: bool = False


def moved(nodes: Sequence[Node], driver: int, move: Move) -> list[Node] | None:
    """Return the outline after the move, None where it cannot be made. Retired drivers are stepped over.

    ``in`` makes the driver the last one below the driver before it, ``out`` the next one after its parent.
    """
    node = next((one for one in nodes if one.id == driver and not one.retired), None)
    return None if node is None else _MOVES[move](nodes, node)


def possible(nodes: Sequence[Node], driver: int) -> list[Move]:
    """Return the moves that can be made."""
    return [move for move in Move if moved(nodes, driver, move) is not None]


def depth(nodes: Sequence[Node], driver: int) -> int:
    """Return on which level a driver is, from 1."""
    parents = {node.id: node.parent for node in nodes}
    level, above = 1, parents[driver]
    while above is not None:
        level, above = level + 1, parents[above]
    return level


def height(nodes: Sequence[Node], driver: int) -> int:
    """Return how many levels a driver spans with all that is below it, retired ones too."""
    return 1 + max((height(nodes, node.id) for node in nodes if node.parent == driver), default=0)


def below(nodes: Sequence[Node], driver: int) -> list[int]:
    """Return the driver and all that is below it."""
    return [driver, *(one for node in nodes if node.parent == driver for one in below(nodes, node.id))]


def places(nodes: Sequence[Node]) -> dict[int, tuple[int | None, int]]:
    """Return the parent of each driver and its place among what stands beside it."""
    counts: dict[int | None, int] = {}
    found: dict[int, tuple[int | None, int]] = {}
    for node in nodes:
        found[node.id] = (node.parent, counts.get(node.parent, 0))
        counts[node.parent] = found[node.id][1] + 1
    return found


def _up(nodes: Sequence[Node], node: Node) -> list[Node] | None:
    before, _ = _neighbours(nodes, node)
    return None if before is None else _placed(nodes, node, by=before, after=False)


def _down(nodes: Sequence[Node], node: Node) -> list[Node] | None:
    _, after = _neighbours(nodes, node)
    return None if after is None else _placed(nodes, node, by=after, after=True)


def _in(nodes: Sequence[Node], node: Node) -> list[Node] | None:
    before, _ = _neighbours(nodes, node)
    if before is None or depth(nodes, before.id) + height(nodes, node.id) > DEEPEST:
        return None
    last = [one for one in nodes if one.parent == before.id]
    return _placed(nodes, replace(node, parent=before.id), by=last[-1] if last else before, after=True)


def _out(nodes: Sequence[Node], node: Node) -> list[Node] | None:
    parent = next((one for one in nodes if one.id == node.parent), None)
    return None if parent is None else _placed(nodes, replace(node, parent=parent.parent), by=parent, after=True)


_MOVES = {Move.UP: _up, Move.DOWN: _down, Move.IN: _in, Move.OUT: _out}


def _neighbours(nodes: Sequence[Node], node: Node) -> tuple[Node | None, Node | None]:
    beside = [one for one in nodes if one.parent == node.parent and not one.retired]
    at = beside.index(node)
    return (beside[at - 1] if at else None), (beside[at + 1] if at + 1 < len(beside) else None)


def _placed(nodes: Sequence[Node], node: Node, *, by: Node, after: bool) -> list[Node]:
    others = [one for one in nodes if one.id != node.id]
    at = next(place for place, one in enumerate(others) if one.id == by.id)
    others.insert(at + 1 if after else at, node)
    return others
