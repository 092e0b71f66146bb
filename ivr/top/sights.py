"""The calls of a board as an operator reads them: what is wrong, how long, in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Self, assert_never

from ivr.story.facts import Glimpse
from ivr.story.media import Media
from ivr.top.trouble import FINE, Trouble, worst
from ivr.watch.board import Board, Entry, SeenLine
from ivr.watch.rows import Over, WaiterRow

LINGERS = 60.0  # seconds a call is shown after its end
PATIENT = 60.0  # seconds a caller may wait where the queue has no target

Key = tuple[str, str]
"""A line and a call of it."""


class Order(StrEnum):
    """What comes first."""

    TROUBLE = "trouble first"
    LONGEST = "longest first"
    NEWEST = "newest first"
    PLACE = "by place"

    @property
    def next(self) -> "Order":
        """The order after this one, in a circle."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


@dataclass(frozen=True, slots=True)
class Sight:
    """One call, looked at."""

    line: str
    glimpse: Glimpse
    over: Over | None
    trouble: Trouble
    age: float
    """Seconds since it began, or that it took."""
    still: float
    """Seconds since anything changed."""
    waited: float
    """Seconds its caller has waited for a person."""
    stale: bool
    """Whether its line is not heard of now."""

    @property
    def key(self) -> str:
        """Its name in a pane."""
        return key_of((self.line, self.glimpse.call))

    @property
    def place(self) -> str:
        """The state it is in, `flow.state`."""
        return self.glimpse.places[-1] if self.glimpse.places else ""

    def matches(self, words: Sequence[str]) -> bool:
        """Tell whether each of *words*, in lower case, is somewhere in what is shown."""
        if not words:
            return True
        one = self.glimpse
        outcome = self.over.outcome if self.over else None
        shown = (*one.places, one.call, one.phase, one.queue, one.agent, one.reason, one.prompt)
        parts = (*shown, one.asks_clinic, self.line, self.trouble.text, outcome or "")
        text = " ".join(parts).lower()
        return all(word in text for word in words)


def key_of(key: Key) -> str:
    """Make one text of a line and a call."""
    line, call = key
    return f"{call}@{line}"


def key_in(text: str) -> Key:
    """Undo `key_of`."""
    call, _, line = text.partition("@")
    return line, call


class Heard:
    """How callers are heard: the last sample of each living call."""

    def __init__(self) -> None:
        self.media: dict[Key, Media] = {}
        self._last: Entry | None = None

    def read(self, board: Board) -> None:
        """Take what came since the last time."""
        new = list(takewhile(lambda entry: entry is not self._last, reversed(board.tail)))
        for entry in reversed(new):
            if isinstance(entry.fact, Media) and entry.fact.leg == "caller":
                self.media[entry.line, entry.fact.call] = entry.fact
        self.media = {key: media for key, media in self.media.items() if key in board.calls}
        self._last = board.tail[-1] if board.tail else None


def look(board: Board, heard: Mapping[Key, Media], *, now: float) -> list[Sight]:
    """
    Look at all calls of *board*, in no order, those too that ended just now.

    Args:
        board: What is known.
        heard: How callers are heard, as far as that is known.
        now: Unix time here.
    """
    found = []
    looks = {line.name: _Look.at(line, now) for line in board.lines.values()}
    for call in board.calls.values():
        at = looks[call.line]
        found.append(at.living(call.glimpse, heard.get((call.line, call.glimpse.call))))
    for line in board.lines.values():
        at = looks[line.name]
        found += [at.ended(call.glimpse, call.over) for call in line.ended if call.over]
    return [one for one in found if one.over is None or one.still < LINGERS]


def ordered(sights: Iterable[Sight], order: Order) -> list[Sight]:
    """Sort, so that rows stand still as long as nothing that matters changes."""
    match order:
        case Order.TROUBLE:
            return sorted(sights, key=lambda one: (_rank(one), -one.age, one.key))
        case Order.LONGEST:
            return sorted(sights, key=lambda one: (one.over is not None, -one.age, one.key))
        case Order.NEWEST:
            return sorted(sights, key=lambda one: (one.over is not None, one.age, one.key))
        case Order.PLACE:
            return sorted(sights, key=lambda one: (one.over is not None, one.place, -one.age))
        case _:
            assert_never(order)


def _rank(one: Sight) -> tuple[bool, int, bool]:
    """Give the living first, then the worst, then those who wait for a person."""
    return one.over is not None, -one.trouble.grade, not one.waited


@dataclass(frozen=True, slots=True)
class _Look:
    """A line at one moment, by its own clock; a line that is not heard of stands still."""

    line: SeenLine
    now: float
    waits: Mapping[str, WaiterRow]
    targets: Mapping[str, float]

    @classmethod
    def at(cls, line: SeenLine, now: float) -> Self:
        return cls(
            line,
            (now if line.connected else line.seen) + line.ahead,
            {one.call: one for one in line.callers},
            {one.queue: one.target for one in line.queues},
        )

    def living(self, glimpse: Glimpse, media: Media | None) -> Sight:
        wait = self.waits.get(glimpse.call)
        waited = wait.waited if wait else 0.0
        target = (self.targets.get(wait.queue) if wait else None) or PATIENT
        still = self.now - glimpse.at.timestamp()
        return Sight(
            self.line.name,
            glimpse,
            None,
            worst(glimpse, media, still=still, overdue=waited - target),
            age=self.now - glimpse.began.timestamp(),
            still=still,
            waited=waited,
            stale=not self.line.connected,
        )

    def ended(self, glimpse: Glimpse, over: Over) -> Sight:
        ended = over.at.timestamp()
        return Sight(
            self.line.name,
            glimpse,
            over,
            FINE,
            age=ended - glimpse.began.timestamp(),
            still=self.now - ended,
            waited=0.0,
            stale=not self.line.connected,
        )
