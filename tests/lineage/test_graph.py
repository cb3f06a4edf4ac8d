"""The shape of a family: whatever the links, every idea stands in the tree once and the counts add up."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kb.items.rules import ANCESTRY, LinkType
from kb.lineage import graph
from kb.lineage.family import Edge

NODES = st.integers(0, 24)
PAIRS = st.lists(st.tuples(NODES, NODES), max_size=60)


def born(nodes: int) -> dict[int, graph.Born]:
    return {node: (dt.date(2023, 8, 1) + dt.timedelta(days=node * 7 % 40), f"{node:08}") for node in range(nodes)}


def admitted(pairs: list[tuple[int, int]]) -> list[Edge]:
    """Let in what ``would_loop`` lets in."""
    parents: dict[int, set[int]] = {}
    edges = []
    for number, (child, parent) in enumerate(pairs):
        if not graph.would_loop(parents, child, parent):
            parents.setdefault(child, set()).add(parent)
            edges.append(Edge(child, parent, ANCESTRY[number % len(ANCESTRY)]))
    return edges


def walk(rows: tuple[graph.Row, ...]) -> list[graph.Row]:
    return [found for row in rows for found in (row, *walk(row.children))]


@given(PAIRS)
def test_what_would_loop_lets_in_never_loops(pairs: list[tuple[int, int]]) -> None:
    left = {(edge.child, edge.parent) for edge in admitted(pairs)}
    while left:  # take away what has no parent; a loop would never go
        children = {child for child, _ in left}
        done = {(child, parent) for child, parent in left if parent not in children}
        assert done
        left -= done


@given(PAIRS)
def test_what_would_loop_refuses_would_close_a_loop(pairs: list[tuple[int, int]]) -> None:
    parents: dict[int, set[int]] = {}
    for child, parent in pairs:
        if graph.would_loop(parents, child, parent):
            above, todo = set(), [parent]
            while todo:
                node = todo.pop()
                if node not in above:
                    above.add(node)
                    todo += parents.get(node, ())
            assert child in above
        else:
            parents.setdefault(child, set()).add(parent)


def test_an_idea_is_not_its_own_parent() -> None:
    assert graph.would_loop({}, 1, 1)
    assert graph.would_loop({2: [1], 3: [2]}, 1, 3)
    assert not graph.would_loop({2: [1], 3: [2]}, 3, 1)


@given(PAIRS, NODES, st.booleans())
def test_every_node_stands_in_the_tree_once(pairs: list[tuple[int, int]], here: int, loops: bool) -> None:
    edges = [Edge(*pair) for pair in pairs] if loops else admitted(pairs)
    tree = graph.plant(born(25), edges, here)
    assert sorted(tree.depth) == list(range(25))
    assert sorted([*tree.roots, *(node for some in tree.children.values() for node in some)]) == list(range(25))
    assert all(tree.depth[node] == tree.depth[parent] + 1 for node, parent in tree.parent.items())
    assert {(child, parent) for child, parent in tree.parent.items()} <= {(edge.child, edge.parent) for edge in edges}
    assert tree.path(here)[0] == tree.roots[0]


@given(PAIRS, NODES)
def test_the_counts_add_up(pairs: list[tuple[int, int]], here: int) -> None:
    tree = graph.plant(born(25), admitted(pairs), here)
    for node, below in tree.below.items():
        assert below == sum(1 + tree.below[child] for child in tree.children[node])
    assert sum(1 + tree.below[root] for root in tree.roots) == 25


@given(PAIRS, NODES)
def test_only_a_node_without_parents_is_a_root(pairs: list[tuple[int, int]], here: int) -> None:
    edges = admitted(pairs)
    tree = graph.plant(born(25), edges, here)
    assert set(tree.roots) == set(range(25)) - {edge.child for edge in edges}


@given(PAIRS, NODES, st.integers(1, 30), st.booleans())
def test_a_page_shows_each_row_once_with_the_path_and_its_limit(
    pairs: list[tuple[int, int]], here: int, limit: int, all_open: bool
) -> None:
    tree = graph.plant(born(25), admitted(pairs), here)
    rows = walk(graph.rows(tree, here, limit, all_open=all_open))
    shown = [row.id for row in rows]
    path = tree.path(here)[-graph.PATH :]
    assert len(set(shown)) == len(shown)
    assert set(path) <= set(shown)
    assert len(shown) <= max(limit, len(path))
    assert {child.id: row.id for row in rows for child in row.children}.items() <= tree.parent.items()
    assert all(row.adaptations == row.hidden + len(row.children) for row in rows)
    if limit >= 25 and len(tree.path(here)) <= graph.PATH:
        assert len(shown) == 25


def test_a_parent_it_was_adapted_from_comes_first_then_the_earliest() -> None:
    days = {node: (dt.date(2024, 1, 1 + node), f"{node}") for node in range(5)}
    inspired, adapted = Edge(4, 0, LinkType.INSPIRED_BY), Edge(4, 2, LinkType.ADAPTED_FROM)
    assert graph.plant(days, [inspired, adapted], 4).parent == {4: 2}
    assert graph.plant(days, [adapted, Edge(4, 1, LinkType.ADAPTED_FROM)], 4).parent == {4: 1}
    assert graph.plant(days, [Edge(4, 3, LinkType.COMBINED_FROM), inspired], 4).parent == {4: 0}


def test_open_are_the_path_here_and_its_children() -> None:
    #  0 ─ 1 ─ 2 (here) ─ 3 ─ 4 ─ 5     0 ─ 6 ─ 7
    chain = [Edge(1, 0), Edge(2, 1), Edge(3, 2), Edge(4, 3), Edge(5, 4), Edge(6, 0), Edge(7, 6)]
    tree = graph.plant(born(8), chain, 2)
    rows = walk(graph.rows(tree, 2, 100))
    assert {row.id for row in rows if row.is_open} == {0, 1, 2, 3}
    assert all(row.is_open for row in walk(graph.rows(tree, 2, 100, all_open=True)))


def test_what_is_near_is_shown_before_what_is_far() -> None:
    edges = [Edge(1, 0), Edge(2, 1), Edge(3, 2), *(Edge(node, 0) for node in range(4, 25))]
    tree = graph.plant(born(25), edges, 1)
    shown = {row.id for row in walk(graph.rows(tree, 1, 5))}
    assert {0, 1, 2, 3} < shown
    root = graph.rows(tree, 1, 5)[0]
    assert (root.adaptations, root.hidden, root.in_all) == (22, 20, 24)


def test_a_long_line_of_versions_is_shown_in_part() -> None:
    tree = graph.plant(born(200), [Edge(node, node - 1) for node in range(1, 200)], 100)
    rows = walk(graph.rows(tree, 100, 150))
    assert rows[0].id == 100 - graph.PATH + 1
    assert [row.depth for row in rows] == list(range(graph.DEEPEST))
    assert rows[-1].hidden == 1
