"""Nobody who rings is left with 486."""

import asyncio

import pytest

from ivr.errors import LegBroken, SettingsError
from ivr.settings import Line
from sip import admission, message
from sip.admission import Room
from sip.causes import Status
from sip.guard import Guard
from sip.trunk import Origin
from tests.sip.harness import RunningLine, answer_and_play, keep_ringing, open_line, until
from tests.support.rtpraw import HERE
from tests.support.sipraw import Phone, sdp

ELSEWHERE = Line(port=0, overflow="sip:5550199@overflow.invalid")


async def _fill(line: RunningLine, calls: int) -> list[Phone]:
    phones = [await line.phone() for _ in range(calls)]
    for phone in phones:
        assert (await phone.call()).status == 200
    return phones


def test_the_fourth_caller_is_redirected_while_one_slot_is_kept() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, ELSEWHERE) as line:
            assert line.endpoint.capacity == 4
            phones = await _fill(line, 3)
            late = await line.phone()
            answer = await late.call()
            assert answer.status == 302
            assert answer.header("Contact") == "<sip:5550199@overflow.invalid>"
            await phones[0].hang_up()
            assert (await (await line.phone()).call()).status == 200

    asyncio.run(story())


def test_a_caller_is_redirected_even_when_agents_hold_every_slot() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, ELSEWHERE) as line:
            await _fill(line, 3)
            desk = await line.phone()
            dialling = asyncio.create_task(
                line.endpoint.dial(f"sip:desk@{HERE}:{desk.port}", ring_for=5)
            )
            desk.reply(await desk.asked("INVITE"), 200, body=sdp(desk.rtp.port))
            leg = await dialling
            assert line.endpoint.calls == line.endpoint.capacity
            for _ in range(3):
                assert (await (await line.phone()).call()).status == 302
            with pytest.raises(LegBroken, match="slots"):
                await line.endpoint.dial(f"sip:desk@{HERE}:{desk.port}", ring_for=5)
            await leg.hang_up()

    asyncio.run(story())


def test_without_an_overflow_number_the_caller_is_asked_to_try_again() -> None:
    async def story() -> None:
        async with open_line() as line:
            await _fill(line, 3)
            answer = await (await line.phone()).call()
            assert answer.status == 503
            assert int(answer.header("Retry-After")) > 0

    asyncio.run(story())


def test_the_operator_may_set_a_lower_limit() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, max_calls=2)) as line:
            assert line.endpoint.capacity == 2
            await _fill(line, 1)
            assert (await (await line.phone()).call()).status == 503

    asyncio.run(story())


def test_ringing_callers_count() -> None:
    async def story() -> None:
        async with open_line(keep_ringing, ELSEWHERE) as line:
            for _ in range(3):
                phone = await line.phone()
                phone.start("INVITE", body=sdp(phone.rtp.port))
            await until(lambda: len(line.legs) == 3)
            assert (await (await line.phone()).call()).status == 302

    asyncio.run(story())


def test_the_line_redirects_without_its_guard_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guard, "_prove", lambda *_: False)

    async def story() -> None:
        async with open_line(answer_and_play, ELSEWHERE) as line:
            await _fill(line, 3)
            answer = await (await line.phone()).call()
            assert answer.status == 302
            assert answer.header("Contact") == "<sip:5550199@overflow.invalid>"
            assert len(line.legs) == 3

    asyncio.run(story())


def test_an_overflow_that_is_no_sip_uri_is_the_operators_mistake() -> None:
    async def story() -> None:
        async with open_line(answer_and_play, Line(port=0, overflow="555-0199")):
            pass

    with pytest.raises(SettingsError, match=r"line\.overflow"):
        asyncio.run(story())


def test_a_line_of_one_call_takes_that_call() -> None:
    room = Room(calls=0, capacity=1, overflow="")
    assert room.for_a_caller
    assert not Room(calls=1, capacity=1, overflow="").for_a_caller


def test_a_line_that_closes_takes_nobody() -> None:
    assert not Room(calls=0, capacity=0, overflow="").for_a_caller


def test_an_ack_is_never_answered() -> None:
    ack = message.parse("ACK sip:line@x SIP/2.0\r\nTo: <sip:line@x>\r\n\r\n")
    assert ack is not None
    full = Room(calls=4, capacity=4, overflow="")
    assert admission.outside(ack, Origin(allowed=False), full) is None


def test_what_the_line_allows_it_serves() -> None:
    for method in admission.ALLOW[1].split(", "):
        request = message.parse(f"{method} sip:line@x SIP/2.0\r\nTo: <sip:line@x>;tag=1\r\n\r\n")
        assert request is not None
        reply = admission.within(request)
        assert reply is None or reply.status == Status.OK
