"""Small directed graphs."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def reachable(edges: Mapping[Node, Iterable[Node]], starts: Iterable[Node]) -> set[Node]:
    """Collect what can be reached from *starts*, themselves included."""
    seen = set(starts)
    todo = list(seen)
    while todo:
        for to in edges.get(todo.pop(), ()):
            if to not in seen:
                seen.add(to)
                todo.append(to)
    return seen


def reversed_edges(edges: Mapping[Node, Iterable[Node]]) -> dict[Node, list[Node]]:
    """Turn every edge round."""
    back: dict[Node, list[Node]] = {}
    for source, targets in edges.items():
        for to in targets:
            back.setdefault(to, []).append(source)
    return back


def circles(edges: Mapping[Node, Iterable[Node]]) -> Iterator[tuple[Node, ...]]:
    """
    Yield each set of nodes that lead to each other, in the order of *edges*.

    These are the strongly connected components with an edge inside, by Kosaraju's method
    without recursion.
    """
    order = finishing_order(edges)
    back = reversed_edges(edges)
    rank = {node: number for number, node in enumerate(edges)}
    taken: set[Node] = set()
    found = []
    for start in reversed(order):
        part = set(_finished(back, start, taken))
        if len(part) > 1 or (part and start in edges.get(start, ())):
            found.append(sorted(part, key=lambda node: rank.get(node, -1)))
    yield from map(tuple, sorted(found, key=lambda part: rank.get(part[0], -1)))


def finishing_order(edges: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """List every node after those it leads to, as far as there are no circles."""
    order: list[Node] = []
    seen: set[Node] = set()
    for start in edges:
        order.extend(_finished(edges, start, seen))
    return order


def _finished(edges: Mapping[Node, Iterable[Node]], start: Node, seen: set[Node]) -> Iterator[Node]:
    """Yield the unseen nodes reachable from *start*, each after those it leads to."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(edges.get(start, ())))]
    while stack:
        node, rest = stack[-1]
        for to in rest:
            if to not in seen:
                seen.add(to)
                stack.append((to, iter(edges.get(to, ()))))
                break
        else:
            stack.pop()
            yield node
