"""Opening and closing the line."""

import asyncio
import socket

import pytest

from ivr.errors import LegClosed, MisuseError, SettingsError
from ivr.ports import Gone
from ivr.settings import Line
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from sip.sockets import choose_sip_port, claim_rtp_ports
from tests.sip.harness import answer_and_play, keep_ringing, open_line, until
from tests.support.rtpraw import HERE
from tests.support.sipraw import sdp


def _nobody(leg: SipLeg) -> None:
    raise AssertionError(leg)


def _start(line: Line) -> None:
    asyncio.run(SipEndpoint(line, on_call=_nobody).start())


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_taken_port_is_named(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind((HERE, 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"line\.port: found {port}, which another"):
            _start(Line(port=port))


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(SettingsError, match=r"line\.address: found 192\.0\.2\.1"):
        _start(Line(address="192.0.2.1", port=0))


def test_a_codec_that_the_build_lacks_is_named_with_those_it_has() -> None:
    with pytest.raises(SettingsError, match=r"line\.codecs: found OPUS, .*PCMU"):
        _start(Line(port=0, codecs=("OPUS", "PCMU")))


def test_a_line_on_every_address_works_and_announces_one_that_can_be_reached() -> None:
    async def story() -> None:
        everywhere = Line(address="0.0.0.0", port=0, tcp=False)  # noqa: S104 - what is tested
        async with open_line(answer_and_play, everywhere) as line:
            phone = await line.phone()
            answer = await phone.call()
            assert answer.status == 200
            assert "0.0.0.0" not in answer.header("Contact")  # noqa: S104 - compared
            await phone.rtp.talk(0.3)
            assert phone.rtp.loud > 3
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(HERE, line.endpoint.port)

    asyncio.run(story())


def test_after_a_failed_start_the_next_one_works() -> None:
    with pytest.raises(SettingsError):
        _start(Line(port=0, codecs=("OPUS",)))

    async def story() -> None:
        async with open_line() as line:
            assert line.endpoint.port

    asyncio.run(story())


def test_one_endpoint_a_process() -> None:
    async def story() -> None:
        async with open_line():
            with pytest.raises(MisuseError):
                await SipEndpoint(Line(port=0), on_call=_nobody).start()

    asyncio.run(story())


def test_only_the_codecs_of_the_settings_are_spoken_best_first() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, codecs=("PCMA",))) as line:
            phone = await line.phone()
            answer = await phone.call()
            assert "PCMA" in answer.body
            assert "PCMU" not in answer.body
            refused = await (await line.phone()).call(body=sdp(phone.rtp.port, payloads="9 101"))
            assert refused.status == 488

    asyncio.run(story())


def test_closing_with_calls_up_says_goodbye_to_each() -> None:
    async def story() -> None:
        async with open_line() as line:
            phones = [await line.phone() for _ in range(2)]
            for phone in phones:
                await phone.call()
            ringing = await line.phone()
            ringing.start("INVITE", body=sdp(ringing.rtp.port))
            await until(lambda: len(line.legs) == 3)
            await asyncio.wait_for(line.endpoint.stop(), 5)
            for phone in phones:
                await phone.asked("BYE")
            await until(lambda: all(isinstance(e[-1], Gone) for e in line.events.values()))
            assert line.endpoint.calls == 0

    asyncio.run(story())


def test_closing_with_dead_peers_does_not_wait_for_them() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            phone.auto = False
            await phone.call()
            await phone.close()
            await asyncio.wait_for(line.endpoint.stop(), 5)
            await until(lambda: line.happened()[-1:])
            with pytest.raises(LegClosed):
                await _held(line.legs[0])

    asyncio.run(story())


async def _held(leg: SipLeg) -> None:
    await leg._submit(lambda: None)


def test_a_closed_line_refuses_while_it_closes_and_frees_its_port() -> None:
    async def story() -> int:
        async with open_line(keep_ringing) as line:
            port = line.endpoint.port
        assert line.endpoint.capacity == 0
        return port

    port = asyncio.run(story())
    assert choose_sip_port(HERE, port, tcp=True) == port


def test_two_lines_take_different_rtp_ports_even_from_the_same_wish() -> None:
    one = claim_rtp_ports(HERE, 0, calls=4, sip_port=5060)
    other = claim_rtp_ports(HERE, 0, calls=4, sip_port=5060)
    assert one is not None
    assert other is not None
    assert abs(one.first - other.first) > one.span + 1
    one.release()
    other.release()


def test_a_named_block_of_rtp_ports_is_used_from_its_first_and_not_shared() -> None:
    one = claim_rtp_ports(HERE, 30_000, calls=4, sip_port=5060)
    assert one is not None
    assert one.first == 30_000
    assert claim_rtp_ports(HERE, 30_000, calls=4, sip_port=5062) is None
    one.release()


def test_a_block_beyond_the_last_port_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"line\.rtp_port"):
        _start(Line(port=0, rtp_port=65_530))
