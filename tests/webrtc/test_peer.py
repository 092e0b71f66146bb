"""The connection to a browser: hostile offers, and what is changed in aiortc."""

import asyncio
import gc
import threading
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.metadata import version

import aioice.ice
import pytest
from aiortc import RTCDtlsTransport, RTCIceGatherer, RTCIceTransport, RTCRtpReceiver
from aiortc.rtcdtlstransport import RTCCertificate
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.audio.pcm import FRAME_SAMPLES
from ivr.errors import LegBroken
from ivr.webrtc.peer import SDP_BYTES, PassThrough, Peer, PeerOptions, offering
from tests.support.browser_peer import BrowserPeer
from tests.support.rtpraw import HERE, ULAW_LOUD

LOCAL = PeerOptions(addresses=(HERE,))
PATIENCE = 10.0  # seconds; only a broken peer needs them


@dataclass
class _Listener:
    packets: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)
    ends: list[bool] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, timestamp: int, pcm: bytes) -> None:
        assert len(pcm) == 2 * FRAME_SAMPLES
        self.packets.put_nowait(timestamp)

    def ended(self, *, lost: bool) -> None:
        self.ends.append(lost)
        self.over.set()


Scene = Callable[[Peer, BrowserPeer, _Listener], Awaitable[None]]


def _connected(scene: Scene) -> None:
    async def evening() -> None:
        listener = _Listener()
        peer, browser = Peer(listener, LOCAL), BrowserPeer()
        try:
            async with asyncio.timeout(PATIENCE):
                await browser.take(await peer.accept(await browser.offer()))
                await scene(peer, browser, listener)
        finally:
            await browser.close()
            await peer.close()

    asyncio.run(evening())


async def _talk(browser: BrowserPeer, listener: _Listener) -> None:
    """Return when the connection stands."""
    browser.microphone.say(ULAW_LOUD)
    await listener.packets.get()


async def _next(listener: _Listener) -> int:
    return await listener.packets.get() // FRAME_SAMPLES


# ---------------------------------------------------------------- what is changed in aiortc


def test_aiortc_is_the_one_whose_inside_is_known() -> None:
    assert version("aiortc") == "1.16.0"


def test_receivers_of_audio_hold_nothing_back() -> None:
    async def scene() -> None:
        transport = RTCIceTransport(RTCIceGatherer(iceServers=[]))
        receiver = RTCRtpReceiver(
            "audio", RTCDtlsTransport(transport, [RTCCertificate.generateCertificate()])
        )
        assert isinstance(vars(receiver)["_RTCRtpReceiver__jitter_buffer"], PassThrough)

    asyncio.run(scene())


def test_a_lost_packet_delays_none_of_those_that_follow() -> None:
    """Each packet has to come out before the next is sent: with delay this would never end."""
    lost = {20, 40, 41, 60, 61, 62, 63}

    async def scene(_: Peer, browser: BrowserPeer, listener: _Listener) -> None:
        browser.lose(lambda number: number in lost)
        for number in range(100):
            browser.microphone.say(ULAW_LOUD)
            if number not in lost:
                assert await _next(listener) == number

    _connected(scene)


def test_packets_in_another_order_keep_their_timestamps() -> None:
    async def scene(_: Peer, browser: BrowserPeer, listener: _Listener) -> None:
        browser.swap(lambda number: number == 10)
        for _number in range(20):
            browser.microphone.say(ULAW_LOUD)
        came = [await _next(listener) for _ in range(20)]
        assert came == [*range(10), 11, 10, *range(12, 20)]

    _connected(scene)


def test_a_peer_offers_the_addresses_it_is_told_and_no_other_peer_is_touched() -> None:
    with offering(("192.0.2.1",)):
        assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["192.0.2.1"]
    assert "192.0.2.1" not in aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True)


def test_a_machine_without_a_network_offers_itself() -> None:
    assert aioice.ice.get_host_addresses(use_ipv4=False, use_ipv6=False) == [HERE]


# ---------------------------------------------------------------- offers


async def _answer(offer: str) -> str:
    peer = Peer(_Listener(), LOCAL)
    try:
        return await peer.accept(offer)
    finally:
        await peer.close()


async def _offer() -> str:
    browser = BrowserPeer()
    try:
        return await browser.offer()
    finally:
        await browser.close()


def test_of_all_codecs_the_telephones_is_chosen() -> None:
    async def scene() -> None:
        offer = await _offer()
        assert "opus" in offer
        answer = await _answer(offer)
        assert "m=audio" in answer
        assert "PCMU/8000" in answer
        assert "opus" not in answer
        assert f" {HERE} " in answer

    asyncio.run(scene())


HOSTILE: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "no SDP": lambda _: "\0\xff" * 50,
    "too long": lambda offer: offer + "a=x\r\n" * SDP_BYTES,
    "only opus": lambda offer: offer.replace("PCMU/8000", "XXXX/8000"),
    "video": lambda offer: offer.replace("m=audio", "m=video"),
    "two microphones": lambda offer: offer + offer[offer.index("m=audio") :],
    "no fingerprint": lambda offer: offer.replace("a=fingerprint", "a=footprint"),
    "no user": lambda offer: offer.replace("a=ice-ufrag", "a=ice-none"),
    "a thousand addresses": lambda offer: (
        offer + "a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n" * 100
    ),
    "half a line": lambda offer: offer.replace("a=candidate:", "a=candidate:half "),
    "a wrong number": lambda offer: offer.replace("a=rtpmap:0 ", "a=rtpmap:nought "),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_offer_is_refused_and_leaves_nothing_behind(what: str) -> None:
    async def scene() -> None:
        offer = HOSTILE[what](await _offer())
        with pytest.raises(LegBroken, match="offer"):
            await _answer(offer)
        assert len(asyncio.all_tasks()) == 1

    threads = threading.active_count()
    asyncio.run(scene())
    assert threading.active_count() == threads
    gc.collect()


@settings(max_examples=60)
@given(st.data())
def test_any_text_is_answered_or_refused(data: st.DataObject) -> None:
    lines = OFFER.split("\r\n")
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(
            st.sampled_from([*lines, ""]) | st.text(max_size=30).map(lines[place][:8].__add__)
        )

    async def scene() -> None:
        try:
            assert (await _answer("\r\n".join(lines))).startswith("v=0")
        except LegBroken:
            return

    asyncio.run(scene())


OFFER = asyncio.run(_offer())


# ---------------------------------------------------------------- the end


def test_the_far_end_closing_is_told_once() -> None:
    async def scene(_: Peer, browser: BrowserPeer, listener: _Listener) -> None:
        await _talk(browser, listener)
        await browser.close()
        await listener.over.wait()
        assert listener.ends == [False]

    _connected(scene)


def test_closing_may_be_repeated_and_is_not_told_as_an_end() -> None:
    async def scene(peer: Peer, browser: BrowserPeer, listener: _Listener) -> None:
        await _talk(browser, listener)
        await asyncio.gather(peer.close(), peer.close())
        await peer.close()
        peer.send(bytes(320))
        assert listener.ends == []

    _connected(scene)


def test_closing_without_an_offer_leaves_nothing_behind() -> None:
    async def scene() -> None:
        await Peer(_Listener(), LOCAL).close()
        assert len(asyncio.all_tasks()) == 1

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(scene())
        gc.collect()
