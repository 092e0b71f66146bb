"""`BrowserLeg` beyond the contract: how browsers leave, keys, whom they hear."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ivr.audio.pcm import FRAME_BYTES
from ivr.errors import LegBroken, LegClosed, LegLost, MisuseError
from ivr.ports import AudioLeg, Gone, Keyed, LegInfo
from ivr.settings import Line
from ivr.sound_leg import EVENTS_KEPT
from ivr.story.facts import Fact
from ivr.story.media import Media
from ivr.webrtc.browser_leg import BrowserLeg
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg
from tests.support.browser_peer import OPTIONS, BrowserPeer, called, loud
from tests.support.rtpraw import ULAW_LOUD
from tests.support.sipraw import Phone
from tests.support.two import connect, disconnect

PATIENCE = 8.0  # seconds; only a broken leg needs them
SOON_LOST = replace(OPTIONS, lost_after=0.5)
SOON_GIVEN_UP = replace(OPTIONS, connect_within=0.3)

Scene = Callable[[BrowserLeg, BrowserPeer], Awaitable[None]]


def _play(scene: Scene) -> None:
    async def evening() -> None:
        async with asyncio.timeout(PATIENCE), called() as (leg, browser):
            await scene(leg, browser)

    asyncio.run(evening())


async def _end(leg: AudioLeg) -> Gone:
    async with asyncio.timeout(PATIENCE):
        (end,) = [event async for event in leg.events() if isinstance(event, Gone)]
        return end


async def _hears(browser: BrowserPeer) -> None:
    """Return once the browser hears something loud."""
    browser.noise.clear()
    async with asyncio.timeout(PATIENCE):
        await browser.noise.wait()


# ---------------------------------------------------------------- how browsers leave


def test_a_browser_that_falls_silent_on_the_network_is_lost() -> None:
    async def evening() -> None:
        async with called(SOON_LOST) as (leg, browser):
            browser.fall_silent()
            assert await _end(leg) == Gone(lost=True)
            with pytest.raises(LegBroken):
                await leg.answer()

    asyncio.run(evening())


def test_a_browser_that_never_connects_is_lost() -> None:
    async def evening() -> None:
        leg, browser = BrowserLeg(LegInfo(key="0badcafe"), SOON_GIVEN_UP), BrowserPeer()
        await leg.accept(await browser.offer())
        with pytest.raises(LegBroken):
            await leg.answer()
        assert await _end(leg) == Gone(lost=True)
        await browser.close()
        await leg.hang_up()

    asyncio.run(evening())


def test_a_browser_whose_offer_is_no_good_is_lost() -> None:
    async def evening() -> None:
        leg = BrowserLeg(LegInfo(key="0badcafe"), OPTIONS)
        with pytest.raises(LegBroken):
            await leg.accept("v=0")
        assert await _end(leg) == Gone(lost=True)
        with pytest.raises(LegBroken):
            await leg.accept("v=0")
        await leg.hang_up()

    asyncio.run(evening())


def test_a_browser_that_closes_its_connection_has_hung_up() -> None:
    async def scene(leg: BrowserLeg, browser: BrowserPeer) -> None:
        await browser.close()
        assert await _end(leg) == Gone()
        with pytest.raises(LegLost):
            await leg.answer()

    _play(scene)


@pytest.mark.parametrize("lost", [True, False])
def test_the_signalling_may_tell_that_a_browser_left(*, lost: bool) -> None:
    async def scene(leg: BrowserLeg, _: BrowserPeer) -> None:
        leg.left(lost=lost)
        leg.left(lost=not lost)
        assert await _end(leg) == Gone(lost=lost)

    _play(scene)


def test_hanging_up_closes_the_browsers_connection() -> None:
    async def scene(leg: BrowserLeg, browser: BrowserPeer) -> None:
        await leg.hang_up()
        await browser.gone.wait()
        with pytest.raises(LegClosed):
            await leg.hear(leg)

    _play(scene)


# ---------------------------------------------------------------- keys


def test_a_flood_of_keys_is_cut_and_the_end_still_gets_through() -> None:
    async def scene(leg: BrowserLeg, _: BrowserPeer) -> None:
        for _number in range(EVENTS_KEPT * 2):
            leg.key("1")
        leg.left()
        events = [event async for event in leg.events()]
        assert events == [Keyed("1")] * EVENTS_KEPT + [Gone()]

    _play(scene)


def test_what_is_no_key_is_refused() -> None:
    async def scene(leg: BrowserLeg, _: BrowserPeer) -> None:
        for wrong in ("", "12", "x", "\uff11"):
            with pytest.raises(MisuseError):
                leg.key(wrong)

    _play(scene)


def test_a_browser_takes_no_keys() -> None:
    async def scene(leg: BrowserLeg, _: BrowserPeer) -> None:
        with pytest.raises(MisuseError):
            await leg.send_keys("1")

    _play(scene)


# ---------------------------------------------------------------- whom they hear


def test_two_browsers_hear_each_other_until_they_are_parted() -> None:
    async def evening() -> None:
        async with called() as (leg, browser), called() as (other_leg, other):
            await connect(leg, other_leg)
            talking = asyncio.create_task(browser.talk(0.3))
            await _hears(other)
            await talking
            talking = asyncio.create_task(other.talk(0.3))
            await _hears(browser)
            await talking
            await disconnect(leg, other_leg)
            await other.talk(0.2)
            browser.heard.clear()
            await other.talk(0.2)
            assert not any(map(loud, browser.heard))

    asyncio.run(evening())


def test_hearing_is_one_way() -> None:
    async def evening() -> None:
        async with called() as (leg, browser), called() as (other_leg, other):
            await leg.hear(other_leg)
            talking = asyncio.create_task(other.talk(0.3))
            await _hears(browser)
            await talking
            other.heard.clear()
            await browser.talk(0.3)
            assert not any(map(loud, other.heard))

    asyncio.run(evening())


def test_several_may_listen_and_each_ends_for_itself() -> None:
    async def scene(leg: BrowserLeg, browser: BrowserPeer) -> None:
        taken: dict[str, list[bytes]] = {"listener": [], "one": [], "two": []}
        leg.listen(taken["listener"].append)
        end_one, end_two = leg.subscribe(taken["one"].append), leg.subscribe(taken["two"].append)
        await browser.talk(0.3)
        assert all(any(map(loud, frames)) for frames in taken.values())
        end_one()
        end_one()
        count = len(taken["one"])
        await browser.talk(0.1)
        assert len(taken["one"]) == count < len(taken["two"])
        end_two()

    _play(scene)


def test_what_is_fed_is_heard_beside_what_plays() -> None:
    async def scene(leg: BrowserLeg, browser: BrowserPeer) -> None:
        leg.play((500).to_bytes(2, "little") * 1600, token=1, loop=True)
        said: list[bytes] = []
        leg.tap(lambda _, frame: said.append(frame))
        leg.feed(self_made := object(), (700).to_bytes(2, "little") * (FRAME_BYTES // 2))
        await asyncio.sleep(0.1)
        assert {int.from_bytes(frame[-2:], "little") for frame in said} == {500, 1200}
        leg.feed(self_made, bytes(FRAME_BYTES))

    _play(scene)


def test_a_browser_and_a_telephone_hear_each_other() -> None:
    async def evening() -> None:
        legs: asyncio.Queue[SipLeg] = asyncio.Queue()
        endpoint = SipEndpoint(Line(port=0), on_call=legs.put_nowait)
        await endpoint.start()
        phone = await Phone.open(endpoint.port)
        try:
            calling = asyncio.create_task(phone.call())
            sip = await legs.get()
            await sip.answer()
            await calling
            async with called() as (leg, browser):
                await connect(sip, leg)
                talking = asyncio.create_task(phone.rtp.talk(0.4, payload=ULAW_LOUD))
                await _hears(browser)
                await talking
                phone.rtp.received.clear()
                await asyncio.gather(browser.talk(0.4), phone.rtp.talk(0.5))
                assert phone.rtp.loud > 5
                await disconnect(leg, sip)
                await asyncio.gather(browser.talk(0.2), phone.rtp.talk(0.2))
                phone.rtp.received.clear()
                await asyncio.gather(browser.talk(0.2), phone.rtp.talk(0.2))
                assert phone.rtp.loud == 0
        finally:
            await endpoint.stop()
            await phone.close()

    asyncio.run(evening())


# ---------------------------------------------------------------- what the network does


def test_how_a_browser_sounds_is_told() -> None:
    facts: list[Fact] = []

    async def scene(leg: BrowserLeg, browser: BrowserPeer) -> None:
        leg.observe(call="0123456789ab", role="caller", tell=facts.append)
        browser.lose(lambda number: number % 10 == 5)
        await browser.talk(1.5)
        browser.fall_silent()
        await _end(leg)

    _play(scene)
    media = [fact for fact in facts if isinstance(fact, Media)]
    last = media[-1]
    assert {(fact.call, fact.leg, fact.codec) for fact in media} == {
        ("0123456789ab", "caller", "PCMU")
    }
    assert 0.05 < last.lost / (last.received + last.lost) < 0.15
    assert last.sent > 50
    assert last.silent > 1  # it was given up for that
    assert media == sorted(media, key=lambda fact: fact.at)
