"""Bytes of strangers: too long, malformed, too many, or somebody else's."""

import asyncio
import random

import pytest

from sip import filters
from sip.filters import Source
from sip.message import parse
from sip.oversize import LARGEST, refusal
from tests.sip.harness import answer_and_play, open_line, until
from tests.support.rtpraw import HERE, ULAW_LOUD, Rtp
from tests.support.sipraw import Phone, sdp

NOISE = 10_000  # datagrams


def _padded(phone: Phone, size: int) -> str:
    phone.dialog.sequence += 1
    branch = f"z9hG4bKbig{size}"
    short = phone.write("INVITE", body=sdp(phone.rtp.port), headers=["X-Pad: "], branch=branch)
    padding = ["X-Pad: " + "x" * (size - len(short))]
    return phone.write("INVITE", body=sdp(phone.rtp.port), headers=padding, branch=branch)


@pytest.mark.parametrize("size", [3_901, 4_500, 5_000, 5_700, 60_000])
def test_an_invite_that_does_not_fit_is_answered_513(size: int) -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            phone.send(_padded(phone, size))
            answer = await phone.final("INVITE")
            assert answer.status == 513
            assert answer.header("Call-ID") == phone.dialog.call_id
            phone.ack_refusal(answer)
            assert not line.legs
            fresh = await line.phone()
            assert (await fresh.call()).status == 200

    asyncio.run(story())


def test_the_longest_invite_that_fits_is_taken() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            phone.send(_padded(phone, LARGEST))
            assert (await phone.final("INVITE")).status == 200

    asyncio.run(story())


def test_a_long_invite_over_tcp_does_not_stop_the_line() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone(tcp=True)
            phone.send(_padded(phone, 6_000))
            await asyncio.sleep(0.2)
            assert not line.legs
            assert (await (await line.phone(tcp=True)).call()).status == 200

    asyncio.run(story())


def test_what_cannot_be_answered_is_not() -> None:
    for text in (
        "",
        "x" * 5000,
        "INVITE sip:a SIP/2.0\r\n\r\n",
        "SIP/2.0 200 OK\r\nVia: x\r\n\r\n",
    ):
        request = parse(text)
        assert request is None or refusal(request) == b""


def test_noise_at_the_sip_and_rtp_ports_leaves_a_call_undisturbed() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.2)
            heard: list[bytes] = []
            line.legs[0].listen(heard.append)
            noise = asyncio.create_task(_make_noise(line.endpoint.port, phone.rtp.target[1]))
            phone.rtp.received.clear()
            before = asyncio.get_running_loop().time()
            while not noise.done():
                await phone.rtp.talk(0.2, payload=ULAW_LOUD)
            seconds = asyncio.get_running_loop().time() - before
            await noise
            assert phone.rtp.loud > seconds * 50 * 0.5
            assert sum(1 for frame in heard if any(frame)) > seconds * 50 * 0.5
            assert (await phone.request("OPTIONS")).status == 200
            assert (await phone.hang_up()).status == 200
            again = await line.phone()
            assert (await again.call()).status == 200

    asyncio.run(story())


async def _make_noise(sip_port: int, rtp_port: int) -> None:
    """Half of it mutilated INVITEs, half of it anything; to SIP, RTP and RTCP."""
    dice = random.Random(20)
    mouth = await Rtp.open()
    phone = await Phone.open(sip_port)
    model = phone.write("INVITE", body=sdp(phone.rtp.port), branch="z9hG4bKnoise").encode()
    for i in range(NOISE):
        if i % 2:
            data = bytearray(model)
            for _ in range(dice.randrange(1, 12)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            junk = bytes(data[: dice.randrange(1, len(data) + 1)])
        else:
            junk = dice.randbytes(dice.choice((0, 1, 11, 12, 13, 60, 172, 200, 1400)))
        mouth.send_raw(junk, (HERE, dice.choice((sip_port, rtp_port, rtp_port + 1))))
        if i % 50 == 0:
            await asyncio.sleep(0.005)
    mouth.close()
    await phone.close()


def test_a_second_sender_neither_steals_nor_disturbs() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.2)
            heard: list[bytes] = []
            line.legs[0].listen(heard.append)
            thief = await Rtp.open()
            thief.target = phone.rtp.target
            phone.rtp.received.clear()
            await thief.talk(1.0, payload=ULAW_LOUD)  # the caller's phone sends no silence
            await asyncio.gather(phone.rtp.talk(0.5), thief.talk(0.5, payload=ULAW_LOUD))
            assert thief.received == []
            assert phone.rtp.loud > 60
            assert not any(any(frame) for frame in heard)
            thief.close()

    asyncio.run(story())


def test_a_thief_of_rtcp_gets_nothing() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.2)
            thief = await Rtp.open()
            report = bytes.fromhex("80c90001deadbeef")
            for _ in range(15):
                thief.send_raw(report, (HERE, phone.rtp.target[1] + 1))
                await phone.rtp.talk(0.3)
            assert thief.received == []
            thief.close()

    asyncio.run(story())


def test_a_caller_behind_a_nat_is_heard_and_then_locked() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            unreachable = 9
            await phone.call(body=sdp(unreachable))
            heard: list[bytes] = []
            line.legs[0].listen(heard.append)
            await phone.rtp.talk(1.2, payload=ULAW_LOUD)
            assert sum(1 for frame in heard if any(frame)) > 30
            assert phone.rtp.loud > 10
            thief = await Rtp.open()
            thief.target = phone.rtp.target
            await asyncio.gather(phone.rtp.talk(0.6), thief.talk(0.6))
            assert thief.received == []
            thief.close()

    asyncio.run(story())


def test_a_new_port_in_a_reinvite_moves_the_lock() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.2)
            old, phone.rtp = phone.rtp, await Rtp.open()
            await phone.call(body=sdp(phone.rtp.port, version=2))
            old.target = phone.rtp.target
            old.received.clear()
            heard: list[bytes] = []
            line.legs[0].listen(heard.append)
            await phone.rtp.talk(0.3)
            await asyncio.gather(phone.rtp.talk(0.5), old.talk(0.5, payload=ULAW_LOUD))
            assert old.loud == 0
            assert phone.rtp.loud > 20
            assert not any(any(frame) for frame in heard[-20:])
            old.close()

    asyncio.run(story())


def test_a_phone_that_closes_its_socket_does_not_hurt_the_call() -> None:
    async def story() -> None:
        async with open_line(answer_and_play) as line:
            phone = await line.phone()
            await phone.call()
            await phone.rtp.talk(0.2)
            phone.rtp.close()
            await asyncio.sleep(0.3)
            phone.rtp = await Rtp.open()
            await phone.call(body=sdp(phone.rtp.port, version=2))
            await phone.rtp.talk(0.3)
            assert phone.rtp.loud > 5
            await until(lambda: line.endpoint.calls == 1)

    asyncio.run(story())


def test_idle_tcp_connections_do_not_stop_callers_over_udp() -> None:
    async def story() -> None:
        async with open_line() as line:
            for _ in range(80):
                await line.phone(tcp=True)
                await asyncio.sleep(0.01)
            assert (await (await line.phone()).call()).status == 200

    asyncio.run(story())


def test_a_filter_names_each_source_and_drops_the_rest() -> None:
    program = filters.only_from([Source("192.0.2.1", (5004, 5005)), Source("192.0.2.2")])
    assert len(program) == 2 * 5 + 3 + 1
    assert program[-1] == (filters.RETURN, 0, 0, filters.DROP)
