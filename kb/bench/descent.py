"""Which seeded idea descends from which: family trees, mostly shallow, a few with hundreds of members. Pure."""

import random
from dataclasses import dataclass

from kb.items.rules import LinkType

ADAPTED = 0.55  # of all ideas have a parent
DEEP = 6  # generations; more are rare
_DEEPER = 0.05
_POPULAR = 0.2  # of all adaptations are of a popular idea
_EACH_POPULAR = 2_400  # ideas for one popular one
_OTHER_TYPE = ((0.80, LinkType.ADAPTED_FROM), (0.88, LinkType.COPIED_FROM), (1.0, LinkType.INSPIRED_BY))
_COMBINED = 0.06


@dataclass(frozen=True, slots=True)
class Descent:
    """Where one idea comes from: its parents (numbers of older ideas), and how many generations are above it."""

    topic: int
    depth: int
    parents: tuple[tuple[int, LinkType], ...]


def popular(ideas: int) -> int:
    """Return how many of the first ideas are popular."""
    return max(1, ideas // _EACH_POPULAR)


def descents(ideas: int, topics: int, draw: random.Random) -> list[Descent]:
    """Return the descent of each idea, the oldest first; parents always come before their children."""
    made: list[Descent] = []
    for number in range(ideas):
        parent = None if number < popular(ideas) or draw.random() >= ADAPTED else _parent(made, ideas, draw)
        if parent is None:
            made.append(Descent(int(draw.random() * topics), 0, ()))
            continue
        second = int(draw.random() * number)
        if draw.random() < _COMBINED and second != parent and made[second].depth < DEEP:
            depth = 1 + max(made[parent].depth, made[second].depth)
            parents = ((parent, LinkType.COMBINED_FROM), (second, LinkType.COMBINED_FROM))
            made.append(Descent(made[parent].topic, depth, parents))
            continue
        made.append(Descent(made[parent].topic, made[parent].depth + 1, ((parent, _type(draw)),)))
    return made


def _parent(made: list[Descent], ideas: int, draw: random.Random) -> int:
    """Choose an older idea, seldom one that is already deep down its tree."""
    if draw.random() < _POPULAR:
        return int(draw.random() * popular(ideas))
    parent = int(draw.random() * len(made))
    while made[parent].depth >= DEEP and draw.random() >= _DEEPER:
        parent = made[parent].parents[0][0]
    return parent


def _type(draw: random.Random) -> LinkType:
    chosen = draw.random()
    return next(kind for share, kind in _OTHER_TYPE if chosen < share)
