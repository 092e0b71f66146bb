from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.graph import circles, reachable, reversed_edges

Graph = dict[int, tuple[int, ...]]

graphs = st.lists(st.lists(st.integers(0, 6), max_size=4).map(tuple), min_size=7, max_size=7).map(
    lambda edges: dict(enumerate(edges))
)


def test_circles_are_the_nodes_that_lead_to_each_other() -> None:
    graph = {"a": "b", "b": "ac", "c": "d", "d": "d", "e": "a"}
    assert list(circles(graph)) == [("a", "b"), ("d",)]


def test_a_graph_of_ten_thousand_nodes_needs_no_recursion() -> None:
    ring: Graph = {node: ((node + 1) % 10_000,) for node in range(10_000)}
    assert [len(circle) for circle in circles(ring)] == [10_000]


@settings(max_examples=40)
@given(graphs)
def test_a_node_is_in_a_circle_when_it_can_be_reached_from_itself(graph: Graph) -> None:
    found = [set(circle) for circle in circles(graph)]
    for node in graph:
        around = reachable(graph, graph[node])
        mates = {other for other in around if node in reachable(graph, graph[other])}
        assert [circle for circle in found if node in circle] == ([mates] if mates else [])


@settings(max_examples=40)
@given(graphs)
def test_edges_turned_round_twice_are_the_edges(graph: Graph) -> None:
    twice = reversed_edges(reversed_edges(graph))
    assert {node: sorted(to) for node, to in graph.items() if to} == {
        node: sorted(to) for node, to in twice.items()
    }
