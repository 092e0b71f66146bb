"""What operators do to living calls: each act by its role, and on record before it happens."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ivr.errors import CallError, HandoffError
from ivr.listening import overhear
from ivr.loading import Practice
from ivr.ports import AudioLeg, Dialler
from ivr.records.audit import Audit, Deed
from ivr.visit import Visit
from ivr.watch.asking import Askable, Given, Question, Stream, line_of
from ivr.watch.hub import Hub
from ivr.watch.roles import Asker, Role

RING_FOR = 30.0  # seconds a supervisor's phone rings
SWITCH = {"yes": True, "no": False}
ON_RECORD = {"move_up": (Deed.MOVED_UP, "call"), "agent_set": (Deed.SET_PRESENCE, "name")}
"""Questions about the queue, with what is noted of them and which argument tells of whom."""
NOT_HERE = "call {} is not on this line any more"


class Drain(Protocol):
    """Stops taking new callers; `SipEndpoint.drain`."""

    def __call__(self, *, on: bool) -> None:
        """Take no new caller as long as it is *on*."""
        ...


@dataclass(frozen=True, slots=True)
class OperatingMeans:
    """What acts are done with."""

    hub: Hub
    audit: Audit
    practice: Callable[[], Practice]
    """Flows and queues as they are now."""
    visit: Callable[[str], Visit | None]
    """A call that is under way."""
    drain: Drain
    dialler: Dialler
    phone: Callable[[str], Awaitable[str]]
    """The SIP URI of somebody's phone, by name or number; raises `HandoffError`."""


class Operating:
    """Answers what operators ask to be done."""

    def __init__(self, means: OperatingMeans) -> None:
        self._means = means

    @property
    def answers(self) -> Mapping[str, Askable]:
        """Everything operators may do, by its name in the protocol."""
        return {
            "hand_off": Question(self._hand_off, ("call",), ("queue",)),
            "hang_up": Question(self._hang_up, ("call",)),
            "drain": Question(self._drain, ("on",)),
            "words": Stream(self._words, ("call",), role=Role.SUPERVISOR),
            "listen": Stream(self._listen, ("call",), ("phone",), role=Role.SUPERVISOR),
        }

    def recorded(self, answers: Mapping[str, Askable]) -> Mapping[str, Askable]:
        """Let those of *answers* that do something note it first."""
        return {name: self._recorded(name, asked) for name, asked in answers.items()}

    def _recorded(self, name: str, asked: Askable) -> Askable:
        if name not in ON_RECORD or not isinstance(asked, Question):
            return asked
        (deed, argument), act = ON_RECORD[name], asked.answer

        async def answer(given: Given, asker: Asker) -> Mapping[str, Any]:
            await self._note(asker, deed, given[argument])
            return await act(given, asker)

        return replace(asked, answer=answer)

    # ------------------------------------------------------------ acts

    async def _hand_off(self, given: Given, asker: Asker) -> Mapping[str, Any]:
        call = given["call"]
        visit, queue = self._visit(call), given.get("queue") or self._queue_of(call)
        if trouble := self._trouble(queue):
            return {"error": trouble}
        await self._note(asker, Deed.HANDED_OFF, call)
        if not visit.hand_off(queue, who=asker.who):
            return {"error": f"call {call} is with a person already, or over"}
        return {"done": f"Call {call} goes to a person of {queue}."}

    async def _hang_up(self, given: Given, asker: Asker) -> Mapping[str, Any]:
        call = given["call"]
        visit = self._visit(call)
        await self._note(asker, Deed.HUNG_UP, call)
        if not await visit.hang_up(who=asker.who):
            return {"error": NOT_HERE.format(call)}
        return {"done": f"Call {call} is over."}

    async def _drain(self, given: Given, asker: Asker) -> Mapping[str, Any]:
        on = SWITCH.get(given["on"])
        if on is None:
            return {"error": "on is yes or no"}
        await self._note(asker, Deed.DRAINED if on else Deed.TOOK_AGAIN, "")
        self._means.drain(on=on)
        if not on:
            return {"done": "New callers are taken again."}
        return {"done": f"No new callers are taken; {len(self._means.hub)} calls go on."}

    # ------------------------------------------------------------ looking closer

    async def _words(self, given: Given, asker: Asker) -> AsyncGenerator[bytes, None]:
        self._visit(given["call"])
        await self._note(asker, Deed.SAW_WORDS, given["call"])
        async with aclosing(self._means.hub.words(given["call"])) as lines:
            async for line in lines:
                yield line

    async def _listen(self, given: Given, asker: Asker) -> AsyncGenerator[bytes, None]:
        call, phone = given["call"], given.get("phone") or asker.who
        caller, address = self._visit(call).leg, await self._means.phone(phone)
        await self._note(asker, Deed.LISTENED_IN, call)
        yield line_of({"event": "ringing", "phone": phone})
        try:
            ear = await self._means.dialler.dial(address, ring_for=RING_FOR)
        except CallError as error:
            raise HandoffError(f"{phone}'s phone was not picked up ({error})") from error
        try:
            yield line_of({"event": "listening"})
            why = await self._until_over(call, caller, ear)
            yield line_of({"event": "over", "why": why})
        finally:
            await ear.hang_up()

    async def _until_over(self, call: str, caller: AudioLeg, ear: AudioLeg) -> str:
        hearing = asyncio.ensure_future(overhear(caller, ear))
        over = asyncio.ensure_future(self._means.hub.over(call))
        try:
            await asyncio.wait({hearing, over}, return_when=asyncio.FIRST_COMPLETED)
            return hearing.result() if hearing.done() else "the call is over"
        finally:
            hearing.cancel()
            over.cancel()
            await asyncio.wait({hearing, over})

    # ------------------------------------------------------------ helpers

    def _visit(self, call: str) -> Visit:
        visit = self._means.visit(call)
        if visit is None:
            raise HandoffError(NOT_HERE.format(call))
        return visit

    def _queue_of(self, call: str) -> str:
        """Name the queue the caller's own flow leads to, were they to ask for a person now."""
        flows, seen = self._means.practice().book.flows, self._means.hub.last(call)
        for place in reversed(seen.places if seen else ()):
            flow = flows.get(place.partition(".")[0])
            if flow is not None and flow.queue:
                return flow.queue
        return ""

    def _trouble(self, queue: str) -> str:
        """Tell why callers cannot be sent to *queue*; `` when they can."""
        queues = self._means.practice().office.queues
        if queue and (queue in queues or not queues):
            return ""
        return f"name one of the queues: {', '.join(sorted(queues))}"

    async def _note(self, asker: Asker, deed: Deed, what: str) -> None:
        await asyncio.to_thread(self._means.audit.note, asker.who, deed, what)
