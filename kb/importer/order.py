"""The order of loading: what is referred to comes first, and what refers to each other goes together. Pure."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def groups(nodes: Iterable[Node], needs: Mapping[Node, Iterable[Node]]) -> list[list[Node]]:
    """Return the nodes in groups (the strongly connected components), each after every group it needs.

    ``needs`` may name nodes that are not among ``nodes``; these are ignored. Equal input gives equal output. Tarjan's
    algorithm without recursion, so that a chain of any length is possible.
    """
    everything = dict.fromkeys(nodes)
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    waiting: set[Node] = set()
    found: list[list[Node]] = []
    for start in everything:
        if start in number:
            continue
        walk = [(start, iter(_among(needs, start, everything)))]
        _enter(start, number, lowest, stack, waiting)
        while walk:
            node, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                walk.pop()
                if walk:
                    parent = walk[-1][0]
                    lowest[parent] = min(lowest[parent], lowest[node])
                if lowest[node] == number[node]:
                    found.append(_leave(node, stack, waiting))
            elif following not in number:
                _enter(following, number, lowest, stack, waiting)
                walk.append((following, iter(_among(needs, following, everything))))
            elif following in waiting:
                lowest[node] = min(lowest[node], number[following])
    return found


def loops(needs: Mapping[Node, Iterable[Node]]) -> list[list[Node]]:
    """Return every group whose members lead to each other."""
    return [group for group in groups(needs, needs) if len(group) > 1]


def _among(needs: Mapping[Node, Iterable[Node]], node: Node, everything: Mapping[Node, None]) -> list[Node]:
    return [other for other in needs.get(node, ()) if other in everything]


def _enter(node: Node, number: dict[Node, int], lowest: dict[Node, int], stack: list[Node], waiting: set[Node]) -> None:
    number[node] = lowest[node] = len(number)
    stack.append(node)
    waiting.add(node)


def _leave(node: Node, stack: list[Node], waiting: set[Node]) -> list[Node]:
    group: list[Node] = []
    while not group or group[-1] != node:
        group.append(stack.pop())
        waiting.discard(group[-1])
    return group[::-1]
