"""What the scripted caller understands of the line's own voice over G.711."""

import asyncio
import os
import signal
from collections.abc import Iterable

import pytest

from ivr.audio.g711 import decode_ulaw, encode_ulaw
from ivr.audio.pcm import SILENT_FRAME
from ivr.caller.matching import find, words_of
from ivr.caller.performance import SHARE
from ivr.caller.phone import known_sentences, texts_of
from ivr.caller.transcriber import transcribing
from ivr.errors import SpeechError
from ivr.speech.pyttsx3_ import PyttsxSpeaker
from tests.support.need import ROOT

SAID = (
    "How can I help? You can say appointment, refill, or insurance.",
    "Your refill is ready. You can pick up your metformin at Harbor Pharmacy.",
    "Please say or key in your seven digit prescription number.",
    "Your next appointment is Tuesday, March third, at nine thirty, with Doctor Rivera.",
    "I'm finding someone for you. Please stay on the line.",
    "Sorry, I didn't get that.",
    "Thank you. I found your record.",
    "Your insurance is active. Your plan is Evergreen Plus.",
)
NOT_SAID = ("leave a message", "date of birth", "cancelled", "I couldn't find", "goodbye")


async def render(texts: Iterable[str]) -> list[bytes]:
    """As they come over the telephone, with the quiet that an ear leaves around each."""
    speaker = PyttsxSpeaker()
    try:
        spoken = [await speaker.render(text) for text in texts]
    finally:
        await speaker.close()
    quiet = 15 * SILENT_FRAME
    return [decode_ulaw(encode_ulaw(quiet + pcm + quiet)) for pcm in spoken]


def test_what_the_line_says_is_understood_and_nothing_else() -> None:
    async def run() -> list[tuple[str, ...]]:
        texts = texts_of(ROOT / "flows", ROOT / "prompts")
        async with transcribing(known_sentences(texts, more=())) as transcribe:
            return [await transcribe(pcm) for pcm in await render(SAID)]

    heard = asyncio.run(run())
    for text, words in zip(SAID, heard, strict=True):
        assert find(words_of(text), words, share=SHARE) is not None, (text, words)
        for other in NOT_SAID:
            assert find(words_of(other), words, share=SHARE) is None, (other, words)


def test_silence_and_noise_are_no_words_of_an_expectation() -> None:
    async def run() -> list[tuple[str, ...]]:
        known = known_sentences(["Your refill is ready."], more=["Your refill is ready."])
        async with transcribing(known) as transcribe:
            return [await transcribe(bytes(16000)), await transcribe(os.urandom(16000))]

    for words in asyncio.run(run()):
        assert find(words_of("your refill is ready"), words, share=SHARE) is None


def test_a_recogniser_that_dies_is_an_error_not_a_hang() -> None:
    async def run() -> None:
        async with transcribing([("hello", "there")]) as transcribe:
            pool = transcribe.args[0]  # type: ignore[attr-defined]  # a partial of the pool
            for pid in pool._processes:
                os.kill(pid, signal.SIGKILL)
            await transcribe(bytes(16000))

    with pytest.raises(SpeechError, match="died"):
        asyncio.run(run())
