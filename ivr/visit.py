"""
One call under way: dialog, handoff, and the flows for those whom nobody serves at once.

Whatever happens, the caller is talking to the line, waiting for a person, or talking to one.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from ivr.accounting import keep_accounts
from ivr.announcing import sounds_for
from ivr.bridge import Aside, Desk, Means, Report
from ivr.desk import Switchboard, Waiting
from ivr.dialog.actions import Briefing, HandOff, HandoffReason, HangUp
from ivr.dialog.dialog import Dialog
from ivr.dialog.events import CallerHungUp, SentToPerson
from ivr.dialog.witness import Witness
from ivr.errors import HandoffError, LegLost
from ivr.flow.model import Value
from ivr.handoff.actions import Outcome, Trouble
from ivr.handoff.card import AGENTS_LANGUAGE, Card
from ivr.handoff.handoff import Handoff
from ivr.handoff.tickets import Ticket
from ivr.introduction import card_of, learnt
from ivr.journal import Journal
from ivr.leading import came_of
from ivr.line import Line
from ivr.minutes import Minutes
from ivr.outcome import HELPED, outcome_of
from ivr.phones import ObservedPhones
from ivr.place_keeping import PlaceKeeping
from ivr.ports import AudioLeg, Clinic, Keyed
from ivr.queueing import OncePlaced
from ivr.recording import NOTICE, CallRecording
from ivr.request import KEEP_FLOW, NOBODY_FLOW, Request, goes_elsewhere, own_number, requested
from ivr.session import Ending, run_call
from ivr.story.calls import CallOutcome, CallRow, Wait
from ivr.story.steps import Happened
from ivr.voice import VoiceLeg

_log = logging.getLogger(__name__)
FAREWELL = 0.3  # seconds; the last packets of a goodbye are still on their way
MUTE_PAUSE = 10.0  # seconds of music between two tries of a line that can neither speak nor ring
MESSAGE = {"wish": "message"}  # what the flow for nobody being there is told to begin with


class Visit:
    """One call under way."""

    def __init__(self, line: Line, leg: AudioLeg, call: str) -> None:
        self._line = line
        self._leg = leg
        self._call = call
        self._book = line.book(call)
        self._dialog: Dialog | None = None
        self._desk: Desk | None = None
        self._values: Mapping[str, Value] = {}
        self._in_flow = line.start
        self._request: Request | None = None
        self._early: list[Keyed] = []
        self._recording = CallRecording(leg, line.recordings)
        self._witnesses: list[Witness] = []
        self._voice: VoiceLeg | None = None
        self._sent_to = ""
        self._over = self._hung_up_on = False
        row = CallRow(
            call,
            datetime.now(UTC),
            cell=line.cell,
            trunk=leg.info.trunk,
            caller=line.pseudonym(leg.info.caller),
            flow=line.start,
            version=self._book.version,
        )
        self._journal = Journal(row, line.tell)

    async def run(self) -> None:
        """Talk, and go with the caller wherever that leads, until somebody hangs up."""
        self._journal.keep(answered=datetime.now(UTC))
        self._early = await self._recording.begin(self._line.speaker, self._line.wording)
        await self._go_along(await self._talk(self._line.start, self._line.clinic))

    async def go_on(self, waiting: Waiting, ticket: Ticket, card: Card) -> None:
        """Bring a caller who was rung back to the person who is reserved for them."""
        self._journal.keep(answered=datetime.now(UTC), queue=ticket.queue)
        briefing = Briefing(card.caller, card.verified, card.wanted, HandoffReason.ASKED)
        self._request = request = Request(ticket, briefing)
        first = OncePlaced(self._line.switchboard, waiting)
        await self._go_along(await self._wait(request, self._new_desk(request, first, card)))

    async def _go_along(self, ending: Ending) -> None:
        while isinstance(ending, HandOff):
            ending = await self._to_a_person(ending)
        self._over = True
        if isinstance(ending, HangUp):
            self._journal.end(Happened.WE_HUNG_UP)
            await asyncio.sleep(FAREWELL)

    @property
    def call(self) -> str:
        """Opaque id of the call."""
        return self._call

    @property
    def helped(self) -> bool:
        """Whether the call came to more than waiting."""
        return self._journal.row.outcome in HELPED

    async def finish(self) -> None:
        """Hang up and close the row, whatever happened."""
        self._over = True
        self._journal.end(Happened.WE_HUNG_UP)
        await self._end_recording()
        self._journal.keep(ended=datetime.now(UTC), outcome=self._outcome)
        await self._leg.hang_up()
        row = self._journal.row
        extra = {"outcome": row.outcome, "flow": row.about, "queue": row.queue, "turns": row.turns}
        _log.info("call over", extra=extra)
        if self._line.accounts is not None:
            await keep_accounts(self._line.accounts, self._call, self._witnesses)

    def left(self) -> None:
        """Note that the caller is gone."""
        self._journal.end(Happened.CALLER_LEFT)

    def broke(self, error: Exception) -> None:
        """Note that the call ends for a fault of ours."""
        _log.error("call broke", exc_info=error)
        self._journal.keep(outcome=CallOutcome.FAILED)
        self._journal.broke(type(error).__name__)

    @property
    def _outcome(self) -> CallOutcome:
        outcome = outcome_of(self._journal.row, self._book.flows)
        left = outcome is CallOutcome.ABANDONED
        return CallOutcome.HUNG_UP_ON if left and self._hung_up_on else outcome

    # ------------------------------------------------------------ what operators do

    @property
    def leg(self) -> AudioLeg:
        """The caller's."""
        return self._leg

    def hand_off(self, queue: str, *, who: str) -> bool:
        """
        Let the caller go to a person of *queue* now, whatever they are doing.

        Who waits in another queue moves to this one and keeps the time they first asked at.

        Args:
            queue: One of the practice's.
            who: The operator who wants it.

        Returns:
            False: they talk to a person already, or the call is over.
        """
        desk = self._desk if self._desk and not self._desk.handoff.ended else None
        if self._over or not (desk is None or desk.send_on(queue)):
            return False
        self._journal.step(Happened.OPERATOR_ACTED, who=who, detail="hand_off")
        if desk is None:
            self._sent_to = queue
            self._deliver()
        return True

    async def hang_up(self, *, who: str) -> bool:
        """End the call, whatever the caller is doing; False: it is over."""
        if self._over:
            return False
        self._journal.step(Happened.OPERATOR_ACTED, who=who, detail="hang_up")
        self._journal.end(Happened.WE_HUNG_UP)
        self._hung_up_on = True
        await self._leg.hang_up()
        return True

    def _deliver(self) -> None:
        """Tell the conversation where the caller is sent, now or when the next one begins."""
        if self._sent_to and self._voice is not None:
            self._voice.tell(SentToPerson(self._sent_to))
            self._sent_to = ""

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
        about_it, hears = flow == self._line.start, self._line.hears
        minutes = Minutes(dialog, self._journal, about=about_it, hears=hears)
        private, note = self._recording.keep_private, minutes.note
        try:
            async with VoiceLeg(
                self._leg, voice, discretion=private, early=early, note=note
            ) as leg:
                self._voice = leg
                self._deliver()
                return await run_call(dialog, leg, clinic, queue=queue, note=note)
        finally:
            self._voice = None
            minutes.close()
            if isinstance(dialog, Witness):
                self._witnesses.append(dialog)
            added = (values or {}).keys()
            self._values = {k: v for k, v in dialog.values.items() if k not in added}

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
        self._journal.wants_person(queue=queue, reason=reason)
        await self._end_recording()  # what caller and agent say to each other is theirs
        if before is not None and reason is HandoffReason.LINE_TROUBLE:
            self._leg.play(self._line.music, token=NOTICE, loop=True)
            await asyncio.sleep(MUTE_PAUSE)
        return await self._wait(request, self._new_desk(request, self._line.switchboard))

    async def _wait(self, request: Request, desk: Desk) -> Ending:
        ending: Ending = HangUp()
        self._journal.queued(request.ticket.queue)
        async with desk:
            while isinstance(turn := await desk.wait(), Aside):
                said = await self._step_aside(desk)
                if isinstance(said, HandOff) and not desk.handoff.ended:
                    return said  # to other people, or before all others
                ending = said or ending
        self._request = replace(request, ticket=desk.ticket)
        self._journal.waits_no_longer()
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
        waited = self._journal.row.wait.waited if self._journal.row.wait else 0.0
        wait = Wait(
            waited + report.waited, ticket.priority, report.agent, report.refusals, report.troubles
        )
        self._journal.keep(handoff=report.outcome, wait=wait)
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
        phones = ObservedPhones(line.phones, self._call, line.tell)
        converse = line.converse(self._lead)
        means = Means(switchboard, phones, line.speaker, sounds, converse, self._journal)
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

    async def _end_recording(self) -> None:
        recording = await self._recording.end()
        if recording is not None:
            self._journal.keep(recording=recording.file, recording_stopped=recording.stopped)
