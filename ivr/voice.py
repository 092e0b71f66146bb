"""
VoiceLeg: a party of a call that hears and speaks, made of audio, a voice and an ear.

It owns nothing but the wiring: what is said comes from the `Speaker`, what is heard from
the `Recogniser`, and both travel over an `AudioLeg`. Every task it starts ends with it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Protocol, Self, assert_never

from ivr.audio.message import Ending, MessageTape
from ivr.audio.meter import Meter
from ivr.dialog.actions import (
    Action,
    HandOff,
    HangUp,
    Listen,
    Perform,
    Play,
    StopListening,
    StopPlayback,
    TakeMessage,
)
from ivr.dialog.events import (
    CallAnswered,
    CallerHungUp,
    Event,
    HearingLost,
    HearingRestarted,
    KeyPressed,
    MessageTaken,
    PromptFinished,
    SpeakingLost,
    SpeechStarted,
    Utterance,
)
from ivr.dialog.keypad import OPERATOR_KEY
from ivr.errors import IvrError, MisuseError, SpeechError
from ivr.noting import (
    EarClosed,
    EarTold,
    LegTold,
    Note,
    PromptBegan,
    PromptCut,
    PromptLost,
    unnoted,
)
from ivr.ports import (
    AudioLeg,
    Deaf,
    Gone,
    Heard,
    Hearing,
    HearingEvent,
    Keyed,
    LegEvent,
    MediaHeld,
    MediaResumed,
    Onset,
    Partial,
    Played,
    Recogniser,
    Restarted,
    Speaker,
)

_log = logging.getLogger(__name__)
BEEP_TOKEN = -1  # prompts use their turn's number as token, which is 1 or more


class Discretion(Protocol):
    """Told when what is said or heard must stay out of recordings."""

    def __call__(self, *, private: bool) -> None:
        """Start or stop to leave it out."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """What a `VoiceLeg` speaks, hears and keeps with; shared by all calls of a line."""

    speaker: Speaker
    recogniser: Recogniser
    beep: bytes
    keep_message: Callable[[bytes], Awaitable[None]]
    """Keeps the PCM of a message; raises `IvrError` when it cannot."""


class VoiceLeg:
    """A caller who talks to us; an async context manager that ends its own tasks."""

    def __init__(
        self,
        audio: AudioLeg,
        voice: Voice,
        *,
        discretion: Discretion,
        early: Sequence[Keyed] = (),
        note: Note = unnoted,
    ) -> None:
        """
        Wire them up.

        Args:
            audio: An answered leg.
            voice: What to speak, hear and keep with.
            discretion: Told when recordings must leave something out.
            early: Keys that were pressed before the conversation began.
            note: Takes down what is said and heard, and when.
        """
        self._audio = audio
        self._voice = voice
        self._early = early
        self._note = note
        self._discretion = discretion
        self._inbox: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._rendering: asyncio.Task[None] | None = None
        self._hearing: Hearing | None = None
        self._prompt: tuple[int, bytes] | None = None
        self._tape: tuple[int, MessageTape] | None = None
        self._meter: tuple[int, Meter] | None = None
        self._private = {"said": False, "heard": False}
        self.held = False

    async def __aenter__(self) -> Self:
        """Start to follow the audio leg; it has been answered."""
        self._inbox.put_nowait(CallAnswered())
        for event in self._early:
            self._take(event)
        self._spawn(self._follow())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Fall silent, close the ear, end every task; the audio leg stays as it is."""
        self._audio.stop_playing()
        self._note(PromptCut())
        await self._close_ear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._keep_private(said=False, heard=False)

    async def events(self) -> AsyncIterator[Event]:
        """
        Yield what happens until the caller is gone.

        Raises:
            Exception: Whatever broke a task of this leg; the call must go to a person.
        """
        while (event := await self._inbox.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event

    def tell(self, event: Event) -> None:
        """Let *event* happen, which is not of this leg."""
        self._inbox.put_nowait(event)

    async def perform(self, action: Action) -> None:
        """
        Start doing *action*.

        Raises:
            MisuseError: It is the session's to do.
        """
        match action:
            case Play():
                self._say(action)
            case StopPlayback():
                self._hush()
            case Listen():
                await self._listen(action)
            case StopListening():
                await self._close_ear()
            case TakeMessage(turn=turn, limit=limit):
                self._take_message(turn, limit)
            case HangUp():
                await self._audio.hang_up()
            case Perform() | HandOff():
                raise MisuseError(f"a leg cannot {type(action).__name__}")
            case _:
                assert_never(action)

    # ------------------------------------------------------------ saying

    def _say(self, play: Play) -> None:
        self._hush()
        self._keep_private(said=not play.cacheable)
        self._rendering = self._spawn(self._render(play))

    async def _render(self, play: Play) -> None:
        try:
            pcm = await self._voice.speaker.render(
                play.text, language=play.language, cacheable=play.cacheable, slow=play.slow
            )
        except SpeechError as error:
            _log.error("prompt not spoken", extra={"engine": error.engine})
            self._note(PromptLost(play.turn))
            self._inbox.put_nowait(SpeakingLost(play.turn))
            return
        self._prompt = (play.turn, pcm)
        if not self.held:
            self._play(play.turn, pcm)

    def _play(self, turn: int, pcm: bytes) -> None:
        self._audio.play(pcm, token=turn)
        self._note(PromptBegan(turn))

    def _hush(self) -> None:
        if self._rendering is not None:
            self._rendering.cancel()
            self._rendering = None
        self._prompt = None
        self._audio.stop_playing()
        self._note(PromptCut())
        self._keep_private(said=False)

    # ------------------------------------------------------------ hearing

    async def _listen(self, listen: Listen) -> None:
        await self._close_ear()
        self._keep_private(heard=listen.listening.sensitive)
        self._hearing = self._voice.recogniser.open(listen.listening)
        self._spawn(self._follow_ear(self._hearing, listen.turn))
        self._meter = (listen.turn, Meter())
        self._audio.listen(partial(_hear, self._meter[1], self._hearing))

    async def _close_ear(self) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            self._audio.listen(None)
            self._read_meter()
            await hearing.close()
        self._keep_private(heard=False)

    async def _follow_ear(self, hearing: Hearing, turn: int) -> None:
        async for event in hearing.events():
            self._measure(turn, event)
            self._note(EarTold(turn, event))
            match event:
                case Onset():
                    self._inbox.put_nowait(SpeechStarted(turn))
                case Partial():
                    pass
                case Heard(hypotheses=hypotheses):
                    self._inbox.put_nowait(Utterance(turn, hypotheses))
                case Restarted():
                    self._inbox.put_nowait(HearingRestarted(turn))
                case Deaf():
                    self._audio.listen(None)  # nobody is there to take the frames
                    self._inbox.put_nowait(HearingLost(turn))
                case _:
                    assert_never(event)

    def _measure(self, turn: int, event: HearingEvent) -> None:
        if self._meter is None or self._meter[0] != turn:
            return
        meter = self._meter[1]
        match event:
            case Onset():
                meter.onset()
            case Heard(silence=silence, took=took):
                meter.end(silence=silence + took)
            case Restarted() | Deaf():
                meter.end()
            case _:
                pass

    def _read_meter(self) -> None:
        if self._meter is not None:
            (turn, meter), self._meter = self._meter, None
            self._note(EarClosed(turn, meter.levels))

    # ------------------------------------------------------------ a message for a person

    def _take_message(self, turn: int, limit: float) -> None:
        self._tape = (turn, MessageTape(limit=limit))
        self._audio.play(self._voice.beep, token=BEEP_TOKEN)

    def _record(self, frame: bytes) -> None:
        if self._tape is not None:
            ending = self._tape[1].feed(frame)
            if ending is not None:
                self._end_message(ending)

    def _end_message(self, ending: Ending) -> None:
        if self._tape is None:
            return
        (turn, tape), self._tape = self._tape, None
        self._audio.listen(None)
        _log.info("message ended", extra={"ending": ending.value})
        self._spawn(self._keep_message(turn, tape))

    async def _keep_message(self, turn: int, tape: MessageTape) -> None:
        spoken = tape.spoken
        try:
            if spoken:
                await self._voice.keep_message(tape.pcm)
        except IvrError as error:
            _log.error("message not kept", extra={"kind": type(error).__name__})
            spoken = 0.0
        self._inbox.put_nowait(MessageTaken(turn, spoken))

    # ------------------------------------------------------------ what the audio leg tells

    async def _follow(self) -> None:
        async for event in self._audio.events():
            self._take(event)
        self._inbox.put_nowait(None)

    def _take(self, event: LegEvent) -> None:
        self._note(LegTold(event))
        match event:
            case Keyed(key=key):
                if self._tape is not None:
                    self._end_message(Ending.KEY)
                    if key != OPERATOR_KEY:
                        return
                self._inbox.put_nowait(KeyPressed(key))
            case Played(token=token) if token == BEEP_TOKEN:
                self._audio.listen(self._record)
            case Played(token=token):
                self._inbox.put_nowait(PromptFinished(token))
            case MediaHeld():
                self.held = True
                self._audio.stop_playing()
            case MediaResumed():
                self._resume()
            case Gone():
                # A message broken off by hanging up is still a message.
                self._end_message(Ending.SILENCE)
                self._inbox.put_nowait(CallerHungUp())
            case _:
                assert_never(event)

    def _resume(self) -> None:
        """Say the current prompt from its start: nobody heard it during the hold."""
        self.held = False
        if self._prompt is not None:
            self._play(*self._prompt)

    # ------------------------------------------------------------ small things

    def _keep_private(self, *, said: bool | None = None, heard: bool | None = None) -> None:
        before = any(self._private.values())
        if said is not None:
            self._private["said"] = said
        if heard is not None:
            self._private["heard"] = heard
        after = any(self._private.values())
        if before != after:
            self._discretion(private=after)

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[None]) -> None:
        """Let no broken task of ours leave the caller in silence: `events` raises its error."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._inbox.put_nowait(error)


def _hear(meter: Meter, hearing: Hearing, frame: bytes, /) -> None:
    hearing.feed(frame)
    meter.feed(frame)
