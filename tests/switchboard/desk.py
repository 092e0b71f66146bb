"""A practice without telephones: a switchboard on virtual time, and agents as small scripts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.desk import Offered, Placed, QueueStore, Shut, Waiting
from ivr.handoff.agents import Agent
from ivr.handoff.events import Refusal
from ivr.handoff.office import Office
from ivr.handoff.tickets import Priority, Ticket
from ivr.store.memory import MemoryStore
from ivr.switchboard.place import CallBacks
from ivr.switchboard.switchboard import QueueSwitchboard

START = 1_767_800_000.0  # Unix time at which the virtual loop begins: a Wednesday in January


def clock() -> float:
    return START + asyncio.get_running_loop().time()


def agent(name: str, *queues: str, skills: Sequence[str] = (), speaks: str = "en") -> Agent:
    return Agent(name, f"sip:{name}@127.0.0.1", queues, frozenset(skills), tuple(speaks.split()))


def ticket(
    key: str,
    queue: str = "front_desk",
    *,
    language: str = "en",
    priority: Priority = Priority.ROUTINE,
) -> Ticket:
    return Ticket(key, queue, clock(), language=language, priority=priority)


@asynccontextmanager
async def switchboard(
    *agents: Agent,
    store: QueueStore | None = None,
    office: Office | None = None,
    node: str = "cell-1",
    callbacks: CallBacks | None = None,
) -> AsyncIterator[QueueSwitchboard]:
    board = QueueSwitchboard(
        store or MemoryStore(),
        lambda: office or Office(),
        node=node,
        clock=clock,
        callbacks=callbacks,
    )
    await board.start()
    await board.sign_in(agents)
    try:
        yield board
    finally:
        await board.stop()


@dataclass
class Visit:
    """What one caller met."""

    key: str
    entered: float = 0.0
    placed: list[Placed] = field(default_factory=list)
    rang: list[tuple[float, str]] = field(default_factory=list)
    bridged: list[tuple[float, str]] = field(default_factory=list)
    shut: Shut | None = None
    left: float | None = None


Picks = Callable[[Agent, str], Refusal | None]
"""Whether an agent takes a caller: None, or why not."""


def takes(_agent: Agent, _key: str) -> Refusal | None:
    return None


@dataclass(frozen=True)
class Manner:
    """How agents and the caller behave."""

    picks: Picks = takes
    rings: float = 4.0
    talks: float = 60.0
    patience: float = 3600.0


async def visit(board: QueueSwitchboard, ticket: Ticket, manner: Manner | None = None) -> Visit:
    """Let one caller wait until somebody talked to them, nobody comes, or patience is over."""
    manner = manner or Manner()
    story = Visit(ticket.key, clock())
    waiting = board.enter(ticket)
    try:
        async with asyncio.timeout(manner.patience):
            await _wait(waiting, story, manner)
    except TimeoutError:
        pass
    finally:
        waiting.leave()
        story.left = clock()
    return story


async def _wait(waiting: Waiting, story: Visit, manner: Manner) -> None:
    async for event in waiting.events():
        match event:
            case Placed():
                story.placed.append(event)
            case Shut():
                story.shut = event
                return
            case Offered(agent=agent):
                story.rang.append((clock(), agent.name))
                refusal = manner.picks(agent, story.key)
                await asyncio.sleep(0.1 if refusal is Refusal.UNREACHABLE else manner.rings)
                if refusal is not None:
                    waiting.release(agent.name, refusal)
                    continue
                waiting.settle(agent.name)
                story.bridged.append((clock(), agent.name))
                await asyncio.sleep(manner.talks)
                waiting.wrap_up(agent.name)
                return
