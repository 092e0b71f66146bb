"""Performing a scenario on a real call: speak, press, listen, and judge what came true."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from ivr.audio.pcm import duration
from ivr.caller.listener import Heard, Listener, Transcribe, listening
from ivr.caller.scenario import (
    Answers,
    Ends,
    Fault,
    Hears,
    Keys,
    Noise,
    Says,
    Scenario,
    Silence,
    Slots,
    Step,
)
from ivr.caller.tasks import task_group
from ivr.errors import CallError
from ivr.ports import AudioLeg, Gone, LegEvent, Played

SHARE = 0.7  # of the expected words; the recogniser understands 97 % of them
TURN_QUIET = 0.8  # seconds; a line pauses for half of it between sentences
TURN_REACTION = 2.5  # seconds a line may take before it answers what we did
TURN_PATIENCE = 30.0  # seconds; then we speak into whatever it is that does not end
DECODING = 10.0  # seconds; a stretch is 12 s at most and decodes ten times as fast
PLAYING_SLACK = 5.0  # seconds
KEY_PAUSE = 0.5  # seconds a space between keys stands for
HANG_UP_WITHIN = 30.0  # seconds; a goodbye takes 6
MAX_REPLIES = 5  # to one question; a line that asks it again and again does not want to know
AGENT_WITHIN = 90.0  # seconds: announcement, ringing, briefing
AGENT_SENTENCE = "This is the front desk, how can I help?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript."""

    at: float
    """Seconds since the call was answered."""
    who: str
    """`line`, `caller`, or `` for what happened."""
    what: str


@dataclass(slots=True)
class Verdict:
    """How a performance went."""

    came_true: int = 0
    """Expectations that came true."""
    failure: str = ""
    """What did not come true, and what was heard instead; `` when all did."""
    line: int = 0
    """Line of the step that did not, in the scenario's file; 0 when it is none."""
    expected: str = ""
    instead: str = ""
    transcript: list[Entry] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everything came true."""
        return not self.failure


@dataclass(frozen=True, slots=True)
class Props:
    """What a performance needs beside the scenario."""

    sounds: Mapping[Says | Noise, bytes]
    """PCM of everything the caller lets be heard."""
    transcribe: Transcribe
    tell: Callable[[Entry], None]
    """Told each line of the transcript as it happens."""
    agent_sentence: str = AGENT_SENTENCE
    """What an agent says, for scenarios that end with one."""


class _Failed(Exception):
    """An expectation did not come true."""

    def __init__(self, expected: str, instead: str, *, line: int = 0) -> None:
        self.expected = expected
        self.instead = instead
        self.line = line
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}expected {expected!r}, {instead}")


async def perform(scenario: Scenario, leg: AudioLeg, props: Props) -> Verdict:
    """
    Perform *scenario* on an answered *leg*, then hang up.

    Raises:
        SpeechError: The recogniser broke.
    """
    verdict = Verdict()

    def tell(entry: Entry) -> None:
        verdict.transcript.append(entry)
        props.tell(entry)

    def tell_heard(heard: Heard) -> None:
        if heard.words:
            tell(Entry(heard.start, "line", " ".join(heard.words)))

    try:
        async with listening(leg, props.transcribe, tell_heard) as listener:
            actor = _Actor(leg, listener, scenario, props, tell)
            async with task_group() as tasks:
                following = tasks.create_task(actor.follow())
                try:
                    await actor.play(verdict)
                except _Failed as failed:
                    verdict.failure, verdict.line = str(failed), failed.line
                    verdict.expected, verdict.instead = failed.expected, failed.instead
                following.cancel()  # the end that comes now is ours
                await leg.hang_up()
    finally:
        await leg.hang_up()
    return verdict


class _Actor:
    """The caller of one call."""

    def __init__(
        self,
        leg: AudioLeg,
        listener: Listener,
        scenario: Scenario,
        props: Props,
        tell: Callable[[Entry], None],
    ) -> None:
        self._leg = leg
        self._listener = listener
        self._scenario = scenario
        self._props = props
        self._tell = tell
        self._gone = asyncio.Event()
        self._played = asyncio.Event()
        self._token = 0
        self._awaits_reaction = False

    # ------------------------------------------------------------ the leg

    async def follow(self) -> None:
        """Take note of what happens to the leg."""
        async for event in self._leg.events():
            self._take(event)
        self._listener.end()
        self._gone.set()
        self._played.set()

    def _take(self, event: LegEvent) -> None:
        match event:
            case Played(token=token) if token == self._token:
                self._played.set()
            case Gone():
                self._note("the line hung up" if not event.lost else "the call was lost")
            case _:
                pass

    # ------------------------------------------------------------ the scenario

    async def play(self, verdict: Verdict) -> None:
        """Do every step; raise `_Failed` at the first that cannot be."""
        for step in self._scenario.steps:
            await self._do(step)
            verdict.came_true += isinstance(step, Hears)
        match self._scenario.ends:
            case Ends.CALLER:
                self._must_be_there("the caller hangs up")
                self._note("the caller hangs up")
            case Ends.AGENT:
                sentence = Hears(self._props.agent_sentence, within=AGENT_WITHIN)
                await self._hear(sentence, "an agent answers")
                verdict.came_true += 1
                self._note("an agent answered; the caller hangs up")
            case Ends.LINE:
                await self._until_hung_up()
                verdict.came_true += 1
            case Ends.ANY:
                self._note("the caller hangs up, if nobody has")
            case _:
                assert_never(self._scenario.ends)

    async def _do(self, step: Step) -> None:
        match step:
            case Hears():
                await self._hear(step, str(step))
            case Says():
                await self._turn(step, over=step.over)
                await self._sound(step, step.text or f"[{step.recording}]")
            case Noise():
                await self._turn(step, over=False)
                await self._sound(step, "[noise]")
            case Keys():
                await self._turn(step, over=step.over)
                await self._press(step.keys)
            case Silence(seconds=seconds):
                await self._turn(step, over=False)
                self._note(f"the caller is silent for {seconds:g} s")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._gone.wait()
            case Slots() | Answers() | Fault():
                self._note(f"only without a telephone, passed over: {step}")
            case _:
                assert_never(step)

    async def _hear(self, step: Hears, name: str) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + step.within
        replies = 0
        while not self._listener.find(step, share=SHARE):
            reply = self._reply_due()
            if reply is not None and replies < MAX_REPLIES:
                await self._do(reply)
                replies += 1
                deadline = loop.time() + step.within
            now = loop.time()
            late = deadline if not self._listener.busy else deadline + DECODING
            if now >= late:
                raise self._not_heard(step, name, f"not within {step.within:g} s")
            if self._gone.is_set() and not self._listener.busy:
                raise self._not_heard(step, name, "the line hung up first")
            await self._listener.news(within=min(0.5, late - now))
        self._awaits_reaction = False
        self._note(f"expected, came true: {name.removeprefix('hears: ')}")

    def _reply_due(self) -> Says | None:
        """Give the answer to a question that came instead of what is expected."""
        for reply in self._scenario.replies:
            if self._listener.find(reply.asked, share=SHARE):
                return reply.says
        return None

    def _not_heard(self, step: Hears, name: str, why: str) -> _Failed:
        heard = " ".join(self._listener.rest) or "nothing"
        return _Failed(name, f"{why}; heard: {heard}", line=step.line)

    async def _turn(self, step: Step, *, over: bool) -> None:
        """Wait until it is our turn, and forget what was said before."""
        if not over:
            if self._awaits_reaction:
                await self._listener.sound(within=TURN_REACTION)
            await self._listener.quiet(TURN_QUIET, within=TURN_PATIENCE)
        self._must_be_there(str(step), line=step.line)
        self._listener.forget()
        self._awaits_reaction = True

    def _must_be_there(self, what: str, *, line: int = 0) -> None:
        if self._gone.is_set():
            raise _Failed(what, "the line hung up before it", line=line)

    async def _sound(self, step: Says | Noise, written: str) -> None:
        self._tell(Entry(self._listener.now, "caller", written))
        self._token += 1
        self._played.clear()
        pcm = self._props.sounds[step]
        self._leg.play(pcm, token=self._token)
        with contextlib.suppress(TimeoutError):  # on hold it is never played to its end
            async with asyncio.timeout(duration(pcm) + PLAYING_SLACK):
                await self._played.wait()

    async def _press(self, keys: str) -> None:
        self._tell(Entry(self._listener.now, "caller", f"[{keys}]"))
        for number, group in enumerate(keys.split()):
            if number:
                await asyncio.sleep(KEY_PAUSE)
            with contextlib.suppress(CallError):  # the next step notices that the line is gone
                await self._leg.send_keys(group)

    async def _until_hung_up(self) -> None:
        try:
            async with asyncio.timeout(HANG_UP_WITHIN):
                await self._gone.wait()
        except TimeoutError:
            within = f"within {HANG_UP_WITHIN:g} s"
            raise _Failed("ends: line", f"the line did not hang up {within}") from None
        while self._listener.busy:
            await self._listener.news(within=DECODING)

    def _note(self, what: str) -> None:
        self._tell(Entry(self._listener.now, "", what))
