"""What is shown on a flow's picture: the way of one call, what tests reach, how callers went."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from ivr.flow.diagram import Diagram, Pair


class Tone(StrEnum):
    """What the colours mean; the value is what the legend says of what is lit."""

    WALK = "the way of this call"
    COVERAGE = "a scenario comes here"
    TRAFFIC = "callers came this way"


@dataclass(frozen=True, slots=True)
class Overlay:
    """What stands out in a picture, and why."""

    tone: Tone
    caption: str
    boxes: frozenset[str]
    """States that are lit."""
    arrows: frozenset[Pair]
    box_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arrow_notes: Mapping[Pair, str] = field(default_factory=dict)
    weights: Mapping[Pair, float] = field(default_factory=dict)
    """Share of the calls that took an arrow, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How one finished call went through the flows."""

    path: Sequence[str]
    """States, as `flow.state`, in order."""
    left_at: str = ""
    """Where the caller left the line's own hands, as `flow.state`; `` when that is nowhere."""
    how: str = ""
    """Such as `hung up`; `` when the flow meant it so."""


def steps_in(flow: str, path: Iterable[str]) -> tuple[str, ...]:
    """Name the states of *flow* that *path* passes, in order."""
    places = (place.partition(".") for place in path)
    return tuple(state for name, _, state in places if name == flow)


def walk_of(diagram: Diagram, path: Iterable[str], *, caption: str) -> Overlay:
    """Light the way of one call; its arrows are numbered in the order they were taken."""
    steps = steps_in(diagram.flow, path)
    drawn = {arrow.pair for arrow in diagram.arrows}
    taken: dict[Pair, list[str]] = {}
    for pair in _pairs(steps):
        if pair in drawn:
            taken.setdefault(pair, []).append(str(1 + sum(map(len, taken.values()))))
    return Overlay(
        Tone.WALK,
        caption,
        frozenset(steps),
        frozenset(taken),
        arrow_notes={pair: f"step {', '.join(numbers)}" for pair, numbers in taken.items()},
    )


def coverage_of(diagram: Diagram, states: Collection[str], pairs: Collection[Pair]) -> Overlay:
    """Light what scenarios reach: *states* and *pairs* of this flow."""
    boxes = frozenset(box.name for box in diagram.boxes) & frozenset(states)
    arrows = frozenset(arrow.pair for arrow in diagram.arrows) & frozenset(pairs)
    of_boxes, of_arrows = len(diagram.boxes), len(diagram.arrows)
    caption = (
        f"Scenarios reach {len(boxes)} of {of_boxes} boxes and {len(arrows)} of {of_arrows} arrows"
    )
    return Overlay(Tone.COVERAGE, caption, boxes, arrows)


def traffic_of(diagram: Diagram, visits: Iterable[Visit], *, since: str) -> Overlay:
    """Count how many of *visits* took each arrow, and where which of them left."""
    boxes: Counter[str] = Counter()
    arrows: Counter[Pair] = Counter()
    left: dict[str, Counter[str]] = {}
    calls = 0
    for visit in visits:
        steps = steps_in(diagram.flow, visit.path)
        calls += bool(steps)
        boxes.update(set(steps))
        arrows.update(set(_pairs(steps)))
        flow, _, state = visit.left_at.partition(".")
        if flow == diagram.flow and visit.how:
            left.setdefault(state, Counter())[visit.how] += 1
    drawn = {arrow.pair for arrow in diagram.arrows}
    notes = {name: (f"{count} calls" if count > 1 else "1 call",) for name, count in boxes.items()}
    for state, hows in left.items():
        notes[state] = (*notes.get(state, ()), *(f"{n} {how}" for how, n in hows.most_common()))
    taken = {pair: count for pair, count in arrows.items() if pair in drawn}
    return Overlay(
        Tone.TRAFFIC,
        f"{calls} call{'' if calls == 1 else 's'} came through this flow{since}",
        frozenset(boxes),
        frozenset(taken),
        box_notes=notes,
        arrow_notes={pair: str(count) for pair, count in taken.items()},
        weights={pair: count / calls for pair, count in taken.items()},
    )


def _pairs(steps: Sequence[str]) -> list[Pair]:
    return list(pairwise(steps))
