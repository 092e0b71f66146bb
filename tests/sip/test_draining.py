"""A line that takes no new callers, and how a line tells where it stands."""

import asyncio

from ivr.settings import Line, Trunk
from sip.endpoint import SipEndpoint
from tests.sip.harness import PATIENCE, answer_and_play, open_line, until
from tests.support.rtpraw import HERE
from tests.support.sipraw import sdp

OVERFLOW = "sip:5550199@overflow.invalid"


def test_a_draining_line_sends_new_callers_elsewhere_and_keeps_those_it_has() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, overflow=OVERFLOW)) as line:
            staying = await line.phone()
            await staying.call()
            line.endpoint.drain(on=True)
            assert not line.endpoint.status().taking
            answer = await (await line.phone()).call()
            assert (answer.status, answer.header("Contact")) == (302, f"<{OVERFLOW}>")
            staying.rtp.received.clear()
            await staying.rtp.talk(0.3)
            assert staying.rtp.loud > 5
            assert (await staying.request("OPTIONS")).status == 200  # a question of that call
            assert (await staying.hang_up()).status == 200

    asyncio.run(story())


def test_without_an_overflow_number_a_draining_line_asks_to_try_again() -> None:
    async def story() -> None:
        async with open_line() as line:
            line.endpoint.drain(on=True)
            answer = await (await line.phone()).call()
            assert answer.status == 503
            assert int(answer.header("Retry-After")) > 0
            assert line.legs == []

    asyncio.run(story())


def test_a_front_that_asks_a_draining_line_looks_elsewhere() -> None:
    async def story() -> None:
        async with open_line() as line:
            front = await line.phone()
            assert (await front.request("OPTIONS")).status == 200
            line.endpoint.drain(on=True)
            assert (await front.request("OPTIONS")).status == 503
            assert line.endpoint.status().noise == 0
            assert line.endpoint.status().refused == {}

    asyncio.run(story())


def test_agents_are_rung_while_the_line_drains() -> None:
    async def story() -> None:
        async with open_line() as line:
            line.endpoint.drain(on=True)
            desk = await line.phone()
            dialling = asyncio.create_task(
                line.endpoint.dial(f"sip:desk@{HERE}:{desk.port}", ring_for=PATIENCE)
            )
            desk.reply(await desk.asked("INVITE"), 200, body=sdp(desk.rtp.port))
            await (await dialling).hang_up()

    asyncio.run(story())


def test_a_line_that_drains_no_more_takes_callers() -> None:
    async def story() -> None:
        async with open_line() as line:
            line.endpoint.drain(on=True)
            line.endpoint.drain(on=False)
            assert line.endpoint.status().taking
            assert (await (await line.phone()).call()).status == 200

    asyncio.run(story())


def test_a_line_may_begin_to_drain_before_it_opens() -> None:
    async def story() -> None:
        endpoint = SipEndpoint(Line(port=0), on_call=lambda _leg: None)
        endpoint.drain(on=True)
        await endpoint.start()
        try:
            assert endpoint.status().open
            assert not endpoint.status().taking
        finally:
            await endpoint.stop()
        assert not endpoint.status().open

    asyncio.run(story())


def test_callers_who_were_not_taken_and_strangers_are_counted_apart() -> None:
    settings = Line(
        port=0, max_calls=2, open_to=("192.0.2.1",), trunks=(Trunk("carrier", addresses=(HERE,)),)
    )

    async def story() -> None:
        async with open_line(answer_and_play, settings) as line:
            assert (await (await line.phone()).call()).status == 200
            assert (await (await line.phone()).call()).status == 503
            stranger = await line.phone()
            for method in ("REGISTER", "SUBSCRIBE"):
                assert (await stranger.request(method)).status == 405
            stranger.send(stranger.write("OPTIONS", body="x" * 5000))
            await until(lambda: line.endpoint.status().oversized == 1)
            status = line.endpoint.status()
            assert (status.legs, status.capacity, status.open, status.guarded) == (1, 2, True, True)
            assert (status.refused, status.redirected, status.noise) == ({503: 1}, 0, 2)
            assert [trunk.name for trunk in status.trunks] == ["carrier"]
            assert status.uptime > 0

    asyncio.run(story())


def test_a_caller_from_a_place_that_may_not_ring_is_counted() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, open_to=("192.0.2.1",))) as line:
            assert (await (await line.phone()).call()).status == 403
            await until(lambda: line.endpoint.status().refused == {403: 1})

    asyncio.run(story())
