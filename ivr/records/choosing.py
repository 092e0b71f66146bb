"""Which facts are kept, under which key, and which of them wait when there is room for few."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count, islice
from typing import assert_never

from ivr.story.calls import CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn

Kept = CallRow | Turn | Step | Media | Message
MESSAGES = 200  # of a call; a ladder longer than that is a loop, and is known as one by then
SAMPLES = 20  # of a leg that were worse than all before, beside the last one
CALLS = 2000  # whose messages and samples are counted; many more than ever ring at once
WORSE = 1.25  # times; less is not worth a row
_FLOORS = {"jitter": 0.005, "silent": 0.5, "round_trip": 0.05, "far_jitter": 0.005}
"""Seconds below which a figure is as good as any."""
_LOSSES = ("lost", "late", "far_lost")
_FEW_LOST = 3  # packets between two samples; a pause of 60 ms


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact that is to be written; one with the same key takes its place."""

    rank: int
    """0: written first and given up last."""
    key: tuple[str, ...]
    fact: Kept
    number: int = 0
    """Its number in the table, where the fact has none of its own."""


@dataclass(slots=True)
class _Leg:
    """How bad a leg was, by figure."""

    last: Media
    worst: dict[str, float] = field(default_factory=dict)
    kept: int = 0


@dataclass(slots=True)
class _Call:
    messages: int = 0
    legs: dict[str, _Leg] = field(default_factory=dict)


class Choosing:
    """Turns facts into entries; remembers a little of the calls it saw last."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    def entries(self, fact: Fact) -> tuple[Entry, ...]:
        """Return what is to be written of *fact*."""
        match fact:
            case CallRow():
                return (Entry(0, ("calls", fact.call), fact),)
            case Turn():
                return (Entry(1, ("turns", fact.call, str(fact.number)), fact),)
            case Step():
                return (self._numbered("steps", fact),)
            case Media():
                return self._samples(fact)
            case Message():
                seen = self._seen(fact.call)
                seen.messages += 1
                return (self._numbered("messages", fact),) if seen.messages <= MESSAGES else ()
            case Glimpse():
                return ()
            case _:
                assert_never(fact)

    def _numbered(self, table: str, fact: Step | Message) -> Entry:
        number = next(self._numbers)
        return Entry(2, (table, str(number)), fact, number)

    def _samples(self, sample: Media) -> tuple[Entry, ...]:
        last = Entry(2, ("media", sample.call, sample.leg, "0"), sample)
        legs = self._seen(sample.call).legs
        leg = legs.get(sample.leg)
        if leg is None:
            legs[sample.leg] = _Leg(sample)
            return (last,)
        if not _got_worse(leg, sample) or leg.kept == SAMPLES:
            return (last,)
        leg.kept += 1
        key = ("media", sample.call, sample.leg, str(leg.kept))
        return (last, Entry(2, key, sample, leg.kept))

    def _seen(self, call: str) -> _Call:
        found = self._calls[call] = self._calls.pop(call, _Call())
        if len(self._calls) > CALLS:
            self._calls.popitem(last=False)
        return found


def _got_worse(leg: _Leg, sample: Media) -> bool:
    """Compare *sample* with the worst of its leg, and remember it."""
    before, leg.last = leg.last, sample
    figures = {name: getattr(sample, name) or 0.0 for name in _FLOORS}
    bad = {name: value for name, value in figures.items() if value > _FLOORS[name]}
    for name in _LOSSES:
        lost = (getattr(sample, name) or 0) - (getattr(before, name) or 0)
        if lost > _FEW_LOST:
            bad[name] = lost
    worse = {name: v for name, v in bad.items() if v > WORSE * leg.worst.get(name, 0.0)}
    leg.worst |= worse
    return bool(worse)


class Backlog:
    """What waits to be written: rows of calls before turns before the rest, within bounds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: tuple[dict[tuple[str, ...], Entry], ...] = ({}, {}, {})
        self.lost_rows = 0
        """Rows of calls that there was no room for."""
        self.lost = 0
        """Facts of any kind that there was no room for."""

    def __len__(self) -> int:
        """Count what waits."""
        return sum(map(len, self._waiting))

    @property
    def rows(self) -> int:
        """How many rows of calls wait."""
        return len(self._waiting[0])

    def put(self, entry: Entry) -> None:
        """Let *entry* wait; the oldest one of the lowest rank makes room for it."""
        self._waiting[entry.rank][entry.key] = entry
        if len(self) > self._most:
            lowest = next(waiting for waiting in reversed(self._waiting) if waiting)
            del lowest[next(iter(lowest))]
            self.lost += 1
            self.lost_rows += lowest is self._waiting[0]

    def first(self, most: int) -> tuple[Entry, ...]:
        """Return at most *most* of what waits, in the order in which it is to be written."""
        every = (entry for waiting in self._waiting for entry in waiting.values())
        return tuple(islice(every, most))

    def done(self, entries: Iterable[Entry]) -> None:
        """Forget *entries*, but for those whose place was taken by newer ones."""
        for entry in entries:
            waiting = self._waiting[entry.rank]
            if waiting.get(entry.key) is entry:
                del waiting[entry.key]
