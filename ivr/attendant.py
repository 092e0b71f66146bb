"""
The attendant: takes one call from its ring to its end.

Dialog, handoff, and when nobody could pick up the flow that takes a message or a number:
whatever happens, the caller is talking to the line, waiting for a person, or talking to one.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ivr.bridge import Means, Sounds, hand_over
from ivr.dialog import briefing
from ivr.dialog.actions import HandOff, HangUp
from ivr.dialog.dialog import Dialog
from ivr.dialog.view import DialogView
from ivr.dialog.wording import Phrases, Wording
from ivr.errors import CallError, SpeechError
from ivr.flow.machine import FlowBook
from ivr.flow.model import Value
from ivr.handoff.actions import Announcement, Outcome
from ivr.handoff.agents import Agent, agents_for
from ivr.handoff.handoff import Handoff, Limits, Phase
from ivr.ports import AudioLeg, Clinic, Dialler, Gone, Keyed, Played, Speaker
from ivr.records.calls import CallBook, CallOutcome, CallRow
from ivr.records.recordings import Recorder, Recordings
from ivr.session import Ending, run_call
from ivr.voice import Voice, VoiceLeg
from ivr.watch.live import LiveCall, LiveCalls

_log = logging.getLogger(__name__)
NOBODY_FLOW = "nobody_available"
SPANISH_QUEUE = "spanish"
_OUTCOMES = {
    f"{NOBODY_FLOW}.message_kept": CallOutcome.MESSAGE,
    f"{NOBODY_FLOW}.number_kept": CallOutcome.CALLBACK,
    ".done": CallOutcome.CONTAINED,
}
"""States that tell how a call went, the most telling first."""
NOTICE = 0  # token of what is played before the first turn
FAREWELL = 0.3  # seconds; the last packets of a goodbye are still on their way


@dataclass(frozen=True, slots=True)
class Line:
    """What every call of a line shares."""

    book: Callable[[], FlowBook]
    """The flows new calls use; a reload changes what it answers."""
    start: str
    wording: Wording
    speaker: Speaker
    voice: Callable[[str, str], Voice]
    """The voice of a call, by its id and what it is about: messages are kept under both."""
    clinic: Clinic
    dialler: Dialler
    agents: Sequence[Agent]
    limits: Limits
    music: bytes
    calls: CallBook
    live: LiveCalls
    recordings: Recordings | None
    """None: nothing is recorded."""


class Attendant:
    """Takes the calls of a line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def take(self, leg: AudioLeg, *, call: str) -> None:
        """
        Take one call, from its ring to its end; nothing but cancelling raises.

        Args:
            leg: An incoming leg that rings.
            call: Opaque id of the call.
        """
        visit = _Visit(self._line, leg, call)
        try:
            await leg.answer()
            await visit.run()
        except CallError:
            pass  # the caller is gone; the row tells how far they came
        except Exception as error:  # noqa: BLE001 - the row and the hang-up must still happen
            _log.error("call broke", extra={"call": call, "kind": type(error).__name__})
            visit.broke()
        finally:
            await visit.finish()


class _Visit:
    """One call under way."""

    def __init__(self, line: Line, leg: AudioLeg, call: str) -> None:
        self._line = line
        self._leg = leg
        self._call = call
        self._book = line.book()
        self._began = asyncio.get_running_loop().time()
        self._dialog: Dialog | None = None
        self._handoff: Handoff | None = None
        self._values: Mapping[str, Value] = {}
        self._asked: HandOff | None = None
        self._early: list[Keyed] = []
        self._recorder: Recorder | None = None
        self._row = CallRow(call, datetime.now(UTC), flow=line.start, version=self._book.version)

    async def run(self) -> None:
        """Talk, hand over, and when nobody could pick up, talk about that."""
        self._keep(answered=datetime.now(UTC))
        self._line.live.add(self._call, self._view)
        await self._begin_recording()
        start = self._line.start
        while isinstance(ending := await self._talk(start), HandOff):
            self._asked = ending = self._with_wish(ending)
            if await self._hand_over(ending) is not Outcome.NOBODY:
                return
            start = NOBODY_FLOW
        if isinstance(ending, HangUp):
            await asyncio.sleep(FAREWELL)

    async def finish(self) -> None:
        """Hang up and close the row, whatever happened."""
        self._line.live.remove(self._call)
        await self._end_recording()
        self._keep(ended=datetime.now(UTC), outcome=self._outcome())
        await self._leg.hang_up()

    def broke(self) -> None:
        """Note that the call ends for a fault of ours."""
        self._keep(outcome=CallOutcome.FAILED)

    # ------------------------------------------------------------ talking

    async def _talk(self, start: str) -> Ending:
        dialog = self._dialog = Dialog(
            self._book,
            self._line.wording,
            start=start,
            today=datetime.now(UTC).astimezone().date(),
            values=self._values,
        )
        voice = self._line.voice(self._call, self._wanted)
        queue = self._book.flows[start].queue
        early, self._early = tuple(self._early), []
        async with VoiceLeg(self._leg, voice, discretion=self._discreet, early=early) as leg:
            try:
                return await run_call(dialog, leg, self._line.clinic, queue=queue)
            finally:
                self._values = dialog.values
                self._keep(
                    path=self._row.path + dialog.path,
                    turns=self._row.turns + len(dialog.turns),
                    latencies=self._row.latencies + tuple(leg.latencies),
                )

    def _discreet(self, *, private: bool) -> None:
        if self._recorder is not None:
            self._recorder.keep_private(private=private)

    @property
    def _wanted(self) -> str:
        return self._asked.briefing.wanted if self._asked else ""

    # ------------------------------------------------------------ handing over

    def _with_wish(self, asked: HandOff) -> HandOff:
        """Keep what the caller wanted first: while nobody picks up they are not asked again."""
        wanted = asked.briefing.wanted or self._wanted
        return replace(asked, briefing=replace(asked.briefing, wanted=wanted))

    async def _hand_over(self, asked: HandOff) -> Outcome:
        line = self._line
        agents = agents_for(asked.queue, line.agents)
        self._handoff = Handoff(agents, line.limits)
        _log.info(
            "caller goes to a person",
            extra={"call": self._call, "queue": asked.queue, "reason": asked.briefing.reason},
        )
        self._keep(reason=asked.briefing.reason, queue=asked.queue)
        await self._end_recording()  # what caller and agent say to each other is theirs
        means = Means(line.dialler, line.speaker, self._sounds(asked))
        try:
            report = await hand_over(self._leg, self._handoff, means)
        finally:
            self._handoff = None
        self._keep(handoff=report.outcome)
        return report.outcome

    def _sounds(self, asked: HandOff) -> Sounds:
        language = "es" if asked.queue == SPANISH_QUEUE else "en"
        phrases: Phrases = self._line.wording(language)
        return Sounds(
            announcements={
                Announcement.FINDING: phrases.finding,
                Announcement.STILL_LOOKING: phrases.finding_still,
                Announcement.CUT_OFF: phrases.cut_off,
            },
            briefing=briefing.spoken(asked.briefing, self._line.wording("en")),
            music=self._line.music,
            language=language,
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
        self._leg.tap(self._recorder)

    async def _end_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._leg.tap(None)
            recording = await recorder.close()
            self._keep(recording=recording.file, recording_stopped=recording.stopped)

    def _keep(self, **changes: Any) -> None:  # noqa: ANN401 - fields of the row, checked by `replace`
        self._row = replace(self._row, **changes)
        self._line.calls.keep(self._row)

    def _outcome(self) -> CallOutcome:
        row = self._row
        if row.outcome is not None:
            return row.outcome
        if row.handoff is Outcome.SERVED:
            return CallOutcome.HANDED_OFF
        for state, outcome in _OUTCOMES.items():
            if any(place.endswith(state) for place in row.path):
                return outcome
        return CallOutcome.ABANDONED

    # ------------------------------------------------------------ for operators

    def _view(self) -> LiveCall:
        seconds = asyncio.get_running_loop().time() - self._began
        view = self._dialog.view if self._dialog else None
        phase = "talking"
        if self._handoff is not None:
            phase = "bridged" if self._handoff.phase is Phase.BRIDGED else "handoff"
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
        )

    def _place(self, view: DialogView | None) -> str:
        """Tell where the caller is, or was before a person was looked for."""
        if view is not None and view.state:
            return f"{view.flow}.{view.state}"
        return self._row.path[-1] if self._row.path else ""
