import asyncio
from collections.abc import Coroutine

from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import SpeechError
from ivr.hold import HoldSound
from ivr.ports import Gone, Played
from tests.support.desk_scene import ListeningLeg
from tests.support.fakes import FakeSpeaker
from tests.support.virtual_loop import run


class SlowSpeaker(FakeSpeaker):
    """Takes a second for each text."""

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        await asyncio.sleep(1)
        return await super().render(text, language=language, cacheable=cacheable, slow=slow)


class Wait:
    """Somebody who hears the sound."""

    def __init__(self, speaker: FakeSpeaker) -> None:
        self.leg = ListeningLeg()
        self.told = 0
        self.speaker = speaker
        self.sound = HoldSound(self.leg, speaker, bytes(320), language="en", told=self._tell)
        self.task = asyncio.ensure_future(self._follow())

    def _tell(self) -> None:
        self.told += 1

    async def _follow(self) -> None:
        async for event in self.leg.events():
            if isinstance(event, Played):
                self.sound.played(event.token)

    @property
    def log(self) -> list[tuple[float, str]]:
        return self.leg.log

    async def over(self) -> None:
        self.leg.happen(Gone())
        await self.task


class FitfulSpeaker(FakeSpeaker):
    """Takes its time, or fails, as told for each text."""

    async def render(
        self, text: str, *, language: str = "en", cacheable: bool = True, slow: bool = False
    ) -> bytes:
        seconds, fails = text.split()
        await asyncio.sleep(float(seconds))
        if fails == "True":
            raise SpeechError("fake", "lost its voice", retryable=True)
        return await super().render(text, language=language, cacheable=cacheable, slow=slow)


def heard(test: Coroutine[object, object, None]) -> None:
    run(test)


def test_music_plays_until_the_first_words_are_ready() -> None:
    async def main() -> None:
        wait = Wait(SlowSpeaker())
        wait.sound.say("one", at_once=True)
        await asyncio.sleep(4)
        assert wait.log == [(0.0, "play 0 loop"), (1.0, "play 1"), (3.0, "play 0 loop")]
        assert wait.told == 1
        await wait.over()

    heard(main())


def test_what_follows_is_ready_when_what_is_being_said_ends() -> None:
    async def main() -> None:
        wait = Wait(SlowSpeaker())
        wait.sound.say("one", at_once=True)
        wait.sound.say("two", at_once=False)
        wait.sound.say("three", at_once=False)
        await asyncio.sleep(10)
        spoken = [entry for entry in wait.log if "loop" not in entry[1]]
        assert spoken == [(1.0, "play 1"), (3.0, "play 2"), (5.0, "play 3")]
        assert wait.told == 1
        await wait.over()

    heard(main())


def test_what_breaks_in_replaces_what_is_said_and_what_would_follow() -> None:
    async def main() -> None:
        wait = Wait(SlowSpeaker())
        wait.sound.say("one", at_once=True)
        wait.sound.say("two", at_once=False)
        await asyncio.sleep(1.5)
        wait.sound.say("three", at_once=True)
        await asyncio.sleep(10)
        assert wait.speaker.texts == ["one", "three"]
        assert (2.5, "play 2") in wait.log
        await wait.over()

    heard(main())


def test_a_dumb_voice_leaves_the_music() -> None:
    async def main() -> None:
        wait = Wait(FakeSpeaker())
        wait.speaker.dumb = True
        wait.sound.say("one", at_once=True)
        wait.sound.say("two", at_once=False)
        await asyncio.sleep(1)
        assert wait.log == [(0.0, "play 0 loop")]
        assert wait.told == 1
        await wait.over()

    heard(main())


def test_nothing_is_said_after_the_stop() -> None:
    async def main() -> None:
        wait = Wait(SlowSpeaker())
        wait.sound.say("one", at_once=True)
        await asyncio.sleep(0.5)
        wait.sound.stop()
        await asyncio.sleep(5)
        assert wait.log == [(0.0, "play 0 loop")]
        assert wait.told == 0
        await wait.over()

    heard(main())


said = st.tuples(st.floats(0, 20), st.booleans(), st.booleans(), st.floats(0, 10))
"""How long it takes to speak, whether that fails, whether it is urgent, what follows after."""


@given(st.lists(said, max_size=12))
def test_whatever_is_said_and_however_slowly_nobody_is_left_in_silence(
    story: list[tuple[float, bool, bool, float]],
) -> None:
    async def main() -> None:
        wait = Wait(FitfulSpeaker())
        wait.sound.begin()
        for seconds, fails, at_once, pause in story:
            wait.sound.say(f"{seconds} {fails}", at_once=at_once)
            await asyncio.sleep(pause)
        await asyncio.sleep(300)
        assert wait.leg.longest == 0
        assert wait.log[-1][1] == "play 0 loop"
        assert bool(wait.told) == bool(story)
        await wait.over()

    heard(main())
