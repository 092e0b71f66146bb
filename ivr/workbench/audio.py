"""Callers with a voice: spoken by a synthesiser, heard by the line's own recogniser."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from ivr.audio.pcm import FRAME_BYTES, SILENT_FRAME
from ivr.caller.phone import render
from ivr.caller.scenario import Noise, Says, Scenario
from ivr.dialog.actions import Listening
from ivr.dialog.events import Hypothesis
from ivr.errors import SpeechError
from ivr.ports import Deaf, Heard, HearingEvent, Onset, Restarted
from ivr.settings import Settings
from ivr.speech.client import SpeechClient
from ivr.terminal import Rehearsal
from ivr.workbench.performing import Voices
from ivr.workbench.suite import Utter

BEFORE, AFTER = 40, 75  # silent frames around what is said: a caller begins late, then waits
HEARD_WITHIN = 30.0  # seconds; the engine decodes ten times as fast as people speak


@contextlib.contextmanager
def real_ears(settings: Settings) -> Iterator[Voices]:
    """
    Start the line's recogniser for the time of the block.

    Raises:
        SpeechError: It cannot be had, or breaks while somebody speaks.
    """
    with asyncio.Runner() as runner:
        ears = SpeechClient(settings.speech, data=settings.data_folder)
        try:
            runner.run(ears.start())
            if not ears.status.ok:
                raise SpeechError(ears.status.engine, ears.status.text, retryable=False)
            yield lambda scenario: _voice_of(scenario, ears, runner)
        finally:
            runner.run(ears.stop())


def _voice_of(scenario: Scenario, ears: SpeechClient, runner: asyncio.Runner) -> Utter:
    sounds = runner.run(render(scenario))

    def utter(call: Rehearsal, step: Says | Noise) -> str:
        heard: list[str] = []  # stays empty where nobody listens, as while a message is taken

        def hear(listening: Listening) -> tuple[Hypothesis, ...] | None:
            found = runner.run(_listen(ears, listening, sounds[step]))
            best = found[0] if found else None
            heard.append("nothing" if best is None else f"{best.text} ({best.confidence:.2f})")
            return found

        call.utter(hear, message=isinstance(step, Says))
        return "".join(heard)

    return utter


async def _listen(
    ears: SpeechClient, listening: Listening, pcm: bytes
) -> tuple[Hypothesis, ...] | None:
    hearing = ears.open(listening)
    events = hearing.events()
    try:
        padded = SILENT_FRAME * BEFORE + pcm + bytes(-len(pcm) % FRAME_BYTES) + SILENT_FRAME * AFTER
        for at in range(0, len(padded), FRAME_BYTES):
            hearing.feed(padded[at : at + FRAME_BYTES])
            await asyncio.sleep(0)  # lets the engine have it
        return await _understood(events)
    finally:
        await hearing.close()


async def _understood(events: AsyncIterator[HearingEvent]) -> tuple[Hypothesis, ...] | None:
    """Wait for what was made of the sound; whether it was speech is known by now."""
    begun = False
    try:
        while True:
            async with asyncio.timeout(HEARD_WITHIN if begun else 0.1):
                match await anext(events):
                    case Onset():
                        begun = True
                    case Heard(hypotheses=hypotheses):
                        return hypotheses
                    case Restarted() | Deaf():
                        raise SpeechError("recogniser", "broke while it listened", retryable=True)
                    case _:
                        pass
    except TimeoutError:
        if begun:
            raise SpeechError("recogniser", "does not answer", retryable=True) from None
        return None
