"""The clock of a browser's audio, in virtual time."""

import asyncio

from ivr.webrtc.clock import FrameClock
from tests.support.virtual_loop import VirtualLoop, run


class _Ticks:
    """Counts; in the tick of a number it keeps the loop busy for a while."""

    def __init__(self, *, busy_at: int = -1, busy_for: float = 0.0) -> None:
        self.at: list[float] = []
        self.skipped = 0
        self._busy_at = busy_at
        self._busy_for = busy_for

    def tick(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.at.append(round(loop.time(), 3))
        if len(self.at) == self._busy_at:
            loop._jumping.now += self._busy_for

    def skip(self) -> None:
        self.skipped += 1


def _let_run(ticks: _Ticks, seconds: float) -> None:
    async def scene() -> None:
        clock = FrameClock(ticks.tick, skip=ticks.skip)
        clock.start()
        clock.start()
        await asyncio.sleep(seconds)
        clock.stop()
        clock.stop()
        await asyncio.sleep(1.0)

    run(scene())


def test_it_ticks_every_20_ms_and_does_not_drift() -> None:
    ticks = _Ticks()
    _let_run(ticks, 600.01)
    assert len(ticks.at) == 30_000
    assert ticks.at[-1] == 600.0
    assert ticks.skipped == 0


def test_after_a_short_delay_it_catches_up() -> None:
    ticks = _Ticks(busy_at=10, busy_for=0.055)
    _let_run(ticks, 2.01)
    assert len(ticks.at) == 100
    assert ticks.skipped == 0
    assert ticks.at[-1] == 2.0


def test_after_a_long_delay_it_skips_instead_of_a_burst() -> None:
    ticks = _Ticks(busy_at=10, busy_for=1.0)
    _let_run(ticks, 3.01)
    assert len(ticks.at) + ticks.skipped == 150
    assert 45 <= ticks.skipped <= 50
    assert ticks.at[-1] == 3.0
    assert sum(at == ticks.at[10] for at in ticks.at) <= 2


def test_a_tick_that_fails_does_not_stop_it() -> None:
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1
        raise ValueError

    async def scene() -> None:
        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))
        clock = FrameClock(tick, skip=lambda: None)
        clock.start()
        await asyncio.sleep(0.11)
        clock.stop()
        assert len(failures) == count

    run(scene())
    assert count == 5
