"""Parts of a graph: the same as those of another program."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from caspia.network import parts_of


@given(
    st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2))))
)
def test_parts_are_the_weak_components(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    n, pairs = drawn
    part = parts_of(n, [a for a, _ in pairs], [b for _, b in pairs])
    graph = nx.Graph(pairs)
    graph.add_nodes_from(range(n))
    expected = sorted(map(sorted, nx.connected_components(graph)))
    assert sorted([v for v in range(n) if part[v] == name] for name in set(part.tolist())) == expected
