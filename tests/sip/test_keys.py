"""Each press of a key is told once, when it begins, however it is sent."""

import asyncio

import pytest

from ivr.errors import LegClosed, MisuseError
from ivr.ports import Keyed
from tests.sip.harness import RunningLine, open_line, until
from tests.support.sipraw import Phone


def _keys(line: RunningLine) -> str:
    return "".join(event.key for event in line.happened() if isinstance(event, Keyed))


def test_every_key_of_rfc_4733_arrives_once() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            for key in "0159*#A":
                await phone.rtp.press(key)
            await until(lambda: len(_keys(line)) >= 7)
            await phone.rtp.talk(0.1)
            assert _keys(line) == "0159*#A"

    asyncio.run(story())


def test_a_key_is_told_at_its_onset_while_it_is_held_down() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            pressing = asyncio.create_task(phone.rtp.press("7"))
            await until(lambda: _keys(line) == "7")
            assert not pressing.done()
            await pressing

    asyncio.run(story())


def test_the_same_key_twice_is_two_presses_and_a_lost_packet_none() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.press("4", lose_first=True)
            await phone.rtp.press("4")
            await phone.rtp.talk(0.1)
            await until(lambda: _keys(line) == "44")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", "Signal=7\r\nDuration=160\r\n", "7"),
        ("application/dtmf-relay", "Signal= *\r\nDuration= 250\r\n", "*"),
        ("application/dtmf-relay", "Signal=11\r\n", "#"),
        ("application/dtmf", "8", "8"),
        ("application/dtmf", "#\r\n", "#"),
    ],
)
def test_keys_by_sip_info_of_both_kinds(kind: str, body: str, key: str) -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            assert (await phone.request("INFO", body=body, kind=kind)).status == 200
            await until(lambda: _keys(line) == key)

    asyncio.run(story())


def test_a_repeated_info_is_one_press() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            phone.dialog.sequence += 1
            packet = phone.write("INFO", body="5", kind="application/dtmf", branch="z9hG4bKagain")
            for _ in range(3):
                phone.send(packet)
            for _ in range(3):
                assert (await phone.final("INFO")).status == 200
            assert _keys(line) == "5"

    asyncio.run(story())


def test_info_without_a_key_is_harmless() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            assert (await phone.request("INFO")).status == 200
            fast_update = await phone.request(
                "INFO", body="<x/>", kind="application/media_control+xml"
            )
            assert fast_update.status == 415
            nonsense = await phone.request("INFO", body="Signal=77", kind="application/dtmf-relay")
            assert nonsense.status == 415
            assert _keys(line) == ""

    asyncio.run(story())


def test_nobody_presses_keys_in_anothers_call() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone, stranger = await line.phone(), await line.phone()
            await phone.call()
            stranger.dialog.call_id = phone.dialog.call_id
            stranger.dialog.remote = phone.dialog.remote.partition(";tag=")[0] + ";tag=guess"
            stranger.dialog.sequence = 50
            answer = await stranger.request("INFO", body="5", kind="application/dtmf")
            assert answer.status == 481
            assert _keys(line) == ""

    asyncio.run(story())


def test_the_line_presses_keys_too() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await line.legs[0].send_keys("42#")
            await until(lambda: _pressed(phone) == "42#")
            with pytest.raises(MisuseError):
                await line.legs[0].send_keys("five")
            await line.legs[0].hang_up()
            with pytest.raises(LegClosed):
                await line.legs[0].send_keys("1")

    asyncio.run(story())


def _pressed(phone: Phone) -> str:
    events = {}
    for packet in phone.rtp.received:
        if packet[1] & 0x7F == 101:
            events[packet[4:8]] = "0123456789*#"[packet[12]]
    return "".join(events.values())
