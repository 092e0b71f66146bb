"""
What every `ivr.ports.AudioLeg` promises, whatever carries it.

Derive a test class from `AudioLegContract` and give it a stage: a leg that is answered,
and its far end.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import pytest

from ivr.audio.pcm import FRAME_BYTES, FRAME_SAMPLES
from ivr.errors import CallError
from ivr.ports import AudioLeg, Gone, Keyed, LegEvent, Played

PATIENCE = 8.0  # seconds; only a broken leg needs them
SHORT = b"".join((i * 997 % 24001 - 12000).to_bytes(2, "little", signed=True) for i in range(1600))
"""0.2 s of sound with many levels."""


class FarEnd(Protocol):
    """The other party of the leg under test."""

    async def talk(self, seconds: float) -> None:
        """Send sound that is loud."""
        ...

    def heard(self) -> int:
        """Count the loud frames that arrived since the last `forget`."""
        ...

    def forget(self) -> None:
        """Begin to count anew."""
        ...

    async def press(self, key: str) -> None:
        """Press one key."""
        ...

    async def hang_up(self) -> None:
        """End the call."""
        ...


@dataclass
class Stage:
    """An answered leg and who is there."""

    leg: AudioLeg
    far: FarEnd


async def _take(leg: AudioLeg, count: int) -> list[LegEvent]:
    taken: list[LegEvent] = []
    async with asyncio.timeout(PATIENCE):
        async for event in leg.events():
            taken.append(event)
            if len(taken) == count:
                break
    return taken


class AudioLegContract(ABC):
    """The promises."""

    @abstractmethod
    def stage(self) -> AbstractAsyncContextManager[Stage]:
        """Set up one call."""

    def _play(self, scene: Callable[[Stage], Awaitable[None]]) -> None:
        async def evening() -> None:
            async with self.stage() as stage:
                await scene(stage)

        asyncio.run(evening())

    def test_what_is_played_is_heard_and_told_once(self) -> None:
        async def scene(stage: Stage) -> None:
            stage.leg.play(SHORT, token=5)
            assert await _take(stage.leg, 1) == [Played(5)]
            await stage.far.talk(0.1)
            assert stage.far.heard() > 3

        self._play(scene)

    def test_nothing_to_play_is_told_too(self) -> None:
        async def scene(stage: Stage) -> None:
            stage.leg.play(b"", token=6)
            assert await _take(stage.leg, 1) == [Played(6)]

        self._play(scene)

    def test_what_is_replaced_is_not_told(self) -> None:
        async def scene(stage: Stage) -> None:
            stage.leg.play(SHORT * 50, token=1)
            await stage.far.talk(0.1)
            stage.leg.play(SHORT, token=2)
            assert await _take(stage.leg, 1) == [Played(2)]

        self._play(scene)

    def test_what_is_cut_falls_silent_and_is_not_told(self) -> None:
        async def scene(stage: Stage) -> None:
            stage.leg.play(SHORT * 50, token=1)
            await stage.far.talk(0.2)
            stage.leg.stop_playing()
            await stage.far.talk(0.2)
            stage.far.forget()
            await stage.far.talk(0.2)
            assert stage.far.heard() == 0
            stage.leg.play(b"", token=3)
            assert await _take(stage.leg, 1) == [Played(3)]

        self._play(scene)

    def test_a_loop_goes_on(self) -> None:
        async def scene(stage: Stage) -> None:
            stage.leg.play(SHORT[: FRAME_SAMPLES * 5], token=1, loop=True)
            await stage.far.talk(0.4)
            stage.far.forget()
            await stage.far.talk(0.3)
            assert stage.far.heard() > 5
            stage.leg.play(b"", token=2)
            assert await _take(stage.leg, 1) == [Played(2)]

        self._play(scene)

    def test_frames_arrive_in_the_event_loop_until_nobody_listens(self) -> None:
        async def scene(stage: Stage) -> None:
            frames: list[bytes] = []
            threads: set[int] = set()

            def sink(frame: bytes) -> None:
                frames.append(frame)
                threads.add(threading.get_ident())

            stage.leg.listen(sink)
            await stage.far.talk(0.5)
            assert sum(1 for frame in frames if any(frame)) > 10
            assert {len(frame) for frame in frames} == {FRAME_BYTES}
            assert threads == {threading.get_ident()}
            stage.leg.listen(None)
            count = len(frames)
            await stage.far.talk(0.1)
            assert len(frames) == count

        self._play(scene)

    def test_a_tap_takes_both_directions(self) -> None:
        async def scene(stage: Stage) -> None:
            taken: list[tuple[bytes, bytes]] = []
            untap = stage.leg.tap(lambda heard, said: taken.append((heard, said)))
            stage.leg.play(SHORT, token=1, loop=True)
            await stage.far.talk(0.5)
            untap()
            untap()
            assert sum(1 for heard, said in taken if any(heard) and any(said)) > 5
            assert {len(part) for pair in taken for part in pair} == {FRAME_BYTES}

        self._play(scene)

    def test_a_tap_that_ends_leaves_the_others(self) -> None:
        async def scene(stage: Stage) -> None:
            taken: dict[str, int] = {"recorder": 0, "listener": 0}

            def count(who: str) -> Callable[[bytes, bytes], None]:
                return lambda _heard, _said: taken.update({who: taken[who] + 1})

            stage.leg.tap(count("recorder"))
            untap = stage.leg.tap(count("listener"))
            await stage.far.talk(0.3)
            untap()
            await stage.far.talk(0.1)  # a frame under way may come still
            before = dict(taken)
            await stage.far.talk(0.3)
            assert before["listener"] == taken["listener"] > 3
            assert taken["recorder"] > before["recorder"] + 3

        self._play(scene)

    def test_keys_are_told_in_order(self) -> None:
        async def scene(stage: Stage) -> None:
            for key in "1#":
                await stage.far.press(key)
            assert await _take(stage.leg, 2) == [Keyed("1"), Keyed("#")]

        self._play(scene)

    def test_a_later_consumer_goes_on_where_the_earlier_stopped(self) -> None:
        async def scene(stage: Stage) -> None:
            for key in "12":
                await stage.far.press(key)
            assert await _take(stage.leg, 1) == [Keyed("1")]
            assert await _take(stage.leg, 1) == [Keyed("2")]

        self._play(scene)

    def test_the_end_is_told_last_and_once(self) -> None:
        async def scene(stage: Stage) -> None:
            await stage.far.hang_up()
            (end,) = await _take(stage.leg, 2)
            assert isinstance(end, Gone)
            assert not end.lost
            assert await _take(stage.leg, 1) == []

        self._play(scene)

    def test_a_leg_that_is_gone_takes_orders_quietly_or_says_so(self) -> None:
        async def scene(stage: Stage) -> None:
            await stage.far.hang_up()
            await _take(stage.leg, 1)
            stage.leg.play(SHORT, token=1)
            stage.leg.stop_playing()
            stage.leg.listen(lambda _: None)
            await stage.leg.hang_up()
            with pytest.raises(CallError):
                await stage.leg.send_keys("1")
            with pytest.raises(CallError):
                await stage.leg.answer()

        self._play(scene)

    def test_hanging_up_is_told_and_may_be_repeated(self) -> None:
        async def scene(stage: Stage) -> None:
            await stage.leg.hang_up()
            await stage.leg.hang_up()
            (end,) = await _take(stage.leg, 2)
            assert isinstance(end, Gone)

        self._play(scene)

    def test_the_key_of_a_leg_is_eight_hex_digits(self) -> None:
        async def scene(stage: Stage) -> None:
            assert len(stage.leg.info.key) == 8
            assert int(stage.leg.info.key, 16) >= 0

        self._play(scene)
