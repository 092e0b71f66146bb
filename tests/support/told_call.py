"""Whole calls on a virtual clock whose facts are read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from ivr.attendant import Attendant
from ivr.audio.pcm import FRAME_BYTES
from ivr.clinic.operations import SPECS
from ivr.dialog.events import Hypothesis
from ivr.errors import ClinicError, LegLost
from ivr.flow.model import OperationSpec, Value
from ivr.handoff.agents import Agent
from ivr.ports import (
    Deaf,
    Gone,
    Heard,
    Keyed,
    Onset,
    OperationResult,
    Partial,
    Restarted,
)
from ivr.story.calls import CallRow
from ivr.story.facts import Glimpse
from ivr.story.steps import Happened, Step
from ivr.story.turns import Turn
from tests.support.virtual_loop import run
from tests.test_attendant import Visit as Scene

BIRTH, PHONE, NUMBER = "03051980", "5555550123", "5550100"
LOUD, QUIET = b"\x00\x20" * (FRAME_BYTES // 2), bytes(FRAME_BYTES)


class Clinic:
    """Knows every patient and answers after a while, or not at all."""

    def __init__(self, *, after: float = 0.0, down: bool = False) -> None:
        self.after = after
        self.down = down

    @property
    def operations(self) -> Mapping[str, OperationSpec]:
        return SPECS

    async def perform(self, operation: str, arguments: Mapping[str, Value]) -> OperationResult:
        del arguments
        await asyncio.sleep(self.after)
        if self.down:
            raise ClinicError("the clinic does not answer")
        if operation == "identity.verify":
            proved: dict[str, Value] = {"patient": "p1", "caller_name": "Alex Sample"}
            return OperationResult("verified", {**proved, "verified_by": "date of birth and phone"})
        return OperationResult("in_progress", {"drug": "Placebex"})


class Visit(Scene):
    """A call whose facts are read."""

    def __init__(self, agents: tuple[Agent, ...], clinic: Clinic) -> None:
        super().__init__(*agents, number="+12125550142")
        self.line = replace(self.line, clinic=clinic, cell="north", pseudonym=lambda _: "c0ffee")
        self.attendant = Attendant(self.line)

    def hear_frame(self, frame: bytes) -> None:
        assert self.leg.sink is not None
        self.leg.sink(frame)

    async def wait_in_queue(self) -> None:
        await self.press("0")
        await asyncio.sleep(1)

    @property
    def turns(self) -> list[Turn]:
        return [fact for fact in self.facts if isinstance(fact, Turn)]

    @property
    def glimpses(self) -> list[Glimpse]:
        return [fact for fact in self.facts if isinstance(fact, Glimpse)]

    @property
    def told(self) -> list[CallRow]:
        return [fact for fact in self.facts if isinstance(fact, CallRow)]

    @property
    def steps(self) -> list[tuple[Happened, str, str]]:
        steps = [fact for fact in self.facts if isinstance(fact, Step)]
        return [(step.happened, step.who, step.detail) for step in steps]

    @property
    def happened(self) -> list[Happened]:
        return [happened for happened, _, _ in self.steps]

    def turn_at(self, state: str) -> Turn:
        """Give the first turn in *state*."""
        return next(turn for turn in self.turns if turn.state.endswith(f".{state}"))

    def ear(self, event: Onset | Partial | Heard | Restarted | Deaf) -> None:
        self.ears.ears[-1].happen(event)

    async def say(self, words: str, sure: float = 0.95) -> None:
        """Speak for a second; silence is noticed after 0.38 s, understood in 0.05 s."""
        await asyncio.sleep(3)
        self.ear(Onset())
        await asyncio.sleep(1)
        self.ear(Heard((Hypothesis(words, sure),), silence=0.38, took=0.05))
        await asyncio.sleep(0.1)

    async def key(self, keys: str) -> None:
        await asyncio.sleep(3)
        await self.press(keys)


def call(
    scenario: Callable[[Visit], Awaitable[None]],
    *agents: Agent,
    clinic: Clinic | None = None,
    hears: bool = True,
) -> Visit:
    """Let *scenario* happen to a call, then hang up, unless it is over."""

    async def main() -> Visit:
        visit = Visit(agents, clinic or Clinic())
        visit.attendant = Attendant(replace(visit.line, hears=hears))
        ringing = visit.ring()
        await scenario(visit)
        if not ringing.done():
            visit.leg.happen(Gone())
        await ringing
        return visit

    return run(main())


async def prove(visit: Visit) -> None:
    """Ask for a refill by voice, prove who one is by keys."""
    await visit.say("refill")
    for keys in (BIRTH, PHONE):
        await visit.key(keys)
        await asyncio.sleep(1)


async def refill(visit: Visit) -> None:
    """Do so, and key the number of the prescription."""
    await prove(visit)
    await visit.key(NUMBER)
    await asyncio.sleep(1)


async def take_and_part(visit: Visit) -> None:
    """Wait for a person; Maria is busy, Dana takes the call and hangs up later."""
    visit.phones.refusals["Maria"] = LegLost("busy", 486)
    await visit.wait_in_queue()
    await asyncio.sleep(10)
    visit.phones.legs["Dana"].happen(Keyed("1"))
    await asyncio.sleep(5)
    visit.phones.legs["Dana"].happen(Gone())
    await asyncio.sleep(20)
