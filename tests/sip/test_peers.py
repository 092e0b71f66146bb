"""The line and other people's telephones: SIPp, baresip, another pjsua2."""

import asyncio
import io
import wave
from pathlib import Path

import pytest

from ivr.audio.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ
from ivr.ports import Gone, Keyed, MediaHeld, MediaResumed
from ivr.settings import Line
from tests.sip.harness import LOUD, answer_and_play, keep_ringing, open_line, until
from tests.sip.peers import baresip, need_raw_sockets, other_line, sipp
from tests.support.rtpraw import HERE

pytestmark = pytest.mark.line

CALLS = 300
GROWTH = 1_500  # kB; were each of the last 150 calls to keep what a fresh one takes: 4,500


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_sipp_rings_speaks_and_hangs_up(tmp_path: Path, transport: str) -> None:
    async def story() -> None:
        async with open_line() as line:
            run = await sipp("call", line.endpoint.port, tmp_path, calls=3, transport=transport)
            assert (run.status, run.successful) == (0, 3), run.output
            await until(lambda: all(Gone(status=200) in e for e in line.events.values()))

    asyncio.run(story())


def test_sipp_changes_its_mind(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_line(keep_ringing) as line:
            run = await sipp("cancel", line.endpoint.port, tmp_path)
            assert (run.status, run.successful) == (0, 1), run.output
            assert line.happened() == [Gone(status=487)]

    asyncio.run(story())


def test_sipp_offers_late(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_line() as line:
            run = await sipp("late_offer", line.endpoint.port, tmp_path)
            assert (run.status, run.successful) == (0, 1), run.output

    asyncio.run(story())


def test_sipp_holds_and_resumes(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_line() as line:
            run = await sipp("hold", line.endpoint.port, tmp_path)
            assert (run.status, run.successful) == (0, 1), run.output
            await until(lambda: Gone(status=200) in line.happened())
            assert line.happened() == [MediaHeld(), MediaResumed(), Gone(status=200)]

    asyncio.run(story())


def test_sipp_presses_keys_in_every_way(tmp_path: Path) -> None:
    need_raw_sockets()

    async def story() -> None:
        async with open_line() as line:
            run = await sipp("keys", line.endpoint.port, tmp_path)
            assert (run.status, run.successful) == (0, 1), run.output
            pressed = [event.key for event in line.happened() if isinstance(event, Keyed)]
            assert "".join(pressed) == "15*#078"

    asyncio.run(story())


def test_the_fourth_sipp_is_redirected(tmp_path: Path) -> None:
    async def story() -> None:
        settings = Line(port=0, overflow="sip:5550199@overflow.invalid")
        (tmp_path / "late").mkdir()
        async with open_line(answer_and_play, settings) as line:
            full = asyncio.create_task(sipp("call_long", line.endpoint.port, tmp_path, calls=3))
            await until(lambda: len(line.legs) == 3)
            late = await sipp("redirected", line.endpoint.port, tmp_path / "late")
            assert (late.status, late.successful) == (0, 1), late.output
            assert (await full).successful == 3

    asyncio.run(story())


def test_three_hundred_calls_three_at_once_leave_nothing_behind(tmp_path: Path) -> None:
    async def story() -> None:
        async with other_line() as line:
            run = await sipp("call", line.port, tmp_path, calls=CALLS)
            assert (run.status, run.successful) == (0, CALLS), run.output
            await asyncio.sleep(0.2)
        assert line.status == 0
        assert line.figures["calls"] == CALLS
        assert line.figures["left"] == 0
        assert line.figures["loud"] > CALLS
        memory = line.figures["memory"]
        assert memory[-1] - memory[len(memory) // 2] < GROWTH, memory

    asyncio.run(story())


def test_baresip_rings_and_both_hear(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_line() as line:
            heard: list[bytes] = []
            ringing = asyncio.create_task(
                baresip(tmp_path, f"sip:line@{HERE}:{line.endpoint.port}", seconds=3, mouth=_wav())
            )
            await until(lambda: line.legs)
            line.legs[0].listen(heard.append)
            await ringing
            assert sum(1 for frame in heard if any(frame)) > 50

    asyncio.run(story())
    (recorded,) = tmp_path.glob("dump-*-dec.wav")
    with wave.open(str(recorded)) as sound:
        assert len(set(sound.readframes(sound.getnframes()))) > 100


def _wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes(LOUD * 5)
    return file.getvalue()


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
def test_another_pjsua2_is_rung_and_both_hear(codec: str) -> None:
    async def story() -> None:
        async with open_line() as line, other_line(codec) as desk:
            leg = await line.endpoint.dial(f"sip:desk@{HERE}:{desk.port}", ring_for=5)
            heard: list[bytes] = []
            leg.listen(heard.append)
            leg.play(LOUD, token=1, loop=True)
            await leg.send_keys("90#")
            await until(lambda: sum(1 for frame in heard if any(frame)) > 40)
            await asyncio.sleep(0.8)
            await leg.hang_up()
            await asyncio.sleep(0.1)
        assert desk.status == 0
        assert desk.figures["loud"] > 20
        assert desk.figures["keys"] == "90#"
        assert desk.figures["left"] == 0

    asyncio.run(story())
