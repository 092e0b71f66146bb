"""A practice whose consoles see the real queue: store, switchboard, talks, audit log, notes."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.floor import FloorMeans, LineFloor, noted_in
from ivr.handoff.agents import Agent, Role
from ivr.handoff.office import Office, Queue
from ivr.ports import AudioLeg
from ivr.records.audit import Audit, Deed
from ivr.records.notes import NoteBook
from ivr.store.memory import MemoryStore
from ivr.switchboard.front import Front
from ivr.switchboard.switchboard import QueueSwitchboard
from ivr.talks import Talks

NODE = "cell-1"
OFFICE = Office({"pharmacy": Queue("pharmacy", "the pharmacy", wrap_up=30.0)})
DANA = Agent("Dana", "browser:Dana", ("pharmacy",))
KIM = Agent("Kim", "browser:Kim", role=Role.CLERK)
SAM = Agent("Sam", "browser:Sam", role=Role.SUPERVISOR)


@dataclass
class Practice:
    """One cell without telephones."""

    store: MemoryStore
    board: QueueSwitchboard
    talks: Talks
    floor: LineFloor
    notes: NoteBook
    audit: Audit
    callers: list[AudioLeg] = field(default_factory=list)

    def deeds(self) -> list[tuple[str, Deed, str]]:
        return [(entry.who, entry.did, entry.what) for entry in self.audit.entries()]


@asynccontextmanager
async def practice(
    folder: Path, clock: Callable[[], float], *, store: MemoryStore | None = None
) -> AsyncIterator[Practice]:
    """Give a practice whose files are in *folder*, with a switchboard that is matching."""
    store = store or MemoryStore()
    audit, notes = Audit(folder / "audit.log"), NoteBook(folder / "notes.db")
    board = QueueSwitchboard(store, lambda: OFFICE, node=NODE, clock=clock)
    front = Front(store, lambda: OFFICE, clock=clock, why=lambda _: "", forget=lambda _: False)
    talks = Talks(noted_in(audit))
    callers: list[AudioLeg] = []

    async def move_up(call: str) -> Mapping[str, Any]:
        assert audit.entries()[-1].what == call  # it is noted before it is done
        return await front.move_up(call)

    means = FloorMeans(
        talks, audit, notes, lambda: (("pay_bill", "Pay a bill"),), move_up, callers.append
    )
    floor = LineFloor(store, lambda: OFFICE, means, node=NODE, clock=clock)
    await board.start()
    try:
        yield Practice(store, board, talks, floor, notes, audit, callers)
    finally:
        await board.stop()
        await notes.close()
