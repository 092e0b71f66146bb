"""
The board: what all lines that are followed look like now, made of the events of their feeds.

Pure: it is told the events and the time, in the order in which they came.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from ivr.story.facts import Glimpse
from ivr.story.media import Media
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Turn
from ivr.watch.roles import Role
from ivr.watch.rows import FACTS, OF_STORY, AgentRow, LineRow, Over, Part, QueueRow, WaiterRow
from ivr.watch.wire import read, read_some

T = TypeVar("T")
ENDED_KEPT = 50  # calls of each line that are over
TAIL_KEPT = 2000  # events of all lines
STORY_KEPT = 200  # facts of each kind in a story
Happening = Part | Over


class OutOfStep(Exception):
    """An event is missing: begin again with a snapshot."""


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call of a line."""

    line: str
    glimpse: Glimpse
    over: Over | None = None
    """None: it lives."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a call of a line."""

    line: str
    seq: int
    fact: Happening


@dataclass(slots=True)
class SeenLine:
    """One line, as far as it is known."""

    name: str
    connected: bool = False
    why: str = "not asked yet"
    """Why it is not connected."""
    seen: float = 0.0
    """Unix time here when it was last heard of; 0: never."""
    ahead: float = 0.0
    """Seconds its clock is ahead of ours."""
    run: str = ""
    seq: int = 0
    role: Role = Role.VIEWER
    queues: tuple[QueueRow, ...] = ()
    callers: tuple[WaiterRow, ...] = ()
    """Who waits."""
    agents: tuple[AgentRow, ...] = ()
    row: LineRow = field(default_factory=LineRow)
    ended: deque[SeenCall] = field(default_factory=lambda: deque(maxlen=ENDED_KEPT))
    """The newest last."""
    unreadable: int = 0
    """Events and rows that were left out; a newer line may tell what we do not know."""


@dataclass(slots=True)
class SeenStory:
    """What is known of one call that is looked at closely."""

    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=STORY_KEPT))
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=STORY_KEPT))
    media: deque[Media] = field(default_factory=lambda: deque(maxlen=STORY_KEPT))
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=STORY_KEPT))

    def add(self, fact: Happening) -> None:
        """Take one more; the end of the call adds nothing."""
        match fact:
            case Turn():
                self.turns.append(fact)
            case Step():
                self.steps.append(fact)
            case Media():
                self.media.append(fact)
            case Message():
                self.messages.append(fact)
            case Over():
                pass


class Board:
    """Several lines, told by `apply`; look at it between two events."""

    def __init__(self) -> None:
        self.lines: dict[str, SeenLine] = {}
        self.calls: dict[tuple[str, str], SeenCall] = {}
        """Living calls by line and call."""
        self.tail: deque[Entry] = deque(maxlen=TAIL_KEPT)
        """What happened, the newest last."""
        self.stories: dict[tuple[str, str], SeenStory] = {}
        """By line and call, those that were opened."""
        self.said: dict[tuple[str, str], str] = {}
        """Words as they were heard, of calls whose words were asked for."""

    def add_line(self, line: str) -> SeenLine:
        """Know *line* from now on; adding it twice changes nothing."""
        return self.lines.setdefault(line, SeenLine(line))

    def apply(self, line: str, event: Mapping[str, Any], *, now: float) -> None:
        """
        Take the next event of the feed of *line*, or what its follower says of it.

        Args:
            line: Its name here.
            event: As it came. Parts that cannot be read are left out and counted.
            now: Unix time here, in seconds.

        Raises:
            OutOfStep: Its number is not the next one; nothing was changed.
        """
        seen, kind = self.add_line(line), event.get("event")
        if kind == "lost":
            seen.connected, seen.why = False, str(event.get("why", ""))
            return
        if kind == "words":
            self.said[line, str(event.get("call"))] = str(event.get("said", ""))
            return
        seq = event.get("seq")
        if kind != "behind" and not isinstance(seq, int):
            raise OutOfStep
        if kind == "snapshot":
            self._begin(seen, event, now)
        elif kind == "beat":
            if seq != seen.seq:
                raise OutOfStep
            _set_clock(seen, event, now)
        elif kind != "behind":
            if seq != seen.seq + 1:
                raise OutOfStep
            seen.seq = seq
            self._change(seen, str(kind), event)
        seen.connected, seen.why, seen.seen = True, "", now

    def newest(self, line: str, event: Mapping[str, Any]) -> Happening | None:
        """Give what the *event* of *line* that was applied last tells of; None for other events."""
        if not self.tail or event.get("event") not in (*FACTS, "over"):
            return None
        entry = self.tail[-1]
        return entry.fact if (entry.line, entry.seq) == (line, event.get("seq")) else None

    # ------------------------------------------------------------ stories

    def open_story(self, line: str, call: str, answer: Mapping[str, Any]) -> bool:
        """
        Take the answer to `story`, and keep the story up to date from now on.

        Returns:
            Whether it fits to what is known of the line; if not, ask again.
        """
        seen, asked, told = self.add_line(line), answer.get("seq"), answer.get("story")
        if answer.get("run") != seen.run or not isinstance(asked, int):
            return False
        story = self.stories[line, call] = SeenStory()
        of_story = told if isinstance(told, dict) else {}
        for name, kind in OF_STORY.items():
            for fact in _rows(seen, kind, of_story.get(name)):
                story.add(fact)
        for entry in self.tail:
            if entry.line == line and entry.fact.call == call and entry.seq > asked:
                story.add(entry.fact)
        return True

    def close_story(self, line: str, call: str) -> None:
        """Keep the story no longer, nor its words; idempotent."""
        self.stories.pop((line, call), None)
        self.said.pop((line, call), None)

    # ------------------------------------------------------------ events

    def _begin(self, seen: SeenLine, event: Mapping[str, Any], now: float) -> None:
        """Forget what was known of the line, and take the snapshot."""
        for key in [key for key in self.calls if key[0] == seen.name]:
            del self.calls[key]
        if seen.run != event.get("run"):  # numbers begin anew, so old ones mean nothing any more
            kept = [entry for entry in self.tail if entry.line != seen.name]
            self.tail = deque(kept, maxlen=TAIL_KEPT)
        seen.run, seen.seq = str(event.get("run", "")), event["seq"]
        seen.role = Role.named(event.get("role"))
        for glimpse in _rows(seen, Glimpse, event.get("calls")):
            self.calls[seen.name, glimpse.call] = SeenCall(seen.name, glimpse)
        seen.ended.clear()
        for raw in _list(event.get("ended")):
            last, over = _read(seen, Glimpse, raw), _read(seen, Over, _over(raw))
            if last is not None and over is not None:
                seen.ended.append(SeenCall(seen.name, last, over))
        for kind in ("queues", "agents", "line"):
            self._change(seen, kind, event)
        _set_clock(seen, event, now)

    def _change(self, seen: SeenLine, kind: str, event: Mapping[str, Any]) -> None:
        match kind:
            case "call":
                self._see(seen, str(event.get("call")), event.get("set"))
            case "over":
                self._end(seen, event)
            case "turn" | "step" | "media" | "message":
                fact = _read(seen, FACTS[kind], event.get(kind))
                if fact is not None:
                    self._keep(seen, fact)
            case "queues":
                seen.queues = tuple(_rows(seen, QueueRow, event.get("queues")))
                seen.callers = tuple(_rows(seen, WaiterRow, event.get("callers")))
            case "agents":
                seen.agents = tuple(_rows(seen, AgentRow, event.get("agents")))
            case "line":
                seen.row = _read(seen, LineRow, event.get("line")) or seen.row
            case _:
                seen.unreadable += 1

    def _see(self, seen: SeenLine, call: str, changed: object) -> None:
        known = self.calls.get((seen.name, call))
        try:
            glimpse = (
                replace(known.glimpse, **read_some(Glimpse, changed))
                if known
                else read(Glimpse, changed)
            )
        except ValueError:
            seen.unreadable += 1
            return
        self.calls[seen.name, call] = SeenCall(seen.name, glimpse)

    def _end(self, seen: SeenLine, event: Mapping[str, Any]) -> None:
        over = _read(seen, Over, event)
        if over is None:
            return
        known = self.calls.pop((seen.name, over.call), None)
        if known is not None:
            seen.ended.append(replace(known, over=over))
        self._keep(seen, over)

    def _keep(self, seen: SeenLine, fact: Happening) -> None:
        self.tail.append(Entry(seen.name, seen.seq, fact))
        if story := self.stories.get((seen.name, fact.call)):
            story.add(fact)


def _set_clock(seen: SeenLine, event: Mapping[str, Any], now: float) -> None:
    try:
        seen.ahead = datetime.fromisoformat(str(event.get("at"))).timestamp() - now
    except ValueError:
        seen.unreadable += 1


def _over(raw: object) -> object:
    return raw.get("over") if isinstance(raw, dict) else None


def _list(raw: object) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _rows(seen: SeenLine, kind: type[T], raw: object) -> list[T]:
    return [row for one in _list(raw) if (row := _read(seen, kind, one)) is not None]


def _read(seen: SeenLine, kind: type[T], raw: object) -> T | None:
    try:
        return read(kind, raw)
    except ValueError:
        seen.unreadable += 1
        return None
