"""Ringing an agent's phone, and joining two calls."""

import asyncio

import pytest

from ivr.audio.pcm import FRAME_BYTES
from ivr.errors import LegBroken, LegClosed, LegLost
from ivr.ports import Gone
from sip import watchdog
from sip.sip_leg import SipLeg
from tests.sip.harness import LOUD, PATIENCE, RunningLine, keep_ringing, open_line, until
from tests.support.fakes import FakeAudioLeg
from tests.support.rtpraw import HERE, ULAW_LOUD
from tests.support.sipraw import Message, Phone, sdp
from tests.support.two import connect, disconnect


def _dial(line: RunningLine, phone: Phone, *, ring_for: float = PATIENCE) -> "asyncio.Task[SipLeg]":
    uri = f"sip:desk@{HERE}:{phone.port}"
    return asyncio.create_task(line.endpoint.dial(uri, ring_for=ring_for))


async def _connected(line: RunningLine, phone: Phone) -> SipLeg:
    dialling = _dial(line, phone)
    phone.reply(await phone.asked("INVITE"), 200, body=sdp(phone.rtp.port))
    return await dialling


def test_a_phone_that_answers_is_a_leg() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            dialling = _dial(line, phone)
            invite = await phone.asked("INVITE")
            assert "clinic-line" in invite.header("User-Agent")
            assert "m=audio" in invite.body
            phone.reply(invite, 180)
            phone.reply(invite, 200, body=sdp(phone.rtp.port))
            leg = await dialling
            assert leg.info.called == "desk"
            await phone.asked("ACK")
            leg.play(LOUD, token=1)
            await phone.rtp.talk(0.3)
            assert phone.rtp.loud > 5
            assert (await phone.hang_up()).status == 200
            assert [event async for event in leg.events()][-1] == Gone(status=200)
            with pytest.raises(LegLost):
                await leg.send_keys("1")

    asyncio.run(story())


@pytest.mark.parametrize("status", [404, 480, 486, 600, 603])
def test_a_refusal_is_told_with_its_status(status: int) -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            dialling = _dial(line, phone)
            invite = await phone.asked("INVITE")
            phone.reply(invite, 180)
            phone.reply(invite, status)
            with pytest.raises(LegLost) as caught:
                await dialling
            assert caught.value.args[1] == status
            await until(lambda: line.endpoint.calls == 0)

    asyncio.run(story())


def test_a_redirected_agent_is_not_followed() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone, elsewhere = await line.phone(), await line.phone()
            dialling = _dial(line, phone)
            contact = [f"Contact: <sip:desk@{HERE}:{elsewhere.port}>"]
            phone.reply(await phone.asked("INVITE"), 302, headers=contact)
            with pytest.raises(LegLost):
                await dialling
            assert elsewhere.requests.empty()

    asyncio.run(story())


def test_a_phone_that_nobody_picks_up_is_cancelled() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            dialling = _dial(line, phone, ring_for=0.5)
            invite = await phone.asked("INVITE")
            phone.reply(invite, 180)
            with pytest.raises(LegLost, match="not answered"):
                await dialling
            await phone.asked("CANCEL")
            phone.reply(invite, 487)

    asyncio.run(story())


def test_cancelling_the_dialling_cancels_the_ringing() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            dialling = _dial(line, phone)
            phone.reply(invite := await phone.asked("INVITE"), 180)
            dialling.cancel()
            await phone.asked("CANCEL")
            phone.reply(invite, 487)
            with pytest.raises(asyncio.CancelledError):
                await dialling

    asyncio.run(story())


def test_sound_before_the_answer_is_no_answer() -> None:
    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            dialling = _dial(line, phone)
            invite = await phone.asked("INVITE")
            phone.reply(invite, 183, body=sdp(phone.rtp.port))
            await phone.rtp.talk(0.2)
            assert not dialling.done()
            phone.reply(invite, 200, body=sdp(phone.rtp.port))
            await dialling

    asyncio.run(story())


def test_a_phone_that_is_not_there_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "UNREACHABLE_AFTER", 0.3)

    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            uri = f"sip:desk@{HERE}:{phone.port}"
            await phone.close()
            with pytest.raises(LegBroken):
                await line.endpoint.dial(uri, ring_for=PATIENCE)
            await until(lambda: line.endpoint.calls == 0)

    asyncio.run(story())


@pytest.mark.parametrize("uri", ["", "5550101", "sip:", "sip:desk@nowhere.invalid", "mailto:a@b"])
def test_an_address_that_names_nobody_is_refused(uri: str) -> None:
    async def story() -> None:
        async with open_line() as line:
            with pytest.raises(LegBroken):
                await line.endpoint.dial(uri, ring_for=1)
            assert line.endpoint.calls == 0

    asyncio.run(story())


def test_an_address_that_pjsip_cannot_read_leaves_no_call_behind() -> None:
    async def story() -> None:
        async with open_line() as line:
            for _ in range(6):
                with pytest.raises(LegBroken):
                    await line.endpoint.dial(f"sip:<<desk>>@{HERE}", ring_for=1)
            assert line.endpoint.calls == 0
            assert (await (await line.phone()).call()).status == 200

    asyncio.run(story())


def test_two_joined_calls_hear_each_other_through_reinvites() -> None:
    async def story() -> None:
        async with open_line(_just_answer) as line:
            caller, agent = await line.phone(), await line.phone()
            await caller.call()
            desk = await _connected(line, agent)
            await connect(line.legs[0], desk)
            assert await _hear(caller, agent) == (True, True)
            await caller.call(body=sdp(caller.rtp.port, payloads="8 101", version=2))
            assert await _hear(caller, agent, kind=8) == (True, True)
            await agent.call(body=sdp(agent.rtp.port, direction="sendonly", version=2))
            await agent.call(body=sdp(agent.rtp.port, version=3))
            assert await _hear(caller, agent, kind=8) == (True, True)
            await disconnect(line.legs[0], desk)
            assert await _hear(caller, agent, kind=8) == (False, False)

    asyncio.run(story())


def test_a_joined_call_goes_on_when_the_other_ends() -> None:
    async def story() -> None:
        async with open_line(_just_answer) as line:
            caller, agent = await line.phone(), await line.phone()
            await caller.call()
            desk = await _connected(line, agent)
            await connect(line.legs[0], desk)
            await agent.hang_up()
            assert [event async for event in desk.events()][-1] == Gone(status=200)
            line.legs[0].play(LOUD, token=2)
            await caller.rtp.talk(0.3)
            assert caller.rtp.loud > 5
            await disconnect(line.legs[0], desk)
            with pytest.raises(LegLost):
                await connect(line.legs[0], desk)

    asyncio.run(story())


def test_a_recording_hears_the_agent_as_said_to_the_caller() -> None:
    async def story() -> None:
        async with open_line(_just_answer) as line:
            caller, agent = await line.phone(), await line.phone()
            await caller.call()
            desk = await _connected(line, agent)
            await connect(line.legs[0], desk)
            frames: list[tuple[bytes, bytes]] = []
            untap = line.legs[0].tap(lambda heard, said: frames.append((heard, said)))
            await asyncio.gather(caller.rtp.talk(0.5), agent.rtp.talk(0.5, payload=ULAW_LOUD))
            untap()
            assert sum(1 for _, said in frames if any(said)) > 10
            assert not any(any(heard) for heard, _ in frames)

    asyncio.run(story())


def test_a_leg_that_hears_another_is_not_heard_by_it_through_reinvites() -> None:
    async def story() -> None:
        async with open_line(_just_answer) as line:
            caller, agent = await line.phone(), await line.phone()
            await caller.call()
            desk = await _connected(line, agent)
            await desk.hear(line.legs[0])
            assert await _hear(caller, agent) == (False, True)
            await agent.call(body=sdp(agent.rtp.port, direction="sendonly", version=2))
            await agent.call(body=sdp(agent.rtp.port, version=3))
            assert await _hear(caller, agent) == (False, True)
            await caller.call(body=sdp(caller.rtp.port, payloads="8 101", version=2))
            assert await _hear(caller, agent, kind=8) == (False, True)
            await desk.unhear(line.legs[0])
            await desk.unhear(line.legs[0])
            assert await _hear(caller, agent, kind=8) == (False, False)

    asyncio.run(story())


def test_a_leg_of_another_kind_is_heard_frame_by_frame() -> None:
    async def story() -> None:
        async with open_line(_just_answer) as line:
            caller = await line.phone()
            await caller.call()
            leg, browser = line.legs[0], FakeAudioLeg()
            await connect(leg, browser)
            assert browser.hears == {leg}
            (sink,) = browser.sinks
            for _ in range(20):
                sink(LOUD[:FRAME_BYTES])
                await caller.rtp.talk(0.02)
            assert caller.rtp.loud > 5
            await disconnect(leg, browser)
            assert (browser.hears, browser.sinks) == (set(), [])

    asyncio.run(story())


def test_hanging_up_ends_the_leg_at_once_and_twice_is_fine() -> None:
    async def story() -> None:
        async with open_line(_just_answer) as line:
            caller = await line.phone()
            caller.auto = False  # and the far end confirms nothing
            await caller.call()
            leg = line.legs[0]
            await until(lambda: leg.info.key in line.events)
            await leg.hang_up()
            await leg.hang_up()
            await until(lambda: line.happened() == [Gone()])
            bye: Message = await caller.asked("BYE")
            with pytest.raises(LegClosed):
                await leg.answer()
            leg.play(LOUD, token=3)
            leg.stop_playing()
            leg.listen(None)
            caller.reply(bye, 200)
            await until(lambda: line.endpoint.calls == 0)

    asyncio.run(story())


def test_nobody_dials_on_a_closed_line() -> None:
    async def story() -> None:
        async with open_line(keep_ringing) as line:
            pass
        with pytest.raises(LegBroken, match="not open"):
            await line.endpoint.dial(f"sip:desk@{HERE}", ring_for=1)

    asyncio.run(story())


async def _just_answer(line: RunningLine, leg: SipLeg) -> None:
    del line
    await leg.answer()


async def _hear(one: Phone, other: Phone, *, kind: int = 0) -> tuple[bool, bool]:
    """Tell whether each hears the other while both speak; *one* speaks in codec *kind*."""
    await asyncio.gather(one.rtp.talk(0.3, kind=kind), other.rtp.talk(0.3))
    one.rtp.received.clear()
    other.rtp.received.clear()
    await asyncio.gather(
        one.rtp.talk(0.4, payload=ULAW_LOUD, kind=kind),
        other.rtp.talk(0.4, payload=ULAW_LOUD),
    )
    return one.rtp.loud > 3, other.rtp.loud > 3
