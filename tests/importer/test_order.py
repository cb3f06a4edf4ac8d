"""The order of loading: by properties, against a slow and obvious way."""

from hypothesis import given
from hypothesis import strategies as st

from kb.importer.order import groups, loops

EDGES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=25)


def _reach(edges: list[tuple[int, int]]) -> dict[int, set[int]]:
    reach = {node: {node} for node in range(9)}
    for _ in range(9):
        for source, target in edges:
            reach[source] |= reach[target]
    return reach


def _needs(edges: list[tuple[int, int]]) -> dict[int, list[int]]:
    return {node: [target for source, target in edges if source == node] for node in range(9)}


@given(EDGES)
def test_groups_are_those_that_reach_each_other(edges: list[tuple[int, int]]) -> None:
    reach = _reach(edges)
    for group in groups(range(9), _needs(edges)):
        for node in range(9):
            together = node in reach[group[0]] and group[0] in reach[node]
            assert (node in group) == together


@given(EDGES)
def test_what_is_needed_comes_first(edges: list[tuple[int, int]]) -> None:
    found = groups(range(9), _needs(edges))
    place = {node: at for at, group in enumerate(found) for node in group}
    assert sorted(place) == list(range(9))
    assert all(place[target] <= place[source] for source, target in edges)


@given(EDGES)
def test_loops_are_groups_of_more_than_one(edges: list[tuple[int, int]]) -> None:
    found = {frozenset(loop) for loop in loops(_needs(edges))}
    assert found == {frozenset(group) for group in groups(range(9), _needs(edges)) if len(group) > 1}


def test_a_chain_of_any_length() -> None:
    length = 20_000
    found = groups(range(length), {node: [node + 1] for node in range(length)})
    assert [group[0] for group in found] == list(range(length - 1, -1, -1))
