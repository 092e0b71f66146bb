"""What the network does to the sound of real calls, told as facts."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from ivr.ports import AudioLeg
from ivr.story.facts import Fact
from ivr.story.media import Media
from tests.sip.harness import LOUD, PATIENCE, RunningLine, answer_and_play, open_line, until
from tests.sip.peers import other_line
from tests.support.rtpraw import HERE, PACE, ULAW_LOUD, Rtp
from tests.support.sip_relay import Relay, Way, relay_to, vanishes
from tests.support.sipraw import sdp

CALL = "0123456789ab"
SILENT = 3.0  # seconds
PACKETS = 60


def media(facts: list[Fact]) -> list[Media]:
    return [fact for fact in facts if isinstance(fact, Media)]


async def paced(rtp: Rtp, slots: list[list[bytes]]) -> None:
    """Send the packets of a slot every 20 ms, by the clock."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for number, packets in enumerate(slots, start=1):
        for packet in packets:
            rtp.send_raw(packet)
        await asyncio.sleep(max(0.0, begin + number * PACE - loop.time()))


def heard(slots_of: "type[Slots]") -> Media:
    """Ring the line, send what *slots_of* makes of the packets, end it; return the last fact."""
    facts: list[Fact] = []

    async def observed(line: RunningLine, leg: AudioLeg) -> None:
        del line
        leg.observe(call=CALL, role="caller", tell=facts.append)
        await leg.answer()
        leg.play(LOUD, token=1, loop=True)

    async def story() -> None:
        async with open_line(observed) as line:
            phone = await line.phone()
            await phone.call()
            packets = [phone.rtp.packet(ULAW_LOUD) for _ in range(PACKETS)]
            await paced(phone.rtp, slots_of(packets).slots)
            await asyncio.sleep(0.2)  # seconds; the line counts packets as often
            await line.legs[0].hang_up()
            await until(lambda: not line.endpoint.calls)

    asyncio.run(story())
    assert {(fact.call, fact.leg) for fact in media(facts)} == {(CALL, "caller")}
    return media(facts)[-1]


class Slots:
    """Packets as they were sent, one each 20 ms."""

    def __init__(self, packets: list[bytes]) -> None:
        self.slots = [[packet] for packet in packets]


class EachTenthLost(Slots):
    def __init__(self, packets: list[bytes]) -> None:
        self.slots = [[p] if i % 10 != 5 else [] for i, p in enumerate(packets)]


class EachTenthLate(Slots):
    """By 0.4 seconds, which no jitter buffer waits for."""

    def __init__(self, packets: list[bytes]) -> None:
        self.slots = [[] for _ in range(len(packets) + 20)]
        for i, packet in enumerate(packets):
            self.slots[i + (20 if i % 10 == 5 else 0)].append(packet)


class InClumps(Slots):
    """Five at a time, which is jitter and no loss."""

    def __init__(self, packets: list[bytes]) -> None:
        self.slots = [packets[i - 4 : i + 1] if i % 5 == 4 else [] for i in range(len(packets))]


def test_a_clean_stream_has_nothing_to_complain_of() -> None:
    last = heard(Slots)
    assert (last.codec, last.received, last.lost, last.late) == ("PCMU", PACKETS, 0, 0)
    assert last.sent > PACKETS / 2
    assert last.far_lost is last.far_jitter is last.round_trip is None
    assert 0.05 < last.silent < PATIENCE


def test_what_was_lost_on_the_way_is_counted() -> None:
    last = heard(EachTenthLost)
    assert (last.received, last.lost) == (54, 6)


def test_what_came_too_late_is_counted_apart() -> None:
    last = heard(EachTenthLate)
    assert last.received == PACKETS
    assert last.late == 6


def test_clumps_are_jitter_and_wait_in_the_buffer() -> None:
    last = heard(InClumps)
    assert (last.received, last.lost) == (PACKETS, 0)
    assert last.jitter > 0.010
    assert last.buffered > PACE


def test_a_caller_who_falls_silent_shows_while_it_lasts() -> None:
    facts: list[Fact] = []
    silences: list[float] = []

    async def story() -> None:
        async with open_line(answer_and_play) as line:
            phone = await line.phone()
            await phone.call()
            line.legs[0].observe(call=CALL, role="caller", tell=facts.append)
            await phone.rtp.talk(0.3)
            await until(lambda: media(facts) and media(facts)[-1].silent > 2)
            await phone.rtp.talk(1.5)
            await until(lambda: media(facts)[-1].silent < 1)
            silences.extend(fact.silent for fact in media(facts)[:-1])

    asyncio.run(story())
    assert all(before < after for before, after in pairwise(silences))


def test_a_new_stream_goes_on_counting() -> None:
    facts: list[Fact] = []

    async def story() -> None:
        async with open_line(answer_and_play) as line:
            phone = await line.phone()
            await phone.call(body=sdp(phone.rtp.port, payloads="0 101"))
            line.legs[0].observe(call=CALL, role="caller", tell=facts.append)
            await phone.rtp.talk(1.2)
            await until(lambda: media(facts))
            await phone.call(body=sdp(phone.rtp.port, payloads="8 101", version=2))
            await phone.rtp.talk(0.6, kind=8)
            await line.legs[0].hang_up()
            await until(lambda: not line.endpoint.calls)

    asyncio.run(story())
    last = media(facts)[-1]
    assert last.codec == "PCMA"
    assert 70 <= last.received <= 90  # up to a second of the first stream is not read in time


# ---------------------------------------------------------------- what the far end says


def _each_tenth_lost(number: int) -> float | None:
    return None if number % 10 == 5 else 0.0


def _swaying(number: int) -> float | None:
    return (number % 3) * 0.009


@pytest.fixture(scope="module")
def three_networks() -> dict[str, tuple[Media, Relay]]:
    """Three calls at once to a second pjsua2: our sound is lossy, lost, and theirs is lost."""
    told: dict[str, list[Fact]] = {"lossy": [], "unheard": [], "deaf": []}
    relays: dict[str, Relay] = {}
    done: dict[str, Callable[[Media], bool]] = {
        "lossy": lambda last: (last.far_lost or 0) > 5,
        "unheard": lambda last: last.far_lost is not None,
        "deaf": lambda last: last.far_lost is not None and last.silent > SILENT,
    }

    async def talk(line: RunningLine, name: str, peer: int) -> None:
        ways = {
            "lossy": (Way(_each_tenth_lost), Way(_swaying)),
            "unheard": (Way(vanishes), Way()),
            "deaf": (Way(), Way(vanishes)),
        }
        to_peer, from_peer = ways[name]
        async with relay_to(peer, to_peer, from_peer) as relay:
            relays[name] = relay
            leg = await line.endpoint.dial(
                f"sip:desk@{HERE}:{relay.port}",
                ring_for=PATIENCE,
                on_leg=lambda leg: leg.observe(call=CALL, role="agent", tell=told[name].append),
            )
            leg.play(LOUD, token=1, loop=True)
            await until(lambda: done[name](media(told[name])[-1]) if media(told[name]) else False)
            await leg.hang_up()
            await until(lambda: any("BYE" in str(fact) for fact in told[name]))
            await asyncio.sleep(0.1)

    async def story() -> None:
        async with other_line() as other, open_line() as line:
            await asyncio.gather(*(talk(line, name, other.port) for name in told))

    asyncio.run(story())
    return {name: (media(facts)[-1], relays[name]) for name, facts in told.items()}


def test_loss_on_the_way_out_is_what_the_far_end_reports(
    three_networks: dict[str, tuple[Media, Relay]],
) -> None:
    last, relay = three_networks["lossy"]
    assert last.far_lost is not None
    assert last.far_jitter is not None
    assert last.round_trip is not None
    assert relay.to_peer.packets * 0.04 < last.far_lost < relay.to_peer.packets * 0.12
    assert last.lost == 0


def test_uneven_ways_in_are_jitter(three_networks: dict[str, tuple[Media, Relay]]) -> None:
    last, _ = three_networks["lossy"]
    assert last.jitter > 0.004


def test_a_far_end_that_hears_nothing_misses_all(
    three_networks: dict[str, tuple[Media, Relay]],
) -> None:
    last, relay = three_networks["unheard"]
    assert last.far_lost == last.sent
    assert last.received > relay.from_peer.packets - 20


def test_a_far_end_that_is_not_heard_has_sent_nothing(
    three_networks: dict[str, tuple[Media, Relay]],
) -> None:
    last, relay = three_networks["deaf"]
    assert last.received == 0
    assert last.silent > SILENT
    assert last.sent > relay.to_peer.packets - 20
    assert last.far_lost == 0
