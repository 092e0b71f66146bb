"""No expectation comes true that the line did not speak: real voices, the real ear."""

import asyncio
from pathlib import Path

import pytest

from ivr.audio.pcm import FRAME_BYTES
from ivr.caller.corpus import prompts_in
from ivr.caller.listener import Listener, Transcribe
from ivr.caller.matching import find, words_of
from ivr.caller.performance import SHARE
from ivr.caller.phone import known_sentences, texts_of
from ivr.caller.scenario import Hears, load_scenario
from ivr.caller.transcriber import transcribing
from ivr.flow.templates import fill
from tests.caller.test_transcriber import render
from tests.support.need import ROOT

WITHIN = 60.0  # seconds; only a broken recogniser needs them
MOST_PROMPTS = 5  # of a flow; each takes a second or two
TRUE = {
    "refill_ready": ("Your refill is ready", "Your refill is ready at Cedar Street Pharmacy."),
    "insurance_active": ("Your insurance is active", "Your insurance is active. Thank you."),
    "appointment_confirm": ("You're confirmed", "You're confirmed. We look forward to seeing you."),
}
DENIALS = {
    "Your refill is ready": ("Your refill is not ready.", "Your refill isn't ready yet."),
    "Your insurance is active": ("Your insurance is not active.", "Your insurance isn't active."),
    "You're confirmed": ("You're not confirmed.",),
}
FLOWS = {
    "refill_ready": "refill_status",
    "insurance_active": "eligibility",
    "appointment_confirm": "appointment_confirmation",
}


def scenario_file(name: str) -> Path:
    return ROOT / "flows" / "scenarios" / f"{name}.call"


def prompts_of(flow: str) -> list[str]:
    text = (ROOT / "flows" / f"{flow}.yaml").read_text(encoding="utf-8")
    return [fill(prompt, lambda _: "Tuesday") for prompt in dict.fromkeys(prompts_in(text))]


async def comes_true(transcribe: Transcribe, pcm: bytes, expected: str) -> bool:
    """Tell whether `hears: expected` comes true when the line says *pcm*."""
    listener = Listener(transcribe, lambda _: None)
    decoding = asyncio.create_task(listener.decode())
    for start in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES):
        listener.take(pcm[start : start + FRAME_BYTES])
    listener.end()
    async with asyncio.timeout(WITHIN):
        while listener.busy:
            await listener.news(within=WITHIN)
    decoding.cancel()
    return listener.find(Hears(expected), share=SHARE)


@pytest.mark.parametrize("name", TRUE)
def test_an_expectation_comes_true_for_its_prompt_and_for_nothing_else(name: str) -> None:
    expected, said = TRUE[name]
    wanted = words_of(expected)
    others = [
        prompt
        for prompt in prompts_of(FLOWS[name])
        if find(wanted, words_of(prompt), share=SHARE) is None
    ][:MOST_PROMPTS]
    wrong = [*DENIALS[expected], *others]

    async def run() -> list[str]:
        scenario = load_scenario(scenario_file(name))
        texts = texts_of(ROOT / "flows", ROOT / "prompts")
        async with transcribing(known_sentences(texts, more=scenario.texts)) as transcribe:
            spoken = zip([said, *wrong], await render([said, *wrong]), strict=True)
            return [text for text, pcm in spoken if await comes_true(transcribe, pcm, expected)]

    assert asyncio.run(run()) == [said]
