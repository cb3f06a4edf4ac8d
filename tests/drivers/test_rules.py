"""Moving drivers in an outline: nothing is lost, nothing loops, and every step can be taken back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.drivers.rules import DEEPEST, Move, Node, below, depth, height, moved, places, possible
from kb.networks.document import MAX_DRIVER_DEPTH

OUTLINE = [Node(1), Node(2), Node(3, 2), Node(4, 2, retired=True), Node(5, 2), Node(6)]


@st.composite
def outlines(draw: st.DrawFn) -> list[Node]:
    nodes: list[Node] = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        above = [node.id for node in nodes if depth(nodes, node.id) < DEEPEST]
        parent = draw(st.none() | st.sampled_from(above)) if above else None
        nodes.append(Node(number, parent, retired=draw(st.booleans()) and draw(st.booleans())))
    return nodes


def _tree(nodes: list[Node]) -> dict[int, tuple[int | None, int]]:
    return places(nodes)


@pytest.mark.parametrize(
    ("driver", "move", "parent", "place"),
    [
        (2, Move.UP, None, 0),
        (2, Move.DOWN, None, 2),
        (5, Move.UP, 2, 0),  # the retired one is stepped over
        (6, Move.IN, 2, 3),
        (3, Move.OUT, None, 2),
    ],
)
def test_it_works(driver: int, move: Move, parent: int | None, place: int) -> None:
    after = moved(OUTLINE, driver, move)
    assert after is not None
    assert _tree(after)[driver] == (parent, place)


@pytest.mark.parametrize(
    ("driver", "move"), [(1, Move.UP), (6, Move.DOWN), (1, Move.IN), (2, Move.OUT), (4, Move.UP), (9, Move.UP)]
)
def test_what_cannot_be_done(driver: int, move: Move) -> None:
    assert moved(OUTLINE, driver, move) is None


@settings(max_examples=50)
@given(outlines(), st.data())
def test_a_move_loses_nothing_and_makes_no_loop(nodes: list[Node], data: st.DataObject) -> None:
    driver = data.draw(st.sampled_from([node.id for node in nodes]))
    for move in possible(nodes, driver):
        after = moved(nodes, driver, move)
        assert after is not None
        assert sorted(node.id for node in after) == sorted(node.id for node in nodes)
        assert below(after, driver) is not None
        assert max(depth(after, node.id) for node in after) <= DEEPEST
        others = {node.id: node.parent for node in nodes if node.id != driver}
        assert {node.id: node.parent for node in after if node.id != driver} == others


@settings(max_examples=50)
@given(outlines(), st.data())
def test_up_and_down_and_in_and_out_undo_each_other(nodes: list[Node], data: st.DataObject) -> None:
    driver = data.draw(st.sampled_from([node.id for node in nodes]))
    retired = any(node.retired for node in nodes)
    for move, back in ((Move.UP, Move.DOWN), (Move.DOWN, Move.UP), (Move.IN, Move.OUT)):
        after = moved(nodes, driver, move)
        if after is None or retired:
            continue
        again = moved(after, driver, back)
        assert again is not None
        assert _tree(again) == _tree(nodes)


def test_levels() -> None:
    assert DEEPEST == MAX_DRIVER_DEPTH
    assert (depth(OUTLINE, 3), height(OUTLINE, 2), below(OUTLINE, 2)) == (2, 2, [2, 3, 4, 5])
