"""
The hub: everything that happens in the calls of this line, for whoever looks now.

A listener of `ivr.story.facts.Facts`. It keeps the last moment of each living call and a little
of each call's story; events are made only while somebody follows.
"""

import asyncio
import json
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, assert_never

from ivr.errors import IvrError
from ivr.story.calls import CallRow
from ivr.story.facts import Fact, Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Happened, Step
from ivr.story.turns import Turn
from ivr.watch.asking import Answer, Askable, Given, Question, Stream, line_of
from ivr.watch.bells import Bells
from ivr.watch.feed import Feed
from ivr.watch.roles import Asker, Role
from ivr.watch.rows import FACTS, OF_STORY, Over, Part
from ivr.watch.views import VIEWS, changes, seen, view_of
from ivr.watch.wire import told

LOOK_EVERY = 1.0  # seconds between two looks at queues, people and the line
ENDED_KEPT = 50  # calls that are over and can still be looked at
STORY_KEPT = 200  # facts of each kind and call
TURNS_MEASURED = 500
TROUBLES = frozenset(
    {
        Happened.BROKE,
        Happened.SPEECH_LOST,
        Happened.SPEECH_RESTARTED,
        Happened.NOT_SPOKEN,
        Happened.NOBODY,
        Happened.MEDIA_LOST,
    }
)
NAMES = {kind: name for name, kind in FACTS.items()}


@dataclass(frozen=True, slots=True)
class Look:
    """Where the hub looks for what nobody tells it."""

    queue: Answer
    """`queues` and `callers`."""
    agents: Answer
    """`agents`."""
    line: Callable[[], Mapping[str, Any]]
    """Members of `line`; the hub puts in those it knows itself."""


@dataclass(slots=True)
class _Kept:
    """What is known of one call."""

    last: Glimpse
    over: Over | None = None
    shown: Mapping[Role, Mapping[str, Any]] = field(default_factory=dict)
    """What followers saw last of a call that is over, by view."""
    facts: dict[type[Any], deque[Any]] = field(
        default_factory=lambda: {kind: deque(maxlen=STORY_KEPT) for kind in NAMES}
    )


class Hub:
    """What `ivr top` and `ivr tail` see. Every method is called in the event loop."""

    def __init__(self, look: Look) -> None:
        """Know nothing yet: `take` is told, `run` looks."""
        self._look = look
        self._calls: dict[str, _Kept] = {}
        self._ended: OrderedDict[str, _Kept] = OrderedDict()
        self._awake = False
        self._shown: dict[Role, dict[str, dict[str, Any]]] = {view: {} for view in VIEWS}
        self._beside: dict[str, Any] = {"queues": [], "callers": [], "agents": [], "line": {}}
        self._feeds = {view: Feed(partial(self._all, view)) for view in VIEWS}
        self._latencies: deque[float] = deque(maxlen=TURNS_MEASURED)
        self._recognised: deque[float] = deque(maxlen=TURNS_MEASURED)
        self._troubles: Counter[str] = Counter()
        self._bells = Bells()

    @property
    def answers(self) -> Mapping[str, Askable]:
        """What everybody may ask it."""
        return {
            "follow": Stream(self._follow, takes=("run", "after")),
            "story": Question(self._story, needs=("call",), role=Role.VIEWER),
            "calls": Question(self._tell_calls, role=Role.VIEWER),
            "line": self._tell_line,
        }

    def __len__(self) -> int:
        """Count the living calls."""
        return len(self._calls)

    def last(self, call: str) -> Glimpse | None:
        """Give the last moment of a call that lives."""
        kept = self._calls.get(call)
        return None if kept is None else kept.last

    async def run(self) -> None:
        """Look at what nobody tells, as long as somebody follows; until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self._awake and not any(feed.awake for feed in self._feeds.values()):
                self._fall_asleep()
            if self._awake:
                await self._look_around()

    # ------------------------------------------------------------ facts

    def take(self, fact: Fact) -> None:
        """Take what happened; a listener of `Facts`."""
        match fact:
            case CallRow():
                self._take_row(fact)
            case Glimpse():
                self._take_glimpse(fact)
            case Turn() | Step() | Media() | Message():
                self._take_part(fact)
            case _:
                assert_never(fact)

    def _take_row(self, row: CallRow) -> None:
        if row.ended is not None:
            reason = row.reason.value if row.reason else ""
            self._end(Over(row.call, row.ended, row.outcome, reason, row.queue))
        elif row.call not in self._calls:
            self._take_glimpse(Glimpse(row.call, row.started, row.started))

    def _take_glimpse(self, now: Glimpse) -> None:
        if now.call in self._ended:
            return  # told late; the call would never end
        kept = self._calls.get(now.call)
        if kept is None:
            kept = self._calls[now.call] = _Kept(now)
            before = None
        else:
            before, kept.last = kept.last, now
        self._bells.ring(now.call)
        if self._awake:
            self._tell_call(before, now)

    def _tell_call(self, before: Glimpse | None, now: Glimpse) -> None:
        for view, feed in self._feeds.items():
            new = seen(now, view) if before is None else changes(before, now, view)
            if new:
                self._shown[view].setdefault(now.call, {}).update(new)
                feed.tell("call", _members({"call": now.call, "set": new}))

    def _take_part(self, fact: Part) -> None:
        kept = self._calls.get(fact.call) or self._ended.get(fact.call)
        if kept is not None:
            kept.facts[type(fact)].append(fact)
        if isinstance(fact, Turn):
            self._measure(fact)
        if isinstance(fact, Step) and fact.happened in TROUBLES:
            self._troubles[fact.happened.value] += 1
        self._tell(NAMES[type(fact)], {NAMES[type(fact)]: fact})

    def _measure(self, turn: Turn) -> None:
        if turn.latency is not None:
            self._latencies.append(turn.latency)
        if turn.recognised is not None:
            self._recognised.append(turn.recognised)

    def _end(self, over: Over) -> None:
        kept = self._calls.pop(over.call, None)
        shown = {view: self._shown[view].pop(over.call, {}) for view in VIEWS}
        if kept is not None:
            kept.over, kept.shown = over, shown
            self._ended[over.call] = kept
            if len(self._ended) > ENDED_KEPT:
                self._ended.popitem(last=False)
        self._bells.ring(over.call)
        self._tell("over", told(over))

    def _tell(self, kind: str, members: Mapping[str, Any]) -> None:
        """Let everybody who follows know something that all roles may."""
        if self._awake:
            written = _members(told(members))
            for feed in self._feeds.values():
                feed.tell(kind, written)

    # ------------------------------------------------------------ what nobody tells

    async def _look_around(self) -> None:
        """Tell what changed of queues, people and the line."""
        for kind, look in (("queues", self._look.queue), ("agents", self._look.agents)):
            try:
                found = told(await look())
            except IvrError:
                continue  # the store is away: what was seen last stays
            self._notice(kind, found)
        self._notice("line", {"line": self._line()})

    def _notice(self, kind: str, found: Mapping[str, Any]) -> None:
        if any(self._beside.get(name) != value for name, value in found.items()):
            self._beside.update(found)
            self._tell(kind, found)

    def _line(self) -> dict[str, Any]:
        own = {
            "calls": len(self._calls),
            "errors": dict(self._troubles),
            "turn_latency": _spread(self._latencies),
            "recogniser": _spread(self._recognised),
        }
        return {**told(self._look.line()), **told(own)}

    # ------------------------------------------------------------ who follows

    async def _follow(self, given: Given, asker: Asker) -> AsyncGenerator[bytes, None]:
        if not self._awake:
            await self._look_around()
            self._wake()
        feed = self._feeds[view_of(asker.role)]
        events = feed.follow(given.get("run", ""), given.get("after", ""), role=asker.role)
        async with aclosing(events):
            async for event in events:
                yield event

    def _wake(self) -> None:
        self._awake = True
        for view, shown in self._shown.items():
            shown.update({call: seen(kept.last, view) for call, kept in self._calls.items()})

    def _fall_asleep(self) -> None:
        self._awake = False
        for view, feed in self._feeds.items():
            feed.fall_asleep()
            self._shown[view].clear()

    def _all(self, view: Role) -> Mapping[str, Any]:
        """Tell all there is to know to a follower who knows nothing."""
        ended = [
            {**(one.shown.get(view) or seen(one.last, view)), "over": told(one.over)}
            for one in self._ended.values()
        ]
        return {"calls": list(self._shown[view].values()), "ended": ended, **self._beside}

    async def words(self, call: str) -> AsyncGenerator[bytes, None]:
        """Yield the words of a call as they are heard, until it is over; for supervisors."""
        last = None
        with self._bells.noticing(call) as bell:
            while kept := self._calls.get(call):
                bell.clear()
                if kept.last.said != last:
                    last = kept.last.said
                    yield line_of({"event": "words", "call": call, "said": last})
                await bell.wait()
        yield line_of({"event": "over", "call": call})

    async def over(self, call: str) -> None:
        """Wait until *call* lives no longer."""
        with self._bells.noticing(call) as bell:
            while call in self._calls:
                bell.clear()
                await bell.wait()

    # ------------------------------------------------------------ answers

    async def _story(self, given: Given, asker: Asker) -> Mapping[str, Any]:
        call, feed = given["call"], self._feeds[view_of(asker.role)]
        kept = self._calls.get(call) or self._ended.get(call)
        if kept is None:
            return {"error": f"call {call} is not here; `ivr why {call}` tells of past ones"}
        story = {name: told(kept.facts[kind]) for name, kind in OF_STORY.items()}
        return {"run": feed.run, "seq": feed.seq, "story": story}

    async def _tell_calls(self, _given: Given, asker: Asker) -> Mapping[str, Any]:
        view = view_of(asker.role)
        return {"calls": [seen(kept.last, view) for kept in self._calls.values()]}

    async def _tell_line(self) -> Mapping[str, Any]:
        return {"line": self._line()}


def _members(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"))[1:-1].encode()


def _spread(times: Iterable[float]) -> dict[str, float | None]:
    in_order = sorted(times)
    return {"p50": _share(in_order, 0.50), "p95": _share(in_order, 0.95)}


def _share(ordered: list[float], share: float) -> float | None:
    """Tell what so much of *ordered* is not above; None for nothing."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None
