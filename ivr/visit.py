"""
One call under way: dialog, handoff, and the flows for those whom nobody serves at once.

Whatever happens, the caller is talking to the line, waiting for a person, or talking to one.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, assert_never

from ivr.announcing import sounds_for
from ivr.bridge import Aside, Desk, Means, Report
from ivr.conversing import Converse
from ivr.desk import AgentPhones, Switchboard, Waiting
from ivr.dialog.actions import Briefing, HandOff, HandoffReason, HangUp
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import CallerHungUp
from ivr.dialog.view import DialogView
from ivr.dialog.witness import Witness
from ivr.dialog.wording import Wording
from ivr.errors import HandoffError, LegLost, SpeechError, StoreError
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.card import AGENTS_LANGUAGE, Card
from ivr.handoff.handoff import Handoff, Limits, Phase
from ivr.handoff.tickets import Ticket
from ivr.introduction import card_of, learnt
from ivr.leading import came_of
from ivr.outcome import HELPED, outcome_of
from ivr.place_keeping import PlaceKeeping
from ivr.ports import AudioLeg, Clinic, Gone, Keyed, Played, Speaker
from ivr.queueing import OncePlaced
from ivr.records.accounts import AccountBook
from ivr.records.recordings import Recorder, Recordings
from ivr.request import KEEP_FLOW, NOBODY_FLOW, Request, goes_elsewhere, own_number, requested
from ivr.session import Ending, run_call
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.facts import Fact
from ivr.talk import RunFlow
from ivr.voice import Voice, VoiceLeg
from ivr.watch.live import LiveCall, LiveCalls

_log = logging.getLogger(__name__)
NOTICE = 0  # token of what is played before the first turn
FAREWELL = 0.3  # seconds; the last packets of a goodbye are still on their way
MUTE_PAUSE = 10.0  # seconds of music between two tries of a line that can neither speak nor ring
MESSAGE = {"wish": "message"}  # what the flow for nobody being there is told to begin with


@dataclass(frozen=True, slots=True)
class Line:
    """What every call of a line shares."""

    book: Callable[[str], FlowBook]
    """The flows a new call uses, by its id; what is published changes the answer."""
    start: str
    wording: Wording
    speaker: Speaker
    voice: Callable[[str, str, str], Voice]
    """The voice of a call, by its id, queue and what it is about: messages are kept under them."""
    clinic: Clinic
    switchboard: Switchboard
    phones: AgentPhones
    converse: Callable[[RunFlow], Converse]
    """Lets caller and agent talk; given is how the caller of one visit is led through a flow."""
    limits: Limits
    music: bytes
    tell: Callable[[Fact], None]
    """Takes what happens, for whoever keeps or watches it; `Facts.tell`."""
    live: LiveCalls
    recordings: Recordings | None
    """None: nothing is recorded."""
    accounts: AccountBook | None = None
    """None: nothing is kept to tell calls again."""
    when_closed: Callable[[str], str] = lambda _queue: ""
    """The flow a closed queue's callers hear, by the queue; `` for the one for nobody there."""


class Visit:
    """One call under way."""

    def __init__(self, line: Line, leg: AudioLeg, call: str) -> None:
        self._line = line
        self._leg = leg
        self._call = call
        self._book = line.book(call)
        self._began = asyncio.get_running_loop().time()
        self._dialog: Dialog | None = None
        self._desk: Desk | None = None
        self._values: Mapping[str, Value] = {}
        self._in_flow = line.start
        self._request: Request | None = None
        self._early: list[Keyed] = []
        self._recorder: Recorder | None = None
        self._untap: Callable[[], None] = lambda: None
        self._witnesses: list[Witness] = []
        self._row = CallRow(call, datetime.now(UTC), flow=line.start, version=self._book.version)

    async def run(self) -> None:
        """Talk, and go with the caller wherever that leads, until somebody hangs up."""
        self._keep(answered=datetime.now(UTC))
        self._line.live.add(self._call, self._view)
        await self._begin_recording()
        await self._go_along(await self._talk(self._line.start, self._line.clinic))

    async def go_on(self, waiting: Waiting, ticket: Ticket, card: Card) -> None:
        """Bring a caller who was rung back to the person who is reserved for them."""
        self._keep(answered=datetime.now(UTC), queue=ticket.queue)
        self._line.live.add(self._call, self._view)
        briefing = Briefing(card.caller, card.verified, card.wanted, HandoffReason.ASKED)
        self._request = request = Request(ticket, briefing)
        first = OncePlaced(self._line.switchboard, waiting)
        await self._go_along(await self._wait(request, self._new_desk(request, first, card)))

    async def _go_along(self, ending: Ending) -> None:
        while isinstance(ending, HandOff):
            ending = await self._to_a_person(ending)
        if isinstance(ending, HangUp):
            await asyncio.sleep(FAREWELL)

    @property
    def helped(self) -> bool:
        """Whether the call came to more than waiting."""
        return self._row.outcome in HELPED

    async def finish(self) -> None:
        """Hang up and close the row, whatever happened."""
        self._line.live.remove(self._call)
        await self._end_recording()
        self._keep(ended=datetime.now(UTC), outcome=outcome_of(self._row))
        await self._leg.hang_up()
        await self._keep_accounts()

    def broke(self, error: Exception) -> None:
        """Note that the call ends for a fault of ours."""
        _log.error("call broke", extra={"call": self._call, "kind": type(error).__name__})
        self._keep(outcome=CallOutcome.FAILED)

    # ------------------------------------------------------------ talking

    async def _talk(
        self,
        flow: str,
        clinic: Clinic,
        values: Mapping[str, Value] | None = None,
        *,
        awaited: bool = False,
    ) -> Ending:
        """
        Let the caller talk to *flow*, which knows *values* beside what is known anyway.

        Who is *awaited* by an agent goes back to them without a goodbye.
        """
        self._in_flow = flow
        kind = Dialog if self._line.accounts is None else Witness
        dialog = self._dialog = kind(
            self._book,
            self._line.wording,
            start=flow,
            today=datetime.now(UTC).astimezone().date(),
            values={**self._values, **(values or {})},
        )
        if awaited:
            dialog.lead_back()
        queue, about = self._book.flows[flow].queue, ""
        if self._request is not None:
            queue, about = self._request.ticket.queue, self._request.briefing.wanted
        voice = self._line.voice(self._call, queue, about)
        early, self._early = tuple(self._early), []
        async with VoiceLeg(self._leg, voice, discretion=self._discreet, early=early) as leg:
            try:
                return await run_call(dialog, leg, clinic, queue=queue)
            finally:
                if isinstance(dialog, Witness):
                    self._witnesses.append(dialog)
                added = (values or {}).keys()
                self._values = {k: v for k, v in dialog.values.items() if k not in added}
                self._keep(
                    path=self._row.path + dialog.path,
                    turns=self._row.turns + len(dialog.turns),
                    latencies=self._row.latencies + tuple(leg.latencies),
                )

    async def _lead(self, flow: str, leg: AudioLeg) -> str:
        """Lead the caller through *flow* for the agent they talk to, as in `RunFlow`."""
        found = self._book.flows.get(flow)
        if found is None or not found.for_agents:
            raise HandoffError(f"There is no {flow} that a caller can be sent through.")
        before = self._in_flow
        try:
            ending = await self._talk(flow, self._line.clinic, awaited=True)
        finally:
            self._in_flow = before
        if isinstance(ending, CallerHungUp) or self._dialog is None:
            raise LegLost(f"leg {leg.info.key}: the caller hung up in a flow")
        self._learn(self._dialog.briefing)
        return came_of(found, self._dialog, ending)

    def _learn(self, briefing: Briefing) -> None:
        """Let whoever takes the caller next know what this part of the call found out."""
        if self._request is None or self._desk is None:
            return
        self._request = replace(self._request, briefing=learnt(self._request.briefing, briefing))
        self._desk.card = self._card(self._request)

    def _discreet(self, *, private: bool) -> None:
        if self._recorder is not None:
            self._recorder.keep_private(private=private)

    # ------------------------------------------------------------ to a person

    async def _to_a_person(self, asked: HandOff) -> Ending:
        """Let the caller wait for a person, or do what they would rather do."""
        before = self._request
        request = self._request = self._requested(asked)
        queue, reason = request.ticket.queue, asked.briefing.reason
        _log.info(
            "caller goes to a person",
            extra={"call": self._call, "queue": queue, "reason": reason},
        )
        self._keep(reason=reason, queue=queue)
        await self._end_recording()  # what caller and agent say to each other is theirs
        if before is not None and reason is HandoffReason.LINE_TROUBLE:
            self._leg.play(self._line.music, token=NOTICE, loop=True)
            await asyncio.sleep(MUTE_PAUSE)
        return await self._wait(request, self._new_desk(request, self._line.switchboard))

    async def _wait(self, request: Request, desk: Desk) -> Ending:
        ending: Ending = HangUp()
        async with desk:
            while isinstance(turn := await desk.wait(), Aside):
                said = await self._step_aside(desk)
                if isinstance(said, HandOff) and not desk.handoff.ended:
                    return said  # to other people, or before all others
                ending = said or ending
        self._request = replace(request, ticket=desk.ticket)
        return await self._after(turn, ending, desk.ticket)

    async def _step_aside(self, desk: Desk) -> Ending | None:
        """Let a waiting caller say where to call them back; None: they wait on."""
        number = own_number(self._leg.info.caller)
        values = {"caller_number": number} if number else {}
        clinic = PlaceKeeping(self._line.clinic, desk)
        talk = asyncio.ensure_future(self._talk(KEEP_FLOW, clinic, values))
        recall = asyncio.ensure_future(desk.recalled())
        try:
            await asyncio.wait({talk, recall}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            talk.cancel()
            recall.cancel()
            await asyncio.wait({talk, recall})
        ending = None if talk.cancelled() else talk.result()
        if desk.handoff.ended or goes_elsewhere(ending):
            return ending
        if ending is None or isinstance(ending, HandOff):
            desk.come_back()
            return None
        desk.caller_left()
        return ending

    async def _after(self, report: Report, ending: Ending, ticket: Ticket) -> Ending:
        """Go on with a caller who waits no longer; *ending* is how their own words ended."""
        clinic = self._line.clinic
        waited = self._row.wait.waited if self._row.wait else 0.0
        wait = Wait(
            waited + report.waited, ticket.priority, report.agent, report.refusals, report.troubles
        )
        self._keep(handoff=report.outcome, wait=wait)
        match report.outcome:
            case Outcome.SERVED | Outcome.WANTS_CALLBACK:
                return ending
            case Outcome.CALLER_LEFT:
                return CallerHungUp()
            case Outcome.WANTS_MESSAGE:
                return await self._talk(NOBODY_FLOW, clinic, MESSAGE)
            case Outcome.NOBODY:
                queue, trouble = ticket.queue, report.troubles[-1]
                extra = {"call": self._call, "queue": queue, "reason": trouble}
                _log.warning("caller reached nobody", extra=extra)
                closed = self._line.when_closed(queue) if trouble is Trouble.CLOSED else ""
                flow = closed if closed in self._book.flows else NOBODY_FLOW
                says: Mapping[str, Value] = {"practice_says": report.says} if report.says else {}
                return await self._talk(flow, clinic, says)
            case _:
                assert_never(report.outcome)

    def _requested(self, asked: HandOff) -> Request:
        if self._request is not None:
            return self._request.again(asked, in_flow=self._in_flow)
        return requested(asked, call=self._call, now=datetime.now(UTC).timestamp())

    def _new_desk(
        self, request: Request, switchboard: Switchboard, card: Card | None = None
    ) -> Desk:
        line, ticket = self._line, request.ticket
        sounds = sounds_for(ticket, line.wording, line.music)
        means = Means(switchboard, line.phones, line.speaker, sounds, line.converse(self._lead))
        card = card or self._card(request)
        self._desk = Desk(self._leg, Handoff(line.limits), means, ticket=ticket, card=card)
        return self._desk

    def _card(self, request: Request) -> Card:
        line, ticket = self._line, request.ticket
        return card_of(
            request.briefing,
            ticket,
            queue=line.switchboard.title(ticket.queue, language=AGENTS_LANGUAGE),
            operations=line.clinic.operations,
            phrases=line.wording(AGENTS_LANGUAGE),
        )

    # ------------------------------------------------------------ what is kept

    async def _begin_recording(self) -> None:
        """Say that the call is recorded, then record; a line that cannot say it records nothing."""
        recordings = self._line.recordings
        if recordings is None:
            return
        try:
            notice = await self._line.speaker.render(self._line.wording("en").recorded)
        except SpeechError:
            _log.warning("call not recorded: it could not be said", extra={"call": self._call})
            return
        self._leg.play(notice, token=NOTICE)
        async for event in self._leg.events():
            if isinstance(event, Keyed):
                self._early.append(event)
                break
            if isinstance(event, Played | Gone):
                break
        self._recorder = recordings.open()
        self._untap = self._leg.tap(self._recorder)

    async def _end_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._untap()
            recording = await recorder.close()
            self._keep(recording=recording.file, recording_stopped=recording.stopped)

    async def _keep_accounts(self) -> None:
        """Afterwards, and in a thread: telling a call again takes time that nobody shall wait."""
        book, witnesses = self._line.accounts, self._witnesses
        if book is None or not witnesses:
            return
        told = await asyncio.to_thread(lambda: [witness.account() for witness in witnesses])
        accounts = [account for account in told if account is not None]
        try:
            if accounts:
                await book.keep(self._call, accounts)
        except StoreError:
            _log.warning("call cannot be replayed", extra={"call": self._call})

    def _keep(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the row, checked by `replace`
        self._row = replace(self._row, **changes)
        self._line.tell(self._row)

    # ------------------------------------------------------------ for operators

    def _view(self) -> LiveCall:
        seconds = asyncio.get_running_loop().time() - self._began
        view = self._dialog.view if self._dialog else None
        phase = "talking"
        handoff = self._desk.handoff if self._desk else None
        if handoff is not None and not handoff.ended and not handoff.aside:
            phase = "bridged" if handoff.phase is Phase.BRIDGED else "handoff"
        return LiveCall(
            call=self._call,
            phase=phase,
            state=self._place(view),
            prompt=view.prompt if view else "",
            words=view.last_words if view else "",
            slots=view.slots if view else {},
            patience=round(view.patience) if view else 0,
            turn=view.turn if view else 0,
            seconds=seconds,
            reason=self._row.reason or "",
        )

    def _place(self, view: DialogView | None) -> str:
        """Tell where the caller is, or was before a person was looked for."""
        if view is not None and view.state:
            return f"{view.flow}.{view.state}"
        return self._row.path[-1] if self._row.path else ""
