"""A real call through pjsip and the loopback interface, both ends ours."""

import asyncio

from ivr.audio.pcm import FRAME_BYTES
from ivr.ports import Gone, Keyed, LegEvent, Played
from ivr.settings import Line
from sip.endpoint import SipEndpoint
from sip.sip_leg import SipLeg

LOUD = b"\x00\x20" * 8000  # one second


async def _serve(legs: "asyncio.Queue[SipLeg]") -> list[LegEvent]:
    leg = await legs.get()
    await leg.answer()
    leg.play(LOUD, token=7)
    return [event async for event in leg.events()]


async def _call() -> tuple[list[LegEvent], list[bytes]]:
    legs: asyncio.Queue[SipLeg] = asyncio.Queue()
    endpoint = SipEndpoint(Line(port=0), on_call=legs.put_nowait)
    await endpoint.start()
    try:
        serving = asyncio.create_task(_serve(legs))
        leg = await endpoint.dial(f"sip:desk@127.0.0.1:{endpoint.port}", ring_for=5)
        heard: list[bytes] = []
        leg.listen(heard.append)
        await leg.send_keys("15#")
        await asyncio.sleep(1.6)
        await leg.hang_up()
        return await serving, heard
    finally:
        await endpoint.stop()


def test_two_parties_hear_and_key_each_other() -> None:
    events, heard = asyncio.run(_call())
    assert [event for event in events if isinstance(event, Keyed)] == [
        Keyed("1"),
        Keyed("5"),
        Keyed("#"),
    ]
    assert Played(7) in events
    assert events[-1] == Gone(status=200)
    assert sum(any(frame) for frame in heard) > 40
    assert {len(frame) for frame in heard} == {FRAME_BYTES}
