"""What goes on beside a talk: legs are listened to, somebody is rung, a flow runs."""

import asyncio
from collections.abc import Callable, Coroutine

from ivr.errors import MisuseError
from ivr.ports import AudioLeg, Gone, LegEvent


class TalkTasks:
    """They begin with the talk and end with it."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._own: set[asyncio.Task[None]] = set()
        self._following: dict[AudioLeg, asyncio.Task[None]] = {}
        self._gone: set[AudioLeg] = set()
        self.ringing: asyncio.Task[None] | None = None
        """Rings somebody else, or did."""

    @property
    def going_on(self) -> bool:
        """Whether the talk runs."""
        return self._group is not None

    def begin(self, group: asyncio.TaskGroup) -> None:
        """Let *group* be the parent."""
        self._group = group

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Do *work* beside the talk."""
        if self._group is None:
            raise MisuseError("a talk that does not run has no tasks")
        task = self._group.create_task(work)
        self._own.add(task)
        task.add_done_callback(self._own.discard)
        return task

    def follow(self, leg: AudioLeg, tell: Callable[[LegEvent], None]) -> None:
        """Read the events of *leg*; its end is told, even if somebody else read it before."""
        self._following[leg] = self.spawn(self._listen(leg, tell))

    async def _listen(self, leg: AudioLeg, tell: Callable[[LegEvent], None]) -> None:
        async for event in leg.events():
            if isinstance(event, Gone):
                self.note_gone(leg)
            tell(event)
        if not self.over(leg):
            self.note_gone(leg)
            tell(Gone())

    async def unfollow(self, leg: AudioLeg) -> None:
        """Stop reading the events of *leg*; none is lost."""
        task = self._following.pop(leg)
        task.cancel()
        await asyncio.wait({task})

    def note_gone(self, leg: AudioLeg) -> None:
        """Remember that *leg* has ended."""
        self._gone.add(leg)

    def over(self, leg: AudioLeg) -> bool:
        """Whether *leg* is known to have ended."""
        return leg in self._gone

    def end(self) -> None:
        """Cancel everything."""
        self._group = None
        for task in self._own:
            task.cancel()
