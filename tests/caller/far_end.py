"""A line for a scripted caller on a virtual clock: it says words and does what the test tells."""

import asyncio
from array import array
from collections.abc import Callable

from ivr.audio.pcm import FRAME, FRAME_SAMPLES, SILENT_FRAME, duration
from ivr.caller.matching import Words, words_of
from ivr.ports import Gone
from tests.support.fakes import FakeAudioLeg

SECONDS_A_WORD = 0.4


class FarEnd(FakeAudioLeg):
    """Speaks `say`ings in order, one frame each 20 ms; reacts to keys and speech."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []
        self.spoken: list[bytes] = []
        self.on_keys: Callable[[str], None] = lambda _: None
        self.on_speech: Callable[[bytes], None] = lambda _: None
        self.mishears: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._texts: list[Words] = []
        self._frames: list[bytes] = []

    # ------------------------------------------------------------ what the test does

    def say(self, text: str, *, at_once: bool = False) -> None:
        """Say *text* after what is being said, or instead; each text has a sound of its own."""
        if at_once:
            self._frames.clear()
        self._texts.append(words_of(text))
        sound = array("h", [1000 + 100 * len(self._texts)] * FRAME_SAMPLES).tobytes()
        whisper = array("h", [200] * FRAME_SAMPLES).tobytes()
        count = round(len(self._texts[-1]) * SECONDS_A_WORD / FRAME)
        self._frames += [sound if n % 4 else whisper for n in range(count)]
        self._frames += [SILENT_FRAME] * 20

    def hang_up_soon(self, after: float = 0.0) -> None:
        asyncio.get_running_loop().call_later(after, self._leave)

    async def speak(self) -> None:
        """Send frames until the leg is gone."""
        while not self.gone:
            await asyncio.sleep(FRAME)
            if self.sink is not None:
                self.sink(self._frames.pop(0) if self._frames else SILENT_FRAME)

    async def transcribe(self, pcm: bytes, /, *, listening: int = 0) -> Words:
        """Recognise in a tenth of the time, as `mishears` says: the first or a later time."""
        await asyncio.sleep(duration(pcm) / 10)
        loudest = max(array("h", pcm))
        words = self._texts[(loudest - 1000) // 100 - 1]
        return tuple(self.mishears[listening > 0].get(word, word) for word in words)

    def _leave(self) -> None:
        if not self.gone:
            self.gone = True
            self.happen(Gone())

    # ------------------------------------------------------------ what the caller does

    def play(self, pcm: bytes, *, token: int, loop: bool = False) -> None:
        self.spoken.append(pcm)
        super().play(pcm, token=token, loop=loop)
        asyncio.get_running_loop().call_later(duration(pcm), self.on_speech, pcm)

    async def send_keys(self, keys: str) -> None:
        self.keys.append(keys)
        self.on_keys(keys)
