"""A finished answer ends early, half an answer does not; engines and voices are real."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest

from ivr.dialog.actions import Listening
from ivr.dialog.grammar.base import Grammar
from ivr.dialog.grammar.build import listening_for
from ivr.dialog.grammar.dates import BirthDates
from ivr.dialog.grammar.digits import Digits
from ivr.ports import Heard, Hearing
from ivr.settings import Speech
from ivr.speech.client import SpeechClient
from ivr.speech.shipped import TINY
from tests.speech.voices import frames, person_says, silence, spoken

BIRTH, NUMBER = BirthDates("en", date(2026, 3, 2)), Digits(3, 3, "en")
PAUSE = 0.34  # seconds of silence: long enough to ask the engine
MORE = 15  # frames; with the pause and what follows a word it is less than 0.8 s of silence
SLOWLY = 0.3  # seconds a frame: whatever else the machine does, the engine is quicker
SETTINGS = {"auto": Speech(), "vosk": Speech(engine="vosk", model=str(TINY))}
Scenario = Callable[[Hearing, "asyncio.Task[Heard]"], Awaitable[None]]


def listening(grammar: Grammar) -> Listening:
    return listening_for(grammar, question=None, language="en", sensitive=False)


async def say(hearing: Hearing, pcm: bytes) -> None:
    for frame in frames(pcm):
        hearing.feed(frame)
        await asyncio.sleep(0)


async def say_and_pause(hearing: Hearing, pcm: bytes) -> None:
    """Say *pcm* and pause, while the engine tells in time what it hears."""
    await say(hearing, pcm + silence(PAUSE / 2))
    await asyncio.sleep(SLOWLY)
    await say(hearing, silence(PAUSE / 2))


async def next_heard(hearing: Hearing) -> Heard:
    async for event in hearing.events():
        if isinstance(event, Heard):
            return event
    raise AssertionError("the ear was closed")


async def fall_silent(hearing: Hearing, heard: "asyncio.Task[Heard]") -> None:
    """Stay silent for less than ends anything, as the line counts, or until it has heard us."""
    for frame in frames(silence(MORE * 0.02)):
        await asyncio.wait([heard], timeout=SLOWLY)
        if heard.done():
            return
        hearing.feed(frame)


def run(settings: Speech, data: Path, asked: Listening, scenario: Scenario) -> None:
    async def whole() -> None:
        async with SpeechClient(settings, data=data) as client:
            hearing = client.open(asked)
            heard = asyncio.create_task(next_heard(hearing))
            await say(hearing, silence(0.8))
            async with asyncio.timeout(40):
                await scenario(hearing, heard)
            await hearing.close()

    asyncio.run(whole())


@pytest.mark.parametrize("engine", SETTINGS)
def test_a_wish_at_a_question_for_a_date_is_not_waited_for(engine: str, tmp_path: Path) -> None:
    async def scenario(hearing: Hearing, heard: "asyncio.Task[Heard]") -> None:
        await say_and_pause(hearing, spoken("operator", voice="en-us"))
        await fall_silent(hearing, heard)
        assert heard.done()
        assert (await heard).hypotheses[0].text == "operator"

    run(SETTINGS[engine], tmp_path, listening(BIRTH), scenario)


def test_a_number_broken_off_is_heard_out_and_a_whole_one_ends_early(tmp_path: Path) -> None:
    async def scenario(hearing: Hearing, heard: "asyncio.Task[Heard]") -> None:
        await say_and_pause(hearing, digits("six", "zero"))
        await fall_silent(hearing, heard)
        assert not heard.done()
        await say_and_pause(hearing, digits("three"))
        await fall_silent(hearing, heard)
        assert heard.done()
        assert (await heard).hypotheses[0].text == "six zero three"

    run(SETTINGS["vosk"], tmp_path, listening(NUMBER), scenario)


def digits(*names: str) -> bytes:
    return b"".join(person_says(name, who="theo", take=1) + silence(0.1) for name in names)
